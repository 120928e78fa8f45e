using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>Switches the adapter on, and off and on, within what the configuration allows.</summary>
internal sealed partial class AdapterPower(
    MgmtClient client, RadioOptions options, string receiver, AdapterRepairs repairs, Action<TimeSpan> rest, ILogger log)
{
    private bool wasOn;

    /// <summary>The adapter went or is another: that it is off is nobody's decision.</summary>
    public void Forget() => wasOn = false;

    /// <summary>Switches Low Energy and the adapter on, where they are not.</summary>
    /// <exception cref="BluetoothFault">It cannot be, or may not be.</exception>
    public void Ensure(ushort adapter, in AdapterInfo info)
    {
        if (!info.Supported.HasFlag(MgmtSettings.LowEnergy))
            throw new BluetoothFault(BluetoothFaultKind.NoLowEnergy, $"hci{adapter} ({info.Address}) cannot do Bluetooth Low Energy", "Use another adapter: Bluetooth 4.0 or newer.");
        if (!info.Current.HasFlag(MgmtSettings.LowEnergy)) Must(MgmtOpcode.SetLowEnergy, adapter, client.SetLowEnergy(adapter));
        if (!info.Current.HasFlag(MgmtSettings.Powered)) SwitchOn(adapter);
        wasOn = true;
    }

    /// <summary>Off, a rest, and on.</summary>
    /// <exception cref="BluetoothFault">It cannot be.</exception>
    public void Cycle(ushort adapter)
    {
        Must(MgmtOpcode.SetPowered, adapter, client.SetPowered(adapter, false));
        rest(RadioRecovery.OffTime);
        wasOn = false;
        SwitchOn(adapter);
        wasOn = true;
    }

    /// <summary>A command that must succeed.</summary>
    public static void Must(MgmtOpcode opcode, ushort adapter, MgmtStatus status)
    {
        if (status != MgmtStatus.Success) throw MgmtClient.Refused(opcode, adapter, status);
    }

    private void SwitchOn(ushort adapter)
    {
        if (wasOn && !options.OverridePowerOff)
            throw new BluetoothFault(BluetoothFaultKind.PoweredOff, $"hci{adapter} was switched off by somebody, and receivers[].overridePowerOff is false",
                "Switch it on (bluetoothctl power on), or set receivers[].overridePowerOff to true.");
        var status = client.SetPowered(adapter, true);
        // Linux 6.12 says no more than that it failed (tests/lab); older ones say why.
        if (status == MgmtStatus.RfKilled || (status == MgmtStatus.Failed && repairs.State(adapter) is RfKillState.Soft or RfKillState.Hard)) status = Unblock(adapter);
        Must(MgmtOpcode.SetPowered, adapter, status);
        LogSwitchedOn(log, receiver, adapter);
    }

    /// <summary>A soft block is a power-off by another name.</summary>
    private MgmtStatus Unblock(ushort adapter)
    {
        if (repairs.State(adapter) == RfKillState.Hard)
            throw new BluetoothFault(BluetoothFaultKind.Blocked, $"hci{adapter} is held off by a switch of the machine (rfkill, hard block)", "Turn the machine's radio switch on, or enable Bluetooth in its firmware.");
        var wrong = options.OverridePowerOff ? repairs.Unblock(adapter) : "receivers[].overridePowerOff is false";
        return wrong is null
            ? client.SetPowered(adapter, true)
            : throw new BluetoothFault(BluetoothFaultKind.Blocked, $"hci{adapter} is held off by rfkill (soft block), which could not be lifted: {wrong}",
                "sudo rfkill unblock bluetooth; deploy/README.md says what lets the service do it by itself.");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Receiver {Receiver}: hci{Adapter} was switched on")]
    private static partial void LogSwitchedOn(ILogger log, string receiver, ushort adapter);
}

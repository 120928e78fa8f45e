using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Radio;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>Walks the recovery ladder for one radio: asks it what to do, does it, logs, counts and tells.</summary>
/// <param name="receiver">Whose canaries are watched.</param>
/// <param name="repairs">What can be done beside the socket.</param>
/// <param name="restartScan">Stops scanning and starts again.</param>
/// <param name="powerCycle">Switches the adapter off and on.</param>
/// <param name="rest">Waits without losing what arrives.</param>
/// <param name="health">Where a radio that stays deaf is told of.</param>
/// <param name="log">Where each step is written.</param>
internal sealed partial class RadioRecovery(
    Receiver receiver, AdapterRepairs repairs, Action restartScan, Action powerCycle, Action<TimeSpan> rest, HealthBoard health, ILogger log)
{
    /// <summary>Between down and up: capacitors empty, firmware lets go.</summary>
    internal static readonly TimeSpan OffTime = TimeSpan.FromSeconds(2);

    private readonly RecoveryLadder ladder = receiver.Ladder;
    private long recoveries = receiver.Ladder.Recoveries;

    private string Code => $"receiver-deaf:{receiver.Place.Id}";

    /// <summary>Looks, about once a second, and does what is due.</summary>
    /// <param name="adapter">Which adapter.</param>
    /// <param name="now">The present.</param>
    /// <param name="openSince">Since when it could have heard its canaries.</param>
    /// <param name="failingSince">Since when it refuses to be made ready; null while it does not.</param>
    /// <returns>Whether the adapter must be made ready again.</returns>
    /// <exception cref="BluetoothFault">The source must be closed and opened anew.</exception>
    public bool Look(ushort adapter, Instant now, Instant openSince, Instant? failingSince = null)
    {
        var silent = failingSince ?? receiver.Canaries.SilentSince(now);
        if (silent is null)
        {
            health.Clear(Code);
            // A canary that was forgotten did not come back.
            if (receiver.Canaries.Learned == 0) ladder.Forget();
        }

        var others = silent is { } since && receiver.Canaries.HeardOthersSince(since);
        var step = ladder.Next(now, silent, openSince, others);
        if (ladder.Recoveries > recoveries)
        {
            recoveries = ladder.Recoveries;
            LogRecovered(log, receiver.Place.Id.Value, ladder.Healer);
        }

        if (step == RecoveryStep.None) return false;
        LogStep(log, receiver.Place.Id.Value, step, (now - silent!.Value).TotalSeconds);
        if (Try(step, adapter, others) is not { } impossible) return step != RecoveryStep.Warn;
        LogSkipped(log, receiver.Place.Id.Value, step, impossible);
        ladder.Skip(now);
        return false;
    }

    private string? Try(RecoveryStep step, ushort adapter, bool others)
    {
        try
        {
            return Do(step, adapter, others);
        }
        catch (BluetoothFault fault) when (fault.Kind != BluetoothFaultKind.Wedged)
        {
            return fault.Message;
        }
    }

    private string? Do(RecoveryStep step, ushort adapter, bool others)
    {
        switch (step)
        {
            case RecoveryStep.RestartScan:
                restartScan();
                return null;
            case RecoveryStep.PowerCycle:
                powerCycle();
                return null;
            case RecoveryStep.Unblock:
                return repairs.State(adapter) == RfKillState.Soft ? repairs.Unblock(adapter) : "rfkill does not hold it off";
            case RecoveryStep.DownUp:
                if (repairs.Down(adapter) is { } wrong) return wrong;
                rest(OffTime);
                return repairs.Up(adapter);
            case RecoveryStep.UsbReset:
                return repairs.Reset(adapter);
            case RecoveryStep.Reopen:
                throw new BluetoothFault(BluetoothFaultKind.Wedged, $"hci{adapter} hears none of its fixed beacons although it was restarted in every way there is; it is opened anew",
                    "Nothing yet: if it stays deaf, a warning follows.");
            default:
                Warn(others);
                return null;
        }
    }

    private void Warn(bool others) => health.Raise(
        Code, others ? Severity.Warning : Severity.Fault,
        others
            ? $"Receiver {receiver.Place.Id} hears others but none of its fixed beacons any more."
            : $"Receiver {receiver.Place.Id} hears nothing, not even its fixed beacons, and nothing that can be restarted helped.",
        others
            ? "Check the fixed beacons' batteries and places. If they advertise: something filters duplicates (an old kernel, or bluetoothd on an hci: source)."
            : "Unplug the adapter, wait five seconds, plug it in again; a built-in one on a UART (Raspberry Pi) needs a restart of the machine. It is tried again every 10 minutes.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Receiver {Receiver}: no fixed beacon heard for {Seconds:0} s; step {Step}")]
    private static partial void LogStep(ILogger log, string receiver, RecoveryStep step, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Receiver {Receiver}: step {Step} is not possible: {Why}")]
    private static partial void LogSkipped(ILogger log, string receiver, RecoveryStep step, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Receiver {Receiver}: fixed beacons are heard again after {Step}")]
    private static partial void LogRecovered(ILogger log, string receiver, RecoveryStep step);
}

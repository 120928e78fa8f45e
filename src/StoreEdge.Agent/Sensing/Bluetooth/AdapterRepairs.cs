using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>What can be done to an adapter beside its sockets. Each gives null when it is done, or says why it was not.</summary>
/// <param name="State">How its radio switch stands.</param>
/// <param name="Unblock">Lifts a block of rfkill.</param>
/// <param name="Up">Takes it up.</param>
/// <param name="Down">Takes it down.</param>
/// <param name="Reset">Resets its USB device.</param>
internal sealed record AdapterRepairs(
    Func<ushort, RfKillState> State, Func<ushort, string?> Unblock, Func<ushort, string?> Up, Func<ushort, string?> Down, Func<ushort, string?> Reset)
{
    /// <summary>The kernel's own.</summary>
    public static AdapterRepairs Kernel()
    {
        var (switches, usb) = (new RfKill(), new UsbReset());
        return new(switches.State, switches.Unblock, Try(AdapterSwitch.Up), Try(AdapterSwitch.Down), usb.Reset);
    }

    private static Func<ushort, string?> Try(Action<ushort> action) => adapter =>
    {
        try
        {
            action(adapter);
            return null;
        }
        catch (BluetoothFault fault)
        {
            return fault.Message;
        }
    };
}

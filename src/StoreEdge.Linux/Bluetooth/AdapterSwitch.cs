using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>Takes an adapter up or down below the management's head, as <c>hciconfig</c> does. Needs CAP_NET_ADMIN.</summary>
public static class AdapterSwitch
{
    /// <summary>Up.</summary>
    /// <exception cref="BluetoothFault">It cannot be.</exception>
    public static void Up(ushort adapter) => Set(adapter, Libc.HCIDEVUP, Libc.EALREADY);

    /// <summary>Down.</summary>
    /// <exception cref="BluetoothFault">It cannot be.</exception>
    public static void Down(ushort adapter) => Set(adapter, Libc.HCIDEVDOWN, Libc.EALREADY);

    private static void Set(ushort adapter, nuint request, int harmless)
    {
        Libc.WarmUp();
        using var socket = new SafeDescriptor(Libc.socket(Libc.AF_BLUETOOTH, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.BTPROTO_HCI));
        if (socket.IsInvalid) throw BluetoothSocket.Fault(Libc.Errno, "a Bluetooth socket");
        if (Libc.ioctl(socket.Number, request, adapter) != 0 && Libc.Errno is var errno && errno != harmless)
            throw BluetoothSocket.Fault(errno, $"switching hci{adapter} {(request == Libc.HCIDEVUP ? "up" : "down")}");
    }
}

using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    /// <summary>_IOW('H', 201, int) and _IOW('H', 202, int) of net/bluetooth/hci_sock.h.</summary>
    internal const nuint HCIDEVUP = 0x400448C9;
    internal const nuint HCIDEVDOWN = 0x400448CA;

    /// <summary>_IO('U', 20) of linux/usbdevice_fs.h.</summary>
    internal const nuint USBDEVFS_RESET = 0x5514;

    /// <summary>ioctl(2) with a number as argument.</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, nint argument);
}

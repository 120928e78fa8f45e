using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const ushort HCI_DEV_NONE = 0xFFFF;
    internal const ushort HCI_CHANNEL_RAW = 0;
    internal const ushort HCI_CHANNEL_CONTROL = 3;

    /// <summary>bind(2) to an address of AF_BLUETOOTH.</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int bind(int sockfd, sockaddr_hci* addr, uint addrlen);

    /// <summary>bind(2) to an address of AF_NETLINK.</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int bind(int sockfd, sockaddr_nl* addr, uint addrlen);

    /// <summary>struct sockaddr_hci of net/bluetooth/hci_sock.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sockaddr_hci
    {
        internal ushort hci_family;
        internal ushort hci_dev;
        internal ushort hci_channel;
    }

    /// <summary>struct sockaddr_nl of linux/netlink.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sockaddr_nl
    {
        internal ushort nl_family;
        internal ushort nl_pad;
        internal uint nl_pid;
        internal uint nl_groups;
    }
}

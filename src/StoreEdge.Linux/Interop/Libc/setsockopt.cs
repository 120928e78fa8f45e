using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const int SOL_HCI = 0;
    internal const int SOL_SOCKET = 1;
    internal const int HCI_FILTER = 2;
    internal const int SO_RCVBUF = 8;
    internal const int SO_ATTACH_FILTER = 26;
    internal const int SO_RCVBUFFORCE = 33;

    /// <summary>setsockopt(2).</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int setsockopt(int sockfd, int level, int optname, void* optval, uint optlen);

    /// <summary>struct hci_ufilter of net/bluetooth/hci_sock.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct hci_filter
    {
        internal uint type_mask;
        internal fixed uint event_mask[2];
        internal ushort opcode;
    }

    /// <summary>struct sock_filter of linux/filter.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sock_filter
    {
        internal ushort code;
        internal byte jt;
        internal byte jf;
        internal uint k;
    }

    /// <summary>struct sock_fprog of linux/filter.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct sock_fprog
    {
        internal ushort len;
        internal sock_filter* filter;
    }
}

using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    /// <summary>Nine words about a socket's memory (linux/sock_diag.h); the last counts what the kernel dropped because the queue was full.</summary>
    internal const int SO_MEMINFO = 55;
    internal const int SK_MEMINFO_DROPS = 8;

    /// <summary>getsockopt(2).</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int getsockopt(int sockfd, int level, int optname, void* optval, uint* optlen);
}

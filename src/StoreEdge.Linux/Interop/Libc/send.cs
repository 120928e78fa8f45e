using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const int MSG_NOSIGNAL = 0x4000;

    /// <summary>send(2).</summary>
    /// <returns>How many bytes, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial nint send(int sockfd, byte* buf, nuint len, int flags);
}

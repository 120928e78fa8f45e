using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const int MSG_DONTWAIT = 0x40;

    /// <summary>recv(2).</summary>
    /// <returns>How many bytes, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial nint recv(int sockfd, byte* buf, nuint len, int flags);
}

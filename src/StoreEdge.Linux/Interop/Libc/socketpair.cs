using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    /// <summary>socketpair(2).</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int socketpair(int domain, int type, int protocol, int* sv);
}

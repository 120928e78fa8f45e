using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

/// <summary>The C library, one native call per file, native names kept.</summary>
internal static partial class Libc
{
    internal const int SHUT_RDWR = 2;

    /// <summary>shutdown(2). On a socket that is still connecting it wakes the blocked connect(2) with an error.</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int shutdown(int sockfd, int how);
}

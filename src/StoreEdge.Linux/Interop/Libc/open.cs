using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const int O_RDWR = 2, O_CLOEXEC = 0x80000;

    /// <summary>open(2) of something that is there.</summary>
    /// <returns>A descriptor, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string pathname, int flags);
}

using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const int EFD_CLOEXEC = 0x80000;

    /// <summary>eventfd(2).</summary>
    /// <returns>The descriptor, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int eventfd(uint initval, int flags);
}

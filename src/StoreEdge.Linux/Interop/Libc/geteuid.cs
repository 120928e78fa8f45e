using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class LibcUsers
{
    /// <summary>geteuid(2); never fails.</summary>
    [LibraryImport("libc")]
    internal static partial uint geteuid();
}

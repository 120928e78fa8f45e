using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static unsafe partial class LibcFiles
{
    /// <summary>chown(2).</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chown(string pathname, uint owner, uint group);
}

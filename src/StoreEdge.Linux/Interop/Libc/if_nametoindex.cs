using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    /// <summary>if_nametoindex(3), in the network of this thread.</summary>
    /// <returns>The index, or 0 where there is no such interface.</returns>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial uint if_nametoindex(string ifname);
}

using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Nftables;

internal static partial class LibNftables
{
    /// <summary>Runs commands as nft(8) reads them, all of them or none: they are one transaction of the kernel's.</summary>
    /// <returns>0, or −1 with the reason in the error buffer.</returns>
    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nft_run_cmd_from_buffer(NftablesHandle ctx, string buf);
}

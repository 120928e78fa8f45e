using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Nftables;

internal static partial class LibNftables
{
    [LibraryImport(Soname)]
    internal static partial void nft_ctx_free(nint ctx);
}

using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Nftables;

internal static partial class LibNftables
{
    /// <summary>Keeps what would go to the standard output.</summary>
    /// <returns>0, or not 0 without memory.</returns>
    [LibraryImport(Soname)]
    internal static partial int nft_ctx_buffer_output(NftablesHandle ctx);

    /// <summary>Keeps what would go to the standard error output.</summary>
    /// <returns>0, or not 0 without memory.</returns>
    [LibraryImport(Soname)]
    internal static partial int nft_ctx_buffer_error(NftablesHandle ctx);

    /// <returns>What the last run kept; the context's own, good until its next run.</returns>
    [LibraryImport(Soname)]
    internal static partial nint nft_ctx_get_output_buffer(NftablesHandle ctx);

    /// <inheritdoc cref="nft_ctx_get_output_buffer"/>
    [LibraryImport(Soname)]
    internal static partial nint nft_ctx_get_error_buffer(NftablesHandle ctx);
}

namespace StoreEdge.Linux.Interop.Nftables;

/// <summary>libnftables as in /usr/include/nftables/libnftables.h: native names and numbers kept, no policy here. A context belongs to one thread at a time.</summary>
internal static partial class LibNftables
{
    /// <summary>Debian package libnftables1.</summary>
    internal const string Soname = "libnftables.so.1";

    internal const uint NFT_CTX_DEFAULT = 0;

    internal const uint NFT_CTX_OUTPUT_STATELESS = 1 << 2;
    internal const uint NFT_CTX_OUTPUT_JSON = 1 << 4;
    internal const uint NFT_CTX_OUTPUT_NUMERIC_PRIO = 1 << 8;
    internal const uint NFT_CTX_OUTPUT_NUMERIC_SYMBOL = 1 << 9;
    internal const uint NFT_CTX_OUTPUT_TERSE = 1 << 11;
}

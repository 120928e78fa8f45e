using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Nftables;

internal static partial class LibNftables
{
    /// <summary>Opens a socket of NETLINK_NETFILTER; where that is refused the library ends the process (mnl.c, nft_mnl_socket_open), so whoever calls this tries one first.</summary>
    [LibraryImport(Soname)]
    internal static partial nint nft_ctx_new(uint flags);
}

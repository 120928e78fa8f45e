using Microsoft.Win32.SafeHandles;

namespace StoreEdge.Linux.Interop.Nftables;

/// <summary>struct nft_ctx, freed exactly once.</summary>
internal sealed class NftablesHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal NftablesHandle(nint context)
        : base(ownsHandle: true) => SetHandle(context);

    protected override bool ReleaseHandle()
    {
        LibNftables.nft_ctx_free(handle);
        return true;
    }
}

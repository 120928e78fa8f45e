using System.Runtime.CompilerServices;
using StoreEdge.Linux.Netlink;

namespace StoreEdge.Linux.Nftables;

/// <summary>Hears of every change that any program makes to a table, as the kernel tells it (NFNLGRP_NFTABLES).</summary>
public sealed class NftablesWatch : IDisposable
{
    private const int Group = 7;

    private readonly NetlinkSocket socket;
    private readonly string table;

    private NftablesWatch(NetlinkSocket socket, string table)
    {
        this.socket = socket;
        this.table = table;
    }

    /// <summary>Listens from now on.</summary>
    /// <param name="table">The table that matters, without its family.</param>
    /// <exception cref="NetlinkFault">The kernel does not let this process listen.</exception>
    public static NftablesWatch Open(string table) => new(NetlinkSocket.Open(NetlinkSocket.Netfilter, Group), table);

    /// <summary>The changes, as they come. A null says that some were missed: look for yourself.</summary>
    /// <exception cref="NetlinkFault">The kernel ended it.</exception>
    public async IAsyncEnumerable<NftablesChange?> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var buffer = new byte[NetlinkSocket.PacketRoom];
        (bool, bool) open = default;
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, stop).ConfigureAwait(false);
            if (length is null)
            {
                open = default;
                yield return null;
                continue;
            }

            foreach (var change in NftablesChange.Read(buffer.AsSpan(0, length.Value), table, ref open)) yield return change;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}

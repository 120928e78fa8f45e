using System.Runtime.CompilerServices;
using StoreEdge.Linux.Netlink;

namespace StoreEdge.Linux.Neighbours;

/// <summary>Hears when neighbours answer, fall silent and fail, as the kernel notices it (RTNLGRP_NEIGH).</summary>
public sealed class NeighbourWatch : IDisposable
{
    private const int Group = 3;

    private readonly NetlinkSocket socket;

    private NeighbourWatch(NetlinkSocket socket) => this.socket = socket;

    /// <summary>Listens from now on, in the network of this thread.</summary>
    /// <exception cref="NetlinkFault">Refused.</exception>
    public static NeighbourWatch Open() => new(NetlinkSocket.Open(NetlinkSocket.Route, Group));

    /// <summary>Every change of a neighbour, as it comes. A null says that some were missed.</summary>
    /// <exception cref="NetlinkFault">The kernel ended it.</exception>
    public async IAsyncEnumerable<Neighbour?> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var buffer = new byte[NetlinkSocket.PacketRoom];
        var seen = new List<Neighbour>();
        while (true)
        {
            if (await socket.ReceiveAsync(buffer, stop).ConfigureAwait(false) is not { } length)
            {
                yield return null;
                continue;
            }

            seen.Clear();
            Collect(buffer.AsSpan(0, length), seen);
            foreach (var neighbour in seen) yield return neighbour;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    internal static void Collect(ReadOnlySpan<byte> packet, List<Neighbour> seen)
    {
        foreach (var message in new NetlinkMessages(packet))
            if (Neighbour.Read(message) is { } neighbour) seen.Add(neighbour);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>
/// Hears what arrives at an interface, beneath every filter (AF_PACKET): the packets of IPv4 and IPv6 that somebody sent there. Left out is what neighbours must tell each other:
/// ARP, neighbour discovery and group membership.
/// </summary>
internal sealed class PacketEar : IDisposable
{
    private readonly Socket socket;
    private readonly Task listening;
    private readonly ConcurrentQueue<string> heard = new();

    public PacketEar(NetworkNamespace where, string networkInterface)
    {
        socket = where.Inside(() =>
        {
            // ETH_P_ALL in network order, and bound to one interface by its index (struct sockaddr_ll).
            var index = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == networkInterface).GetIPProperties().GetIPv4Properties().Index;
            var all = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)0x0300);
            all.Bind(new LinkLayerEndPoint(index));
            return all;
        });
        listening = Task.Run(Listen);
    }

    /// <summary>What was heard, a line each such as <c>203.0.113.1 → 203.0.113.80 protocol 6</c>.</summary>
    public IReadOnlyCollection<string> Heard => heard;

    /// <summary>How many bytes were heard, headers of the link among them.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    private long bytes;

    public void Dispose()
    {
        socket.Dispose();
        listening.Wait();
    }

    private void Listen()
    {
        var frame = new byte[65_536];
        EndPoint from = new LinkLayerEndPoint(0);
        try
        {
            while (true)
            {
                var length = socket.ReceiveFrom(frame, ref from);
                // What this side sends itself is heard too.
                if (((LinkLayerEndPoint)from).IsOutgoing) continue;
                if (Describe(frame.AsSpan(0, length)) is not { } line) continue;
                heard.Enqueue(line);
                Interlocked.Add(ref bytes, length);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test has heard enough.
        }
    }

    private static string? Describe(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 34) return null;
        if (frame[12] == 0x08 && frame[13] == 0x00) return $"{new IPAddress(frame[26..30])} → {new IPAddress(frame[30..34])} protocol {frame[23]}";
        if (frame[12] != 0x86 || frame[13] != 0xDD || frame.Length < 55) return null;
        // Group membership comes behind a hop-by-hop header; neighbour discovery is ICMPv6 133–137.
        if (frame[20] == 0 || (frame[20] == 58 && frame[54] is >= 130 and <= 137 or 143)) return null;
        return $"{new IPAddress(frame[22..38])} → {new IPAddress(frame[38..54])} protocol {frame[20]}";
    }
}

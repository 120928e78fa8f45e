using System.Buffers.Binary;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>
/// One malicious device that plays thousands of phones, frame by frame (AF_PACKET): each with a hardware address and an IP address of its own asks for the gateway (ARP, so that it becomes
/// a neighbour), asks the name server, knocks at the portal and at the Internet.
/// </summary>
internal sealed class SpoofedPhones : IDisposable
{
    private readonly Socket socket;
    private readonly byte[] gateway;
    private int next;

    public SpoofedPhones(NetworkNamespace where, string networkInterface)
    {
        gateway = new byte[6];
        // The gateway's hardware address, which any phone may ask for.
        where.Try("ping", "-c", "1", "-W", "1", $"{GuestNetwork.GatewayAddress}");
        var line = where.Run("ip", "neigh", "show", $"{GuestNetwork.GatewayAddress}", "dev", networkInterface);
        PhysicalAddress.Parse(line.Split(' ')[2].Replace(':', '-').ToUpperInvariant()).GetAddressBytes().CopyTo(gateway, 0);
        socket = where.Inside(() =>
        {
            var index = NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == networkInterface).GetIPProperties().GetIPv4Properties().Index;
            var raw = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)0x0300);
            raw.Bind(new LinkLayerEndPoint(index));
            return raw;
        });
    }

    /// <summary>Frames sent.</summary>
    public long Sent { get; private set; }

    /// <summary>As many further phones come and knock.</summary>
    public void Knock(int phones)
    {
        for (var i = 0; i < phones; i++)
        {
            var number = next++ % 50_000;
            byte[] mac = [0x06, 0xBA, 0xD0, (byte)(number >> 16), (byte)(number >> 8), (byte)number];
            // Of the guests' network where there is room, and beyond it.
            byte[] address = [192, 168, 50, (byte)(30 + number % 220)];
            Send(Frame([255, 255, 255, 255, 255, 255], mac, 0x0806, [0, 1, 8, 0, 6, 4, 0, 1, .. mac, .. address, 0, 0, 0, 0, 0, 0, 192, 168, 50, 1]));
            // IPv6 has room for every one of them.
            byte[] address6 = [0x20, 0x01, 0x0D, 0xB8, 0, 0x50, 0, 0, 0, 0, 0x0B, 0xAD, 0, mac[3], mac[4], mac[5]];
            Send(Frame(gateway, mac, 0x86DD, Solicitation(address6, GuestNetwork.GatewayAddress6.GetAddressBytes(), mac)));
            Send(Frame(gateway, mac, 0x0800, Ip(address, [192, 168, 50, 1], 17, [0xC0, 0, 0, 53, 0, (byte)(8 + Question.Length), 0, 0, .. Question])));
            Send(Frame(gateway, mac, 0x0800, Ip(address, [203, 0, 113, 80], 6, Syn(80))));
            Send(Frame(gateway, mac, 0x0800, Ip(address, [203, 0, 113, 80], 6, Syn(443))));
        }
    }

    public void Dispose() => socket.Dispose();

    private static byte[] Question { get; } = GuestPhone.Query("flood.example", 1);

    private void Send(byte[] frame)
    {
        try
        {
            socket.Send(frame);
            Sent++;
        }
        catch (SocketException full) when (full.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
        {
            // The cable is.
        }
    }

    private static byte[] Frame(byte[] to, byte[] from, int type, byte[] body) => [.. to, .. from, (byte)(type >> 8), (byte)type, .. body];

    private static byte[] Ip(byte[] from, byte[] to, byte protocol, byte[] body)
    {
        byte[] header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, .. from, .. to];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(20 + body.Length));
        var sum = 0;
        for (var i = 0; i < 20; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(i));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)~(sum % 65_535));
        return [.. header, .. body];
    }

    /// <summary>A neighbour solicitation (RFC 4861, §4.3) with the sender's hardware address, which makes it the gateway's neighbour.</summary>
    private static byte[] Solicitation(byte[] from, byte[] to, byte[] mac)
    {
        byte[] body = [135, 0, 0, 0, 0, 0, 0, 0, .. to, 1, 1, .. mac];
        byte[] pseudo = [.. from, .. to, 0, 0, 0, (byte)body.Length, 0, 0, 0, 58, .. body];
        var sum = 0;
        for (var i = 0; i < pseudo.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(pseudo.AsSpan(i));
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), (ushort)~(sum % 65_535));
        return [0x60, 0, 0, 0, 0, (byte)body.Length, 58, 255, .. from, .. to, .. body];
    }

    private static byte[] Syn(int port) => [0xC0, 1, (byte)(port >> 8), (byte)port, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xFF, 0xFF, 0, 0, 0, 0];
}

using System.Net;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>struct sockaddr_ll of packet(7).</summary>
internal sealed class LinkLayerEndPoint(int index, bool isOutgoing = false) : EndPoint
{
    private const byte PacketOutgoing = 4;

    public bool IsOutgoing => isOutgoing;

    public override AddressFamily AddressFamily => AddressFamily.Packet;

    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily.Packet, 20);
        address[3] = 3;
        for (var i = 0; i < 4; i++) address[4 + i] = (byte)(index >> 8 * i);
        return address;
    }

    public override EndPoint Create(SocketAddress socketAddress) => new LinkLayerEndPoint(0, socketAddress[10] == PacketOutgoing);
}

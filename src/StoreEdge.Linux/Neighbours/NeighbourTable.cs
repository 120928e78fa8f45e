using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Libc;
using StoreEdge.Linux.Netlink;

namespace StoreEdge.Linux.Neighbours;

/// <summary>The kernel's table of neighbours, IPv4 and IPv6 alike (rtnetlink(7)): who an address on the guest network belongs to. A look-up takes microseconds and starts no program.</summary>
public sealed class NeighbourTable : IDisposable
{
    private const ushort Request = 1, Acknowledge = 4, Replace = 0x100, Dump = 0x300;

    private readonly Lock gate = new();
    private readonly NetlinkSocket socket;
    private readonly byte[] answer = new byte[NetlinkSocket.PacketRoom];
    private uint sequence;

    private NeighbourTable(NetlinkSocket socket) => this.socket = socket;

    /// <summary>Opens it, in the network of this thread.</summary>
    /// <exception cref="NetlinkFault">Refused.</exception>
    public static NeighbourTable Open() => new(NetlinkSocket.Open(NetlinkSocket.Route));

    /// <summary>The station behind an address that has just spoken to this machine.</summary>
    /// <param name="address">IPv4 or IPv6; not an IPv4 address in IPv6's clothes.</param>
    /// <param name="networkInterface">The interface's index.</param>
    /// <returns>The row, or null where the kernel knows nobody there.</returns>
    /// <exception cref="NetlinkFault">The kernel does not answer, or does not know such a request (before Linux 5.0).</exception>
    public Neighbour? Find(IPAddress address, int networkInterface)
    {
        lock (gate)
        {
            var number = ++sequence;
            socket.Send(Write(Neighbour.Get, Request, number, networkInterface, 0, address, null));
            while (true)
            {
                var length = socket.Receive(answer);
                foreach (var message in new NetlinkMessages(answer.AsSpan(0, length)))
                {
                    // What a request that was given up left behind.
                    if (message.Sequence != number) continue;
                    if (message.Type == NetlinkMessage.Error)
                        return message.Errno is Libc.ENOENT or Libc.ENODEV ? null : throw NetlinkSocket.Fault(message.Errno, "looking a neighbour up");
                    return Neighbour.Read(message);
                }
            }
        }
    }

    /// <summary>Every neighbour on an interface.</summary>
    /// <exception cref="NetlinkFault">The kernel does not answer.</exception>
    public IReadOnlyList<Neighbour> List(int networkInterface)
    {
        lock (gate)
        {
            var number = ++sequence;
            var rows = new List<Neighbour>();
            socket.Send(Write(Neighbour.Get, Request | Dump, number, 0, 0, null, null));
            while (true)
            {
                var length = socket.Receive(answer);
                foreach (var message in new NetlinkMessages(answer.AsSpan(0, length)))
                {
                    if (message.Sequence != number) continue;
                    if (message.Type == NetlinkMessage.Done) return rows;
                    if (message.Type == NetlinkMessage.Error) throw NetlinkSocket.Fault(message.Errno, "listing neighbours");
                    if (Neighbour.Read(message) is { } row && row.Interface == networkInterface) rows.Add(row);
                }
            }
        }
    }

    /// <summary>Has the kernel ask a neighbour whether it is still there; the answer comes as a notification: reachable, or failed. Needs CAP_NET_ADMIN.</summary>
    /// <exception cref="NetlinkFault">Refused.</exception>
    public void Probe(Neighbour neighbour)
    {
        if (neighbour.Station is not { } station) return;
        lock (gate)
        {
            var number = ++sequence;
            socket.Send(Write(Neighbour.New, Request | Acknowledge | Replace, number, neighbour.Interface, Neighbour.NudProbe, neighbour.Address, station));
            while (true)
            {
                var length = socket.Receive(answer);
                foreach (var message in new NetlinkMessages(answer.AsSpan(0, length)))
                {
                    if (message.Sequence != number || message.Type != NetlinkMessage.Error) continue;
                    // Forgotten in the meantime.
                    if (message.Errno is 0 or Libc.ENOENT or Libc.ENODEV) return;
                    throw NetlinkSocket.Fault(message.Errno, "asking a neighbour");
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate) socket.Dispose();
    }

    internal static byte[] Write(ushort type, int flags, uint sequence, int networkInterface, ushort state, IPAddress? address, StationAddress? station)
    {
        var destination = address?.GetAddressBytes() ?? [];
        var message = new byte[NetlinkMessages.HeaderLength + Neighbour.BodyLength + (address is null ? 0 : 4 + destination.Length) + (station is null ? 0 : 12)];
        MemoryMarshal.Write(message, (uint)message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), (ushort)flags);
        MemoryMarshal.Write(message.AsSpan(8), sequence);
        message[16] = (byte)(destination.Length switch { 4 => Libc.AF_INET, 16 => Libc.AF_INET6, _ => 0 });
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(20), networkInterface);
        MemoryMarshal.Write(message.AsSpan(24), state);
        if (address is null) return message;
        var at = NetlinkMessages.HeaderLength + Neighbour.BodyLength;
        MemoryMarshal.Write(message.AsSpan(at), (ushort)(4 + destination.Length));
        MemoryMarshal.Write(message.AsSpan(at + 2), Neighbour.DestinationAttribute);
        destination.CopyTo(message, at + 4);
        at += 4 + destination.Length;
        if (station is not { } known) return message;
        MemoryMarshal.Write(message.AsSpan(at), (ushort)10);
        MemoryMarshal.Write(message.AsSpan(at + 2), Neighbour.LinkAddressAttribute);
        known.CopyTo(message.AsSpan(at + 4));
        return message;
    }
}

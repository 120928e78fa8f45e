using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using StoreEdge.Linux.Netlink;

namespace StoreEdge.Linux.Neighbours;

/// <summary>What the kernel knows of a neighbour's presence.</summary>
public enum NeighbourState
{
    /// <summary>Being asked for, and has not answered yet.</summary>
    Incomplete,

    /// <summary>Answered a moment ago.</summary>
    Reachable,

    /// <summary>Answered once; nobody has asked since.</summary>
    Stale,

    /// <summary>Is asked again.</summary>
    Probing,

    /// <summary>Does not answer.</summary>
    Failed,

    /// <summary>The kernel forgets it.</summary>
    Gone,
}

/// <summary>One row of the kernel's neighbour table.</summary>
/// <param name="Interface">The interface's index.</param>
/// <param name="Address">Where it is on the network.</param>
/// <param name="Station">Who it is; null where the kernel does not know (any more).</param>
/// <param name="State">Whether it answers.</param>
public readonly record struct Neighbour(int Interface, IPAddress Address, StationAddress? Station, NeighbourState State)
{
    // linux/rtnetlink.h, linux/neighbour.h
    internal const ushort New = 28, Deleted = 29, Get = 30;
    internal const int BodyLength = 12;
    internal const ushort DestinationAttribute = 1, LinkAddressAttribute = 2;
    internal const ushort NudIncomplete = 0x01, NudReachable = 0x02, NudStale = 0x04, NudDelay = 0x08, NudProbe = 0x10, NudFailed = 0x20, NudNoArp = 0x40, NudPermanent = 0x80;

    /// <summary>Nothing personal.</summary>
    public override string ToString() => $"neighbour {State}";

    /// <summary>Reads RTM_NEWNEIGH or RTM_DELNEIGH.</summary>
    /// <returns>The row; null for anything else, for what is no station (multicast, loopback, another family) and for what is cut short.</returns>
    internal static Neighbour? Read(NetlinkMessage message)
    {
        if (message.Type is not (New or Deleted) || message.Body.Length < BodyLength) return null;
        var state = MemoryMarshal.Read<ushort>(message.Body[8..]);
        if ((state & NudNoArp) != 0) return null;
        IPAddress? address = null;
        StationAddress? station = null;
        foreach (var attribute in new NetlinkAttributes(message.Body[BodyLength..]))
            if (attribute.Type == DestinationAttribute && attribute.Value.Length is 4 or 16) address = new(attribute.Value);
            else if (attribute.Type == LinkAddressAttribute && attribute.Value.Length == 6) station = StationAddress.Read(attribute.Value);
        if (address is null) return null;
        return new(BinaryPrimitives.ReadInt32LittleEndian(message.Body[4..]), address, station is { Bits: 0 } ? null : station, message.Type == Deleted ? NeighbourState.Gone : Of(state));
    }

    private static NeighbourState Of(ushort state) => state switch
    {
        NudIncomplete => NeighbourState.Incomplete,
        NudStale => NeighbourState.Stale,
        NudDelay or NudProbe => NeighbourState.Probing,
        NudFailed => NeighbourState.Failed,
        0 => NeighbourState.Gone,
        _ => NeighbourState.Reachable,
    };
}

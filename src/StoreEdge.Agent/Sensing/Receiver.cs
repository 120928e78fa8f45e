using System.Threading.Channels;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>
/// One receiver's way from HCI events to sightings: decode, look up, drop strangers at once. Raw addresses and beacon ids end here. Fed by one source, on one thread at a
/// time; the status may be asked for from any.
/// </summary>
internal sealed class Receiver(ReceiverPlace place, BeaconLookup lookup, ChannelWriter<Sighting> sightings)
{
    private readonly FragmentAssembler assembler = new();
    private long frames;
    private long advertisements;
    private long enrolled;
    private long notEnrolled;
    private long overflowed;
    private long malformed;
    private long lastHeard = -1;
    private volatile bool connected;
    private volatile string? fault = "not opened yet";

    public ReceiverPlace Place => place;

    public ReceiverStatus Status => new(
        place, connected, fault, Volatile.Read(ref frames), Volatile.Read(ref advertisements), Volatile.Read(ref enrolled), Volatile.Read(ref notEnrolled),
        Volatile.Read(ref overflowed), Volatile.Read(ref malformed), Volatile.Read(ref lastHeard) is >= 0 and var last ? new Instant(last) : null);

    /// <summary>The source is open.</summary>
    public void Open()
    {
        fault = null;
        connected = true;
    }

    /// <summary>The source is not open, and why.</summary>
    public void Close(string because)
    {
        connected = false;
        fault = because;
    }

    /// <summary>The source's own stream was broken.</summary>
    public void CountMalformed() => Volatile.Write(ref malformed, malformed + 1);

    /// <summary>Takes one HCI event, from its type byte on. Allocates nothing for strangers.</summary>
    public void Hear(ReadOnlySpan<byte> packet, Instant at)
    {
        Volatile.Write(ref frames, frames + 1);
        Volatile.Write(ref lastHeard, at.Nanoseconds);
        if (!HciEvent.TryRead(packet, out var reports, out var wrong))
        {
            // A controller tells of many other things besides advertisements.
            if (wrong.Kind != DecodeFaultKind.NotAdvertising) CountMalformed();
            return;
        }

        foreach (var report in reports)
        {
            if (assembler.TryComplete(report, out var payload, out wrong)) Take(report, payload, at);
            else if (wrong.Kind != DecodeFaultKind.None) CountMalformed();
        }
    }

    private void Take(in AdvertisingReport report, ReadOnlySpan<byte> payload, Instant at)
    {
        Volatile.Write(ref advertisements, advertisements + 1);
        if (!AdvertisementDecoder.TryDecode(payload, out var frame, out _, report.Status == ReportDataStatus.CutShort))
        {
            CountMalformed();
            return;
        }

        if (!frame.TryGetBeaconId(out var beacon) || !lookup(beacon, out var owner))
        {
            Volatile.Write(ref notEnrolled, notEnrolled + 1);
            return;
        }

        Volatile.Write(ref enrolled, enrolled + 1);
        if (owner.Role != BeaconRole.Customer) return;
        if (!sightings.TryWrite(new(owner.Subject, place.Id, report.Rssi ?? Sighting.RssiUnknown, at, owner.Assurance)))
            Volatile.Write(ref overflowed, overflowed + 1);
    }
}

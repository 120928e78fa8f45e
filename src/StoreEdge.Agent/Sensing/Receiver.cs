using System.Threading.Channels;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Radio;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>
/// One receiver's way from HCI events to sightings: decode, look up, drop strangers at once. Raw addresses and beacon ids end here. Fed by one source, on one thread at a
/// time; the status and whether it is blind may be asked for from any.
/// </summary>
internal sealed class Receiver(ReceiverPlace place, BeaconLookup lookup, ChannelWriter<Sighting> sightings)
{
    /// <summary>What HCI says where an advertisement carries no address.</summary>
    private const byte NoAddress = 0xFF;

    private readonly FragmentAssembler assembler = new();
    private readonly CloneWatch clones = new();
    private readonly Canaries canaries = new();
    private long frames;
    private long advertisements;
    private long enrolled;
    private long notEnrolled;
    private long overflowed;
    private long overflowedElsewhere;
    private long malformed;
    private long lastHeard = -1;
    private readonly Lock tapGate = new();
    private Tap[]? taps;
    private volatile FootfallLoop? footfall;
    private volatile Source source = new(false, default, "not opened yet", false);
    private volatile string? link;

    public ReceiverPlace Place => place;

    /// <summary>How often an id that never changes was found to come from two devices.</summary>
    public long Clones => clones.Found;

    /// <summary>The fixed beacons that tell a dead radio from an empty store.</summary>
    public Canaries Canaries => canaries;

    /// <summary>What was tried when they fell silent; only radios of this machine can be mended, but the ladder outlives their sources.</summary>
    public RecoveryLadder Ladder { get; } = new();

    /// <summary>What is known of the radio itself; null for sources that are none of this machine's.</summary>
    public RadioStatus? Radio { get; set; }

    public ReceiverStatus Status => new(
        place, source.Open, source.Fault, Volatile.Read(ref frames), Volatile.Read(ref advertisements), Volatile.Read(ref enrolled), Volatile.Read(ref notEnrolled),
        Volatile.Read(ref overflowed) + Volatile.Read(ref overflowedElsewhere), Volatile.Read(ref malformed), Volatile.Read(ref lastHeard) is >= 0 and var last ? new Instant(last) : null, link)
    {
        Canaries = canaries.Learned,
        Radio = Radio,
        Ladder = Ladder,
    };

    /// <summary>Lets a technician listen to what passes; nobody pays for it while nobody does.</summary>
    public void Attach(Tap tap)
    {
        lock (tapGate) Volatile.Write(ref taps, [.. taps ?? [], tap]);
    }

    /// <summary>Ends what <see cref="Attach"/> began.</summary>
    public void Detach(Tap tap)
    {
        lock (tapGate)
        {
            Tap[] others = [.. (taps ?? []).Where(t => t != tap)];
            Volatile.Write(ref taps, others.Length == 0 ? null : others);
        }
    }

    /// <summary>Has whoever passes counted.</summary>
    public void Count(FootfallLoop by) => footfall = by;

    /// <summary>Whether some tap takes everybody.</summary>
    public bool RecordsEverybody => Volatile.Read(ref taps)?.Any(t => t.TakesEverybody) ?? false;

    /// <summary>Whether this receiver could not hear anybody now, and since when; null while it can. What it does not say then is no sign that somebody left.</summary>
    public Blindness? BlindAt(Instant now)
    {
        var state = source;
        if (state.IsOver) return null;
        if (!state.Open) return new(state.Since, state.Fault ?? "its source is not open");
        return canaries.SilentSince(now) is { } silent ? new(silent, "every fixed beacon that it should hear is silent") : null;
    }

    /// <summary>The source is open. One that was made ready again without having been closed has been open all the time.</summary>
    public void Open(Instant at)
    {
        if (!source.Open) source = new(true, at, null, false);
    }

    /// <summary>The source is not open, and why: the receiver is blind.</summary>
    public void Close(string because, Instant at)
    {
        // Why it is closed may become clearer; since when stays.
        if (source is { Open: false, IsOver: false } already && already.Since != Instant.Origin) at = already.Since;
        source = new(false, at, because, false);
    }

    /// <summary>The source has nothing more to give: over is not blind.</summary>
    public void End(string because, Instant at) => source = new(false, at, because, true);

    /// <summary>The source's own stream was broken.</summary>
    public void CountMalformed() => Volatile.Write(ref malformed, malformed + 1);

    /// <summary>How the source reaches us, where it is not of this machine: shown to the technician beside the counts.</summary>
    public void Describe(string how) => link = how;

    /// <summary>Takes what a node decoded itself: one advertisement of a beacon. Allocates nothing for strangers.</summary>
    public void Hear(BeaconId beacon, sbyte rssi, Instant at)
    {
        Volatile.Write(ref frames, frames + 1);
        Volatile.Write(ref lastHeard, at.Nanoseconds);
        Volatile.Write(ref advertisements, advertisements + 1);
        var heard = new Heard(beacon, default, NoAddress, at);
        Take(heard, lookup(heard, out var owner), owner, rssi);
    }

    /// <summary>A node says that it heard so many advertisements, of whomever.</summary>
    public void HearOthers(long count, Instant at)
    {
        Volatile.Write(ref frames, frames + count);
        Volatile.Write(ref advertisements, advertisements + count);
        Volatile.Write(ref notEnrolled, notEnrolled + count);
        Volatile.Write(ref lastHeard, at.Nanoseconds);
        canaries.HearOther(at);
    }

    /// <summary>Hands on what a satellite has decoded and looked up; its counts come separately.</summary>
    public void Relay(in Sighting sighting)
    {
        if (!sightings.TryWrite(sighting with { Receiver = place.Id })) Volatile.Write(ref overflowed, overflowed + 1);
    }

    /// <summary>Shows a satellite's own counts of this receiver as ours.</summary>
    public void Mirror(in RemoteCounts counts, Instant? heard)
    {
        Volatile.Write(ref frames, counts.Frames);
        Volatile.Write(ref advertisements, counts.Advertisements);
        Volatile.Write(ref enrolled, counts.Enrolled);
        Volatile.Write(ref notEnrolled, counts.NotEnrolled);
        Volatile.Write(ref overflowedElsewhere, counts.Overflowed);
        Volatile.Write(ref malformed, counts.Malformed);
        if (heard is { } at) Volatile.Write(ref lastHeard, at.Nanoseconds);
    }

    /// <summary>Takes one HCI event, from its type byte on. Allocates nothing for strangers.</summary>
    public void Hear(ReadOnlySpan<byte> packet, Instant at)
    {
        Volatile.Write(ref frames, frames + 1);
        Volatile.Write(ref lastHeard, at.Nanoseconds);
        if (Volatile.Read(ref taps) is { } listening)
            foreach (var tap in listening)
                tap.TakeEvent(packet, at);
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

    /// <summary>Takes one report that came otherwise than in an HCI event: the kernel's management tells of advertisements in words of its own.</summary>
    public void HearReport(in AdvertisingReport report, Instant at)
    {
        Volatile.Write(ref frames, frames + 1);
        Volatile.Write(ref lastHeard, at.Nanoseconds);
        if (Volatile.Read(ref taps) is { } listening)
            foreach (var tap in listening)
                tap.TakeReport(report, report.Data, at);
        Take(report, report.Data, at);
    }

    /// <summary>Forgets canaries that are gone for good.</summary>
    /// <returns>How many.</returns>
    public int ForgetGoneCanaries(Instant now) => source is { Open: true } open ? canaries.ForgetGone(now, open.Since) : 0;

    private void Take(in AdvertisingReport report, ReadOnlySpan<byte> payload, Instant at)
    {
        Volatile.Write(ref advertisements, advertisements + 1);
        if (!AdvertisementDecoder.TryDecode(payload, out var frame, out _, report.Status == ReportDataStatus.CutShort))
        {
            CountMalformed();
            return;
        }

        // A frame without a beacon id may still come from an address that its owner's key explains.
        frame.TryGetBeaconId(out var beacon);
        var heard = new Heard(beacon, report.Address, report.AddressType, at);
        var isEnrolled = lookup(heard, out var owner);
        if (Volatile.Read(ref taps) is { } listening)
            foreach (var tap in listening)
                tap.TakeAdvertisement(report, payload, beacon, isEnrolled, at);
        footfall?.Take(place, heard, isEnrolled, owner, report.Rssi);
        Take(heard, isEnrolled, owner, report.Rssi ?? Sighting.RssiUnknown);
    }

    private void Take(in Heard heard, bool isEnrolled, BeaconOwner owner, sbyte rssi)
    {
        var at = heard.At;
        if (!isEnrolled)
        {
            Volatile.Write(ref notEnrolled, notEnrolled + 1);
            canaries.HearOther(at);
            return;
        }

        Volatile.Write(ref enrolled, enrolled + 1);
        if (owner.Role == BeaconRole.Fixed) canaries.Hear(heard.Beacon, at);
        else canaries.HearOther(at);
        if (owner.Role != BeaconRole.Customer) return;
        if (clones.IsCloned(heard)) owner = owner with { Assurance = Assurance.Low, Suspicion = Suspicion.Cloned };
        if (!sightings.TryWrite(new(owner.Subject, place.Id, rssi, at, owner.Assurance, owner.Household, owner.Suspicion, owner.Proof)))
            Volatile.Write(ref overflowed, overflowed + 1);
    }

    /// <summary>How the source is, as one value, so that who asks from elsewhere never sees half of a change.</summary>
    private sealed record Source(bool Open, Instant Since, string? Fault, bool IsOver);
}

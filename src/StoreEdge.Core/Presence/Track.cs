using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>Everything that is remembered of one subject: what each receiver hears, and the visit if there is one. Owned by <see cref="PresenceTracker"/>.</summary>
internal sealed class Track(Pseudonym subject, int receivers)
{
    internal Pseudonym Subject = subject;
    internal readonly Hearing[] Hearings = new Hearing[receivers];
    internal AdvertisingInterval Interval;
    internal DoorLevels DoorLevels;
    internal Instant LastHeard;

    // In this run: a visit that a restart took up counts its silence from LastHeard without having been heard yet.
    internal bool HasBeenHeard;
    internal Instant? LastInside;

    // From when silence counts, where that is later than the last packet: a receiver that had been blind hears again.
    internal Instant SightBack;
    internal Pseudonym? Household;
    internal bool Furniture;

    // The visit, open while Present, kept through the grace afterwards.
    internal bool Present;
    internal VisitId Visit;
    internal Road Road;
    internal Assurance Assurance;
    internal Suspicion Suspicion;
    internal string? Proof;
    internal ZoneId Zone;
    internal int Receiver = NoReceiver;
    internal Instant Start;
    internal Instant Left;
    internal int DwellsTold;
    internal bool HasBeacon;
    internal bool HasPortal;
    internal Instant LastPortal;

    // Evidence that has begun and does not yet hold.
    internal bool Crossing;
    internal Instant CrossingSince;
    internal int CrossingPackets;
    internal bool Weak;
    internal Instant WeakSince;
    internal int ZoneCandidate = NoReceiver;
    internal Instant ZoneSince;

    // The zone left last, when, and how often in a row the subject went back to one that they had just left.
    internal ZoneId ZoneBefore;
    internal Instant ZoneLeft;
    internal int ZoneReturns;

    internal const int NoReceiver = -1;

    internal bool HasVisit => Visit.Value is not null;

    internal void ForgetEvidence()
    {
        Crossing = false;
        Weak = false;
        ZoneCandidate = NoReceiver;
        for (var i = 0; i < Hearings.Length; i++) Hearings[i].StartOver();
    }
}

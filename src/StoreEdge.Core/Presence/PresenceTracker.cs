using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>
/// Turns sightings into visits. A pure state machine: time comes in with each call, events go out through the list that the caller hands in, and the same calls give the
/// same events. A sighting that changes nothing allocates nothing. Not for use by several threads.
/// </summary>
public sealed class PresenceTracker
{
    private readonly ReceiverPlace[] places;
    private readonly Dictionary<ReceiverId, int> indexes;
    private readonly Subjects subjects;
    private readonly PresenceOptions options;
    private readonly Func<Instant, VisitId> newVisit;
    private readonly Door door;
    private readonly BlindReceivers blind;
    private readonly Parties parties;
    private readonly Zones zones;

    /// <summary>Takes the rules.</summary>
    /// <param name="places">The receivers, each id once; may be empty where only the portal notices people.</param>
    /// <param name="options">The rules.</param>
    /// <param name="newVisit">Makes the id of a visit that begins at the given moment.</param>
    /// <param name="namesOf">
    /// Under which other pseudonyms a subject may be known, once keys rotate: a visit keeps the name that it began with until it is over for good; the next one has the new name.
    /// </param>
    public PresenceTracker(IEnumerable<ReceiverPlace> places, PresenceOptions options, Func<Instant, VisitId> newVisit, SubjectNames? namesOf = null)
    {
        this.places = [.. places];
        this.options = options;
        this.newVisit = newVisit;
        indexes = [];
        for (var i = 0; i < this.places.Length; i++) indexes.Add(this.places[i].Id, i);
        door = new(this.places, options);
        blind = new(this.places, options);
        parties = new(options);
        zones = new(this.places, options);
        subjects = new(this.places.Length, options, namesOf);
    }

    /// <summary>How many are present.</summary>
    public int Present { get; private set; }

    /// <summary>How many subjects are followed, present or not.</summary>
    public int Followed => subjects.Count;

    /// <summary>How many of them are furniture: enrolled as customers' devices, and here for longer than any customer stays.</summary>
    public int Furniture { get; private set; }

    /// <summary>Sightings that were not followed: from a receiver that is not configured, or beyond <see cref="PresenceOptions.MaximumSubjects"/>.</summary>
    public long Ignored { get; private set; }

    /// <summary>Takes a sighting. Those of one receiver come in the order of time; receivers may be some packets apart.</summary>
    public void Observe(in Sighting sighting, ICollection<PresenceEvent> events)
    {
        if (!indexes.TryGetValue(sighting.Receiver, out var receiver) || !subjects.TryFollow(sighting.Subject, sighting.At, out var track))
        {
            Ignored++;
            return;
        }

        var now = track.HasBeenHeard && sighting.At < track.LastHeard ? track.LastHeard : sighting.At;
        var isNewAdvertisement = !track.HasBeenHeard || now - track.LastHeard >= AdvertisingInterval.SameAdvertisement;
        if (track.HasBeenHeard && isNewAdvertisement && now - track.LastHeard is var gap && gap < track.Interval.Silence(options)) track.Interval.Learn(gap);
        track.LastHeard = now;
        track.HasBeenHeard = true;
        if (track.Furniture) return;
        track.Household = sighting.Household;
        track.Proof = sighting.Proof ?? track.Proof;
        if (sighting.Suspicion != Suspicion.None) Suspect(track, sighting.Suspicion);
        var place = places[receiver];
        blind.Hears(receiver);
        if (place.Side == ReceiverSide.Inside) track.LastInside = now;
        if (sighting.Rssi == Sighting.RssiUnknown) return;

        var above = place.Side == ReceiverSide.Inside ? sighting.Rssi - place.EnterDbm : Hearing.NoThreshold;
        track.Hearings[receiver].Take(sighting.Rssi, sighting.At, above, options);
        if (track.Present) ObservePresent(track, now, isNewAdvertisement, events);
        if (!track.Present || !track.HasBeacon) ObserveAbsent(track, sighting.Assurance, now, isNewAdvertisement, events);
        door.Learn(track, now);
    }

    /// <summary>
    /// A receiver is blind (not connected, or deaf to what it should hear), or sees again. While an inside receiver is blind exits are suspended, for
    /// <see cref="PresenceOptions.BlindHold"/> at most; when it is back, everybody has their whole silence again to be heard in.
    /// </summary>
    public void SetBlind(ReceiverId receiver, bool isBlind, Instant now)
    {
        if (!indexes.TryGetValue(receiver, out var index) || !blind.Set(index, isBlind, now) || isBlind) return;
        ResumeHearing(now);
    }

    /// <summary>What was on the air could not be taken for a while: everybody has their whole silence again, and weakness its whole time.</summary>
    public void ResumeHearing(Instant now)
    {
        foreach (var track in subjects.All)
        {
            if (!track.Present || !track.HasBeacon) continue;
            track.SightBack = now;
            track.Weak = false;
            track.Crossing = false;
        }
    }

    /// <summary>Lets time pass: departures by silence, dwell marks, ends of portal visits. To be called a few times a second.</summary>
    public void Tick(Instant now, ICollection<PresenceEvent> events)
    {
        foreach (var track in subjects.All)
        {
            if (!track.Present)
            {
                // What has been away is no fixture any more; the visit that its owner has just ended on the portal is still theirs to return to.
                if (track.Furniture && now - track.LastHeard > options.FurnitureGone)
                {
                    track.Furniture = false;
                    Furniture--;
                }

                if (IsForgettable(track, now)) subjects.Forget(track);
                continue;
            }

            // A session that nobody ended does not make a customer of a tag for ever.
            if (track.HasBeacon && now - track.LastPortal > options.PortalHold) track.HasPortal = false;
            if (IsFurniture(track, now))
            {
                Depart(track, DepartureReason.Furniture, track.LastHeard, now, events);
                track.Furniture = true;
                Furniture++;
                continue;
            }

            while (track.DwellsTold < options.DwellMarks.Count && now - track.Start >= options.DwellMarks[track.DwellsTold])
            {
                var mark = options.DwellMarks[track.DwellsTold++];
                events.Add(new Dwell(track.Visit, track.Subject, track.Zone, track.Road, track.Start + mark, ReceiverOf(track), track.Assurance, mark));
            }

            EndIfSilent(track, now, events);
        }

        Furniture -= subjects.Sweep();
    }

    /// <summary>
    /// Takes a sign of life from the portal and returns the visit that it belongs to: the customer's present one if their beacon (or an earlier request) has opened it,
    /// a new one otherwise. Somebody anonymous has a pseudonym of their own and so never joins the visit of somebody else.
    /// </summary>
    public VisitId ObservePortal(Pseudonym subject, Assurance assurance, ZoneId zone, Instant at, ICollection<PresenceEvent> events)
    {
        var track = subjects.FindOrAdd(subject, at);
        track.HasPortal = true;
        track.LastPortal = at;
        if (track.Present)
        {
            if (assurance > track.Assurance) track.Assurance = assurance;
        }
        else
        {
            Arrive(track, Road.Portal, zone, null, assurance, at, events);
        }

        return track.Visit;
    }

    /// <summary>Takes a sign of life from a phone whose visit is open; opens none.</summary>
    public void RenewPortal(Pseudonym subject, Instant at)
    {
        if (subjects.Find(subject, at, out _) is { Present: true } track) (track.HasPortal, track.LastPortal) = (true, at);
    }

    /// <summary>Takes the end of a portal session; the visit ends with it unless a beacon is still heard.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="at">Now.</param>
    /// <param name="events">Takes what happened.</param>
    /// <param name="silently">Nothing was heard of the phone any more: the visit ended with its last sign of life.</param>
    public void EndPortal(Pseudonym subject, Instant at, ICollection<PresenceEvent> events, bool silently = false)
    {
        if (subjects.Find(subject, at, out _) is not { Present: true, HasPortal: true } track) return;
        track.HasPortal = false;
        if (track.HasBeacon) return;
        if (silently) Depart(track, DepartureReason.Silence, track.LastPortal, at, events);
        else Depart(track, DepartureReason.Portal, at, at, events);
    }

    /// <summary>Forgets a subject at once and without a word: an open visit ends untold, because the telling would name who is to be forgotten.</summary>
    public void Forget(Pseudonym subject, Instant at)
    {
        if (subjects.Find(subject, at, out _) is not { } track) return;
        if (track.Present) Present--;
        if (track.HasVisit) parties.Forget(track.Visit);
        subjects.Forget(track);
        Furniture -= subjects.Sweep();
    }

    /// <summary>
    /// Takes up visits that were open when the agent stopped, without telling anything again: their subjects have the unlearned silence to be heard in. Whoever had just
    /// left may return to theirs.
    /// </summary>
    public void Restore(IEnumerable<OpenVisit> visits, Instant now)
    {
        foreach (var visit in visits)
        {
            if (visit.Left is { } left && left > options.ReentryGrace) continue;
            var isOpen = visit.Left is null;
            var track = new Track(visit.Subject, places.Length)
            {
                Present = isOpen,
                Visit = visit.Visit,
                Road = visit.Road,
                Assurance = visit.Assurance,
                Zone = visit.Zone,
                Start = now + -visit.Present,
                Left = now + -(visit.Left ?? TimeSpan.Zero),
                HasBeacon = isOpen && visit.Road == Road.Beacon,
                HasPortal = isOpen && visit.Road == Road.Portal,
                LastPortal = now,
                LastHeard = now,
                LastInside = isOpen && visit.Road == Road.Beacon ? now : null,
            };
            SkipDwells(track, visit.Present);
            if (subjects.TryAdd(track) && isOpen) Present++;
        }
    }

    /// <summary>Takes up what was known to be furniture when the agent stopped.</summary>
    public void RestoreFurniture(IEnumerable<Pseudonym> owners, Instant now)
    {
        foreach (var owner in owners)
        {
            // Their owner may be on the portal meanwhile, under a former name too.
            var track = subjects.FindOrAdd(owner, now);
            if (track.Furniture || track.HasBeacon) continue;
            (track.Furniture, track.LastHeard, track.HasBeenHeard) = (true, now, true);
            Furniture++;
        }
    }

    /// <summary>Trust is lost for the rest of the visit; what the customer typed on the portal does not become doubtful by their beacon.</summary>
    private static void Suspect(Track track, Suspicion suspicion)
    {
        track.Suspicion = suspicion;
        if (track.Assurance == Assurance.Medium) track.Assurance = Assurance.Low;
    }

    /// <summary>Whether it has been heard here for longer than anybody stays; what is not heard, because of a restart or of blind receivers, may have left long ago.</summary>
    private bool IsFurniture(Track track, Instant now) =>
        track.HasBeacon && !track.HasPortal && now - track.Start >= options.FurnitureAfter && track.HasBeenHeard && now - track.LastHeard <= track.Interval.Silence(options);

    private void SkipDwells(Track track, TimeSpan present)
    {
        while (track.DwellsTold < options.DwellMarks.Count && present >= options.DwellMarks[track.DwellsTold]) track.DwellsTold++;
    }

    private void ObserveAbsent(Track track, Assurance assurance, Instant now, bool isNewAdvertisement, ICollection<PresenceEvent> events)
    {
        var best = zones.Best(track, now, null, out _);
        if (best == Track.NoReceiver || !HasCrossed(track, door.HasEntered(track, now), options.DoorHoldIn, now, isNewAdvertisement) || !HasArrived(track, now)) return;
        if (track.Present)
        {
            // The portal had opened the visit; from here on the beacon tells when it ends.
            track.HasBeacon = true;
            track.ForgetEvidence();
            return;
        }

        track.HasBeacon = true;
        Arrive(track, Road.Beacon, places[best].Zone, places[best].Id, assurance, now, events);
    }

    private void ObservePresent(Track track, Instant now, bool isNewAdvertisement, ICollection<PresenceEvent> events)
    {
        if (!track.HasBeacon) return;
        var suspended = blind.SuspendsExit(track, now);
        if (HasCrossed(track, !suspended && door.HasLeft(track, now), options.DoorHold, now, isNewAdvertisement))
        {
            Depart(track, DepartureReason.Outside, track.CrossingSince, now, events);
            return;
        }

        // Weakness is something that is heard inside; packets that only the outside hears say nothing about it.
        if (track.LastInside != now) return;
        var best = zones.Best(track, now, null, out var level);
        if (best == Track.NoReceiver) return;
        // Where the door hears them too it decides itself; weakness inside is then a shelf, not an absence.
        if (level >= places[best].ExitDbm || suspended || door.HearsOutside(track, now)) track.Weak = false;
        else if (!track.Weak) (track.Weak, track.WeakSince) = (true, now);
        else if (now - track.WeakSince >= options.WeakHold)
        {
            Depart(track, DepartureReason.Weak, track.WeakSince, now, events);
            return;
        }

        if (zones.Follow(track, best, level, now) is { } from)
            events.Add(new ZoneChange(track.Visit, track.Subject, from, track.Zone, track.Road, now, places[best].Id, track.Assurance));
    }

    private bool HasArrived(Track track, Instant now)
    {
        // Where no receiver hangs before the door, nothing but the level tells who is inside from who passes outside.
        var needed = track.HasVisit && now - track.Left <= options.ReentryGrace ? options.ReturnEvidence : options.ArrivalEvidence;
        foreach (ref var hearing in track.Hearings.AsSpan())
            if (door.HasOutside ? hearing.HasArrived(options.ArrivalPackets, options.ArrivalWindow, now) : hearing.Evidence >= needed)
                return true;
        return false;
    }

    /// <summary>Whether evidence for the other side has held long enough, over enough advertisements.</summary>
    private bool HasCrossed(Track track, bool evidence, TimeSpan hold, Instant now, bool isNewAdvertisement)
    {
        if (!evidence)
        {
            track.Crossing = false;
            return false;
        }

        if (!track.Crossing) (track.Crossing, track.CrossingSince, track.CrossingPackets) = (true, now, 1);
        else if (isNewAdvertisement) track.CrossingPackets++;
        return !door.HasOutside || track.CrossingPackets >= options.ArrivalPackets && now - track.CrossingSince >= hold;
    }

    private void EndIfSilent(Track track, Instant now, ICollection<PresenceEvent> events)
    {
        if (track.HasBeacon)
        {
            if (blind.SuspendsExit(track, now)) return;
            var last = track.HasPortal && track.LastPortal > track.LastHeard ? track.LastPortal : track.LastHeard;
            var silence = track.Interval.Silence(options);
            if (now - Later(last, track.SightBack) > silence) Depart(track, blind.Hides(track) ? DepartureReason.Lost : DepartureReason.Silence, last, now, events);
            // Heard by none but the outside, and longer than the door receivers would miss them by chance: they are still about, but not in here.
            else if (track.LastInside is { } inside && track.LastHeard > inside && last == track.LastHeard && now - Later(inside, track.SightBack) > 3 * silence)
                Depart(track, DepartureReason.Outside, inside, now, events);
        }
        else if (now - track.LastPortal > options.PortalHold)
        {
            Depart(track, DepartureReason.Portal, track.LastPortal, now, events);
        }
    }

    private void Arrive(Track track, Road road, ZoneId zone, ReceiverId? receiver, Assurance assurance, Instant at, ICollection<PresenceEvent> events)
    {
        var returned = track.HasVisit && at - track.Left <= options.ReentryGrace;
        if (!returned)
        {
            track.Visit = newVisit(at);
            track.Start = at;
            track.DwellsTold = 0;
            track.Road = road;
        }

        // Marks that passed while they were away were not dwelt.
        SkipDwells(track, at - track.Start);
        track.Present = true;
        track.Zone = zone;
        track.Receiver = receiver is { } known ? indexes[known] : Track.NoReceiver;
        track.Assurance = road == Road.Beacon && track.Suspicion != Suspicion.None ? Assurance.Low : assurance;
        track.ForgetEvidence();
        Present++;
        // Who uses the portal is not at the door, and who returns was greeted.
        var party = returned || road == Road.Portal ? null : parties.Join(track.Visit, track.Household, zone, at);
        events.Add(new Arrival(
            track.Visit, track.Subject, zone, road, at, receiver, track.Assurance, returned, party, road == Road.Beacon ? track.Suspicion : Suspicion.None,
            road == Road.Beacon ? track.Proof : null));
    }

    private void Depart(Track track, DepartureReason reason, Instant lastSign, Instant now, ICollection<PresenceEvent> events)
    {
        track.Present = false;
        track.HasBeacon = false;
        track.HasPortal = false;
        track.Left = now;
        var present = lastSign > track.Start ? lastSign - track.Start : TimeSpan.Zero;
        events.Add(new Departure(track.Visit, track.Subject, track.Zone, track.Road, now, ReceiverOf(track), track.Assurance, present, reason, track.Suspicion));
        (track.Suspicion, track.Proof) = (Suspicion.None, null);
        track.ForgetEvidence();
        Present--;
    }

    private ReceiverId? ReceiverOf(Track track) => track.Receiver == Track.NoReceiver ? null : places[track.Receiver].Id;

    private static Instant Later(Instant a, Instant b) => a > b ? a : b;

    private bool IsForgettable(Track track, Instant now) => !track.Furniture
        && (!track.HasVisit || now - track.Left > options.ReentryGrace)
        && (!track.HasBeenHeard || now - track.LastHeard > options.SilenceMaximum);
}

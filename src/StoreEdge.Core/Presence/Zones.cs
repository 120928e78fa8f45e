using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>In which zone somebody present is: the one whose receiver hears them best, with hysteresis in level, in time, and against going to and fro.</summary>
internal sealed class Zones(ReceiverPlace[] places, PresenceOptions options)
{
    // With these a device that lies between two zones changes hands 7 times an hour instead of 40 (storeedge-sim score --traces zones); who walks about is not held up.
    private const int MostReturns = 5;
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(30);

    /// <summary>The inside receiver that hears the subject best, of one zone or of all.</summary>
    internal int Best(Track track, Instant now, ZoneId? zone, out double level)
    {
        var best = Track.NoReceiver;
        level = Hearing.Floor;
        var patience = Door.Patience(track);
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i].Side != ReceiverSide.Inside || !track.Hearings[i].Heard || zone is { } only && places[i].Zone != only) continue;
            var heard = track.Hearings[i].SlowAt(now, patience);
            if (best != Track.NoReceiver && heard <= level) continue;
            (best, level) = (i, heard);
        }

        return best;
    }

    /// <summary>Lets a subject change zones where another's receiver has been the stronger for long enough.</summary>
    /// <param name="track">The subject, present.</param>
    /// <param name="best">The receiver that hears them best.</param>
    /// <param name="level">How well, dBm.</param>
    /// <param name="now">When.</param>
    /// <returns>The zone that they have left; null where they stay.</returns>
    internal ZoneId? Follow(Track track, int best, double level, Instant now)
    {
        if (places[best].Zone == track.Zone)
        {
            track.ZoneCandidate = Track.NoReceiver;
            track.Receiver = best;
            return null;
        }

        Best(track, now, track.Zone, out var present);
        if (level < present + options.ZoneMargin) track.ZoneCandidate = Track.NoReceiver;
        else if (track.ZoneCandidate != best) (track.ZoneCandidate, track.ZoneSince) = (best, now);
        else if (now - track.ZoneSince >= Hold(track, places[best].Zone, now)) return Move(track, best, now);
        return null;
    }

    private ZoneId Move(Track track, int best, Instant now)
    {
        if (IsBackSoon(track, places[best].Zone, now)) track.ZoneReturns = Math.Min(track.ZoneReturns + 1, MostReturns);
        else if (now - track.ZoneLeft > Settled) track.ZoneReturns = 0;
        var from = track.Zone;
        (track.ZoneBefore, track.ZoneLeft) = (from, now);
        (track.Zone, track.Receiver, track.ZoneCandidate) = (places[best].Zone, best, Track.NoReceiver);
        return from;
    }

    /// <summary>How long another zone's receiver must be the stronger: twice as long each time a subject goes back to where they have just been, as who lies between two zones does.</summary>
    private TimeSpan Hold(Track track, ZoneId zone, Instant now) => IsBackSoon(track, zone, now) ? options.ZoneHold * (1 << track.ZoneReturns + 1) : options.ZoneHold;

    private static bool IsBackSoon(Track track, ZoneId zone, Instant now) => track.ZoneBefore == zone && now - track.ZoneLeft <= Settled;
}

namespace StoreEdge.Core.Presence;

/// <summary>
/// Decides on which side of the door a subject is, from any number of receivers on each side. A side's level is the mean of its two strongest receivers: one alone is
/// at the mercy of a reflection, and the far ones only say that they are far. The outside level against its own thresholds decides, because it is what a wall and a
/// closed door change most (about 12 dB on the recordings, where most inside receivers change by less than 5); the other side overrules it by a clear margin.
/// </summary>
internal readonly struct Door(ReceiverPlace[] places, PresenceOptions options)
{
    // dB more that it takes to bring somebody in by the margin than to keep them in: hysteresis, as between the thresholds.
    private const double AbsentMargin = 3;

    /// <summary>What the evidence says now; null in the band between the two thresholds.</summary>
    internal bool? IsOutside(Track track, Instant now)
    {
        var patience = Patience(track);
        var inside = TopTwo(track, ReceiverSide.Inside, now, patience, out _, out _);
        var outside = TopTwo(track, ReceiverSide.Outside, now, patience, out var enter, out var exit);
        if (double.IsNaN(outside) || outside <= Hearing.Floor) return false;
        if (inside - outside > options.DoorMargin + (track.Present ? 0 : AbsentMargin)) return false;
        if (outside > enter) return true;
        if (outside < exit) return false;
        // Only what is heard can be compared: an inside receiver that misses packets says nothing about the side.
        return outside - inside > options.DoorMargin && IsHeard(track, ReceiverSide.Inside, now, patience) ? true : null;
    }

    /// <summary>dB by which the inside is stronger; negative where the outside is.</summary>
    internal double Margin(Track track, Instant now)
    {
        var patience = Patience(track);
        return TopTwo(track, ReceiverSide.Inside, now, patience, out _, out _) - TopTwo(track, ReceiverSide.Outside, now, patience, out _, out _);
    }

    /// <summary>Whether any outside receiver hears the subject at present.</summary>
    internal bool HearsOutside(Track track, Instant now) => IsHeard(track, ReceiverSide.Outside, now, Patience(track));

    /// <summary>Whether any receiver of a side hears the subject at present.</summary>
    private bool IsHeard(Track track, ReceiverSide side, Instant now, double patience)
    {
        for (var i = 0; i < places.Length; i++)
            if (places[i].Side == side && track.Hearings[i].Heard && (now - track.Hearings[i].Last).TotalSeconds <= patience)
                return true;
        return false;
    }

    /// <summary>How long a receiver may miss the device before its level fades, in seconds.</summary>
    internal static double Patience(Track track) => Math.Max(1, 2.5 * track.Interval.Mean.TotalSeconds);

    private double TopTwo(Track track, ReceiverSide side, Instant now, double patience, out double enter, out double exit)
    {
        double first = double.NaN, second = double.NaN;
        int firstAt = -1, secondAt = -1;
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i].Side != side) continue;
            var level = track.Hearings[i].FastAt(now, patience);
            if (firstAt < 0 || level > first)
            {
                (second, secondAt) = (first, firstAt);
                (first, firstAt) = (level, i);
            }
            else if (secondAt < 0 || level > second)
            {
                (second, secondAt) = (level, i);
            }
        }

        enter = exit = double.NaN;
        if (firstAt < 0) return double.NaN;
        if (secondAt < 0)
        {
            (enter, exit) = (places[firstAt].EnterDbm, places[firstAt].ExitDbm);
            return first;
        }

        enter = (places[firstAt].EnterDbm + places[secondAt].EnterDbm) / 2.0;
        exit = (places[firstAt].ExitDbm + places[secondAt].ExitDbm) / 2.0;
        return (first + second) / 2;
    }
}

namespace StoreEdge.Core.Presence;

/// <summary>
/// Decides on which side of the door a subject is, from any number of receivers on each side. A side's level is the mean of its two strongest receivers: one alone is
/// at the mercy of a reflection, and the far ones only say that they are far. The outside level decides, because it is what a wall and a closed door change most
/// (about 12 dB on the recordings, where most inside receivers change by less than 5); the inside level corrects it a little, and overrules it by a clear margin.
/// Thresholds move with what the subject's own device has taught (<see cref="DoorLevels"/>).
/// </summary>
internal readonly struct Door(ReceiverPlace[] places, PresenceOptions options)
{
    /// <summary>Whether any receiver hangs before the door, so that there are sides to decide between.</summary>
    internal bool HasOutside { get; } = Array.Exists(places, p => p.Side == ReceiverSide.Outside);

    /// <summary>Whether the evidence says now that somebody present is before the door.</summary>
    internal bool HasLeft(Track track, Instant now)
    {
        if (!HasOutside) return false;
        var evidence = Weigh(track, now);
        return evidence.IsHeardOutside && evidence.Score > evidence.Enter && evidence.Margin < options.DoorMargin;
    }

    /// <summary>Whether the evidence says now that somebody absent is within the door.</summary>
    internal bool HasEntered(Track track, Instant now)
    {
        if (!HasOutside) return true;
        var evidence = Weigh(track, now);
        if (!evidence.IsHeardOutside || evidence.Margin > options.DoorMargin + DoorRule.AbsentMargin || evidence.Score < evidence.Exit) return true;
        return !track.HasVisit && (evidence.Enter + evidence.Exit) / 2 + 2 - evidence.Outside + DoorRule.NewWeight * (evidence.Margin - DoorRule.NewMargin) > 0;
    }

    /// <summary>Learns from what is heard now; to be called after the decision that it serves.</summary>
    internal void Learn(Track track, Instant now)
    {
        if (!HasOutside) return;
        var patience = Patience(track);
        if (!IsHeard(track, ReceiverSide.Inside, now, patience)) return;
        var inside = TopTwo(track, ReceiverSide.Inside, now, patience, out _, out _);
        var outside = TopTwo(track, ReceiverSide.Outside, now, patience, out _, out var exit);
        track.DoorLevels.Follow(
            track.Present && track.HasBeacon, inside, IsHeard(track, ReceiverSide.Outside, now, patience) ? outside - (exit - DoorRule.InsideBelowExit) : double.NaN, now);
    }

    /// <summary>Whether any outside receiver hears the subject at present.</summary>
    internal bool HearsOutside(Track track, Instant now) => IsHeard(track, ReceiverSide.Outside, now, Patience(track));

    /// <summary>How long a receiver may miss the device before its level fades, in seconds.</summary>
    internal static double Patience(Track track) => Math.Max(1, 2.5 * track.Interval.Mean.TotalSeconds);

    private Evidence Weigh(Track track, Instant now)
    {
        var patience = Patience(track);
        var inside = TopTwo(track, ReceiverSide.Inside, now, patience, out _, out _);
        var outside = TopTwo(track, ReceiverSide.Outside, now, patience, out var enter, out var exit);
        ref var levels = ref track.DoorLevels;
        // What the inside gained is as much as the outside lost, less its weight.
        var gained = DoorRule.InsideWeight * levels.InsideGain / DoorRule.Gap * (inside - levels.InsideMiddle);
        return new(outside, outside - levels.Shift - gained, inside - outside, enter, exit);
    }

    /// <summary>Whether any receiver of a side hears the subject at present.</summary>
    private bool IsHeard(Track track, ReceiverSide side, Instant now, double patience)
    {
        for (var i = 0; i < places.Length; i++)
            if (places[i].Side == side && track.Hearings[i].Heard && (now - track.Hearings[i].Last).TotalSeconds <= patience)
                return true;
        return false;
    }

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

    /// <param name="Outside">The level outside, dBm.</param>
    /// <param name="Score">The same, corrected by what was learned and by the inside, dBm.</param>
    /// <param name="Margin">dB by which the inside is stronger.</param>
    /// <param name="Enter">The score above which somebody is before the door, dBm.</param>
    /// <param name="Exit">The score below which they are not, dBm.</param>
    private readonly record struct Evidence(double Outside, double Score, double Margin, double Enter, double Exit)
    {
        internal bool IsHeardOutside => !double.IsNaN(Outside) && Outside > Hearing.Floor;
    }
}

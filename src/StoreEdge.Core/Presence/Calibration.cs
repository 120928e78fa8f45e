using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>
/// Proposes thresholds from one tag that was carried before the door and then through the shop, and says how far to trust them. Pure: samples in, proposal out. One tag
/// stands for all, so the cut lies in the middle of what separates the sides rather than at its edge.
/// </summary>
public static class Calibration
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestPhase = TimeSpan.FromSeconds(10);
    private const int FewestPackets = 30;
    private const int DeafBelow = 5;
    private const double DeafLoss = 0.95;

    // d′ 2 leaves 16 % of single moments on the wrong side of the best cut, which three packets and a hold make rare; below 1 it is a third.
    private const double GoodDPrime = 2, UsableDPrime = 1;

    // Between enter and exit of an outside receiver, dB: what the plateau of the door recordings bears (defaults −70/−75) and what the simulated shops were tuned to (−66/−70).
    private const int DoorHysteresis = 4;

    // dB by which one customer's tag may be stronger than another's, pocket included (the scenarios' tags differ by 4 to 8): a separation below it is none, and by so much
    // more than the technician's a tag may reach in from the pavement.
    private const int TagSpread = 6;

    /// <summary>Works a walk-in out.</summary>
    /// <param name="places">The receivers as they are configured now.</param>
    /// <param name="outside">The tag before the door.</param>
    /// <param name="inside">The tag in the shop, far corners included.</param>
    /// <param name="options">The rules of presence that the thresholds will serve.</param>
    public static CalibrationResult Of(IReadOnlyList<ReceiverPlace> places, CalibrationPhase outside, CalibrationPhase inside, PresenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(outside);
        ArgumentNullException.ThrowIfNull(inside);
        ArgumentNullException.ThrowIfNull(options);
        var interval = Interval(outside, inside);
        List<ReceiverCalibration> receivers = [.. places.Select(p => Of(p, outside, inside, interval, options))];
        var (early, delay) = Try([.. receivers.Select(r => r.Place)], outside, inside, options);
        return new(receivers, interval * 1000, early, delay);
    }

    private static ReceiverCalibration Of(ReceiverPlace place, CalibrationPhase outside, CalibrationPhase inside, double interval, PresenceOptions options)
    {
        var (before, within) = (Levels(place.Id, outside, interval, options), Levels(place.Id, inside, interval, options));
        var isOutside = place.Side == ReceiverSide.Outside;
        // Nobody is near every receiver of a shop at once: each answers for the half of the walk that was nearest to it.
        var (own, other) = isOutside ? (before, within) : (within.UpperHalf, before);
        var (ownPhase, ownPackets) = isOutside ? (outside, before.Packets) : (inside, within.Packets);
        var rate = ownPackets.Count / Math.Max(ownPhase.Length.TotalSeconds, 1e-9);
        var loss = interval > 0 ? Math.Clamp(1 - rate * interval, 0, 1) : 1;
        var separation = own.Median - other.Median;
        var deviation = Math.Sqrt((own.Variance + other.Variance) / 2);
        // A level of whole decibels is no steadier than half of one.
        var dPrime = (own.Mean - other.Mean) / Math.Max(deviation, 0.5);
        var (cut, overlap) = Cut(own.Sorted, other.Sorted);
        var verdict = ownPackets.Count < DeafBelow || loss > DeafLoss ? CalibrationVerdict.Deaf
            : ownPackets.Count < FewestPackets || outside.Length < ShortestPhase || inside.Length < ShortestPhase ? CalibrationVerdict.TooFewPackets
            : dPrime <= -UsableDPrime ? CalibrationVerdict.WrongSide
            : dPrime < UsableDPrime || separation < TagSpread ? isOutside && own.Median < place.ExitDbm ? CalibrationVerdict.TooFarFromTheDoor : CalibrationVerdict.Overlaps
            : dPrime < GoodDPrime ? CalibrationVerdict.Usable : CalibrationVerdict.Good;
        var found = new ReceiverCalibration(
            place, verdict, before.Packets.Count, within.Packets.Count, rate, loss, before.Median, within.Median, separation, dPrime, overlap);
        if (!found.IsTrusted) return found;
        return found with { Place = isOutside ? DoorThresholds(place, cut, separation) : InsideThresholds(place, before.Packets, within, separation) };
    }

    /// <summary>Above the cut, the more so the farther the sides are apart: who has just come in is still heard at the door, and must not count as outside.</summary>
    private static ReceiverPlace DoorThresholds(ReceiverPlace place, double cut, double separation)
    {
        var enter = (int)Math.Round(Math.Clamp(cut + Math.Max(DoorHysteresis / 2.0, separation / 6), -95, -20));
        return place with { EnterDbm = (sbyte)enter, ExitDbm = (sbyte)(enter - DoorHysteresis) };
    }

    /// <summary>
    /// Enter: what hardly any packet from the pavement reaches, as any three that do are an arrival wherever the door hears nothing; but never so high that the tag did not
    /// reach it in half of its packets where it was near. Exit: well below anything that was heard of it inside.
    /// </summary>
    private static ReceiverPlace InsideThresholds(ReceiverPlace place, List<sbyte> pavement, Side within, double separation)
    {
        var reached = pavement.Count == 0 ? double.NegativeInfinity : Quantile(pavement, 0.98) + Math.Min(TagSpread, separation / 4);
        var enter = (int)Math.Round(Math.Clamp(Math.Min(reached, Quantile(within.Packets, 0.75)), -85, -20));
        var exit = (int)Math.Round(Math.Clamp(Quantile(within.Packets, 0.02) - 6, -95, enter - 8));
        return place with { EnterDbm = (sbyte)enter, ExitDbm = (sbyte)exit };
    }

    /// <summary>The level that puts the fewest moments on the wrong side, in the middle of all that do equally well, and how many it does.</summary>
    private static (double Cut, double Overlap) Cut(double[] own, double[] other)
    {
        if (own.Length == 0 || other.Length == 0) return (double.NaN, 0.5);
        var best = double.PositiveInfinity;
        double first = 0, last = 0;
        for (var cut = Hearing.Floor; cut <= -20; cut += 0.5)
        {
            var wrong = (Below(own, cut) / (double)own.Length + (1 - Below(other, cut) / (double)other.Length)) / 2;
            if (wrong < best - 1e-9) (best, first) = (wrong, cut);
            if (wrong <= best + 1e-9) last = cut;
        }

        return ((first + last) / 2, Math.Min(best, 0.5));
    }

    private static int Below(double[] sorted, double level)
    {
        var at = Array.BinarySearch(sorted, level);
        if (at < 0) return ~at;
        while (at > 0 && sorted[at - 1] == level) at--;
        return at;
    }

    private static Side Levels(ReceiverId receiver, CalibrationPhase phase, double interval, PresenceOptions options)
    {
        var patience = Math.Max(1, 2.5 * interval);
        var hearing = new Hearing();
        List<sbyte> packets = [];
        List<double> levels = [];
        var next = phase.From + TimeSpan.FromSeconds(1);
        foreach (var sample in phase.Samples)
        {
            if (sample.Receiver != receiver) continue;
            for (; next <= sample.At && next <= phase.To; next += Step) levels.Add(hearing.FastAt(next, patience));
            hearing.Take(sample.Rssi, sample.At, Hearing.NoThreshold, options);
            packets.Add(sample.Rssi);
        }

        for (; next <= phase.To; next += Step) levels.Add(hearing.FastAt(next, patience));
        packets.Sort();
        levels.Sort();
        return new(packets, [.. levels]);
    }

    /// <summary>Seconds between two of the tag's packets: the median gap of what any receiver heard, one packet at several being one. 0 where too little was heard.</summary>
    private static double Interval(params CalibrationPhase[] phases)
    {
        List<double> gaps = [];
        foreach (var phase in phases)
        {
            Instant? last = null;
            foreach (var at in phase.Samples.Select(s => s.At).Order())
            {
                if (last is { } before && at - before < AdvertisingInterval.SameAdvertisement) continue;
                if (last is { } previous) gaps.Add((at - previous).TotalSeconds);
                last = at;
            }
        }

        gaps.Sort();
        return gaps.Count < 10 ? 0 : gaps[gaps.Count / 2];
    }

    private static double Quantile(List<sbyte> sorted, double part) => sorted.Count == 0 ? Hearing.Floor : sorted[(int)(part * (sorted.Count - 1))];

    /// <summary>What the store would have told of this very walk.</summary>
    private static (int Early, TimeSpan? Delay) Try(ReceiverPlace[] places, CalibrationPhase outside, CalibrationPhase inside, PresenceOptions options)
    {
        var tracker = new PresenceTracker(places, options, _ => default);
        List<PresenceEvent> events = [];
        // The walk through the door is in neither phase; recordings of the two may even be of different days.
        var shift = outside.Length + TimeSpan.FromSeconds(1);
        var walk = outside.Samples.Select(s => (s, At: Instant.Origin + (s.At - outside.From)))
            .Concat(inside.Samples.Select(s => (s, At: Instant.Origin + shift + (s.At - inside.From)))).OrderBy(s => s.At);
        foreach (var (sample, at) in walk) tracker.Observe(new(new("k1-calibration"), sample.Receiver, sample.Rssi, at, Assurance.Low), events);
        var came = Instant.Origin + shift;
        var arrivals = events.OfType<Arrival>().ToList();
        return (arrivals.Count(a => a.At < came), arrivals.FirstOrDefault(a => a.At >= came)?.At - came);
    }

    private sealed record Side(List<sbyte> Packets, double[] Sorted)
    {
        internal double Mean => Sorted.Length == 0 ? Hearing.Floor : Sorted.Average();

        internal Side UpperHalf => this with { Sorted = Sorted[(Sorted.Length / 2)..] };

        internal double Median => Sorted.Length == 0 ? Hearing.Floor : Sorted[Sorted.Length / 2];

        internal double Variance => Sorted.Length == 0 ? 0 : Sorted.Average(l => (l - Mean) * (l - Mean));
    }
}

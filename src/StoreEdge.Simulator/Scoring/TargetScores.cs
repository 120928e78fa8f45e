namespace StoreEdge.Simulator.Scoring;

/// <summary>Runs rules on the traces of <see cref="Targets"/> and counts what each target counts.</summary>
internal static class TargetScores
{
    private const double VisitHours = 4;
    private static readonly double Undecided = double.NaN;

    /// <summary>From coming within reach (or through the door) to the arrival, at the slowest beacon and the worst air that are promised for.</summary>
    public static IEnumerable<Figures> Arrival(Contestant rule, ulong seed, int count)
    {
        foreach (var dbm in new[] { -55.0, -60, -65, -70, -75 })
            yield return Delays(rule, $"one receiver, {dbm} dBm", Enumerable.Range(0, count).Select(i => Targets.Appearing(i, seed, dbm, 0.5, 50)));
        yield return Delays(rule, "one receiver, -60 dBm, 250 ms", Enumerable.Range(0, count).Select(i => Targets.Appearing(i, seed, -60, 0.25, 50)));
        yield return Delays(rule, "door pair, walking in", Enumerable.Range(0, count).Select(i => Targets.WalkingIn(i, seed, 0.5, 50)));
    }

    /// <summary>Departures of somebody who stays.</summary>
    public static Figures Dwell(Contestant rule, ulong seed, double hours)
    {
        double inside = 0;
        var departures = 0;
        for (var i = 0; inside < hours; i++, inside += VisitHours) departures += rule.Run(Targets.Staying(i, seed, VisitHours, 70)).Count(e => !e.Inwards);
        return new(rule.Name, $"{inside:0} h, 70 % lost, 500 ms", [("departures", departures, 0), ("per 1000 h", departures / inside * 1000, 2)]);
    }

    /// <summary>Arrivals of somebody who only passes, and of somebody who has left.</summary>
    public static IEnumerable<Figures> Ghost(Contestant rule, ulong seed, int count)
    {
        foreach (var isCorrelated in new[] { false, true })
        {
            var fading = isCorrelated ? "correlated" : "independent";
            var ghosts = Enumerable.Range(0, count).Count(i => rule.Run(Targets.Passing(i, seed, isCorrelated)).Any(e => e.Inwards));
            yield return Share(rule, $"{count} passes, {fading} 6 dB", ghosts, count);

            var (left, returned) = (0, 0);
            for (var i = 0; i < count / 10; i++)
            {
                var afterwards = rule.Run(Targets.Leaving(i, seed, isCorrelated)).SkipWhile(e => e.Inwards || e.At < Targets.MovesAt).ToArray();
                if (afterwards.Length > 0) left++;
                if (afterwards.Length > 1) returned++;
            }

            yield return Share(rule, $"{left} of {count / 10} left, 5 min, {fading}", returned, left);
        }
    }

    /// <summary>Changes of owner while nothing moves, and how soon a move is noticed.</summary>
    public static IEnumerable<Figures> Zones(Contestant rule, ulong seed, int hours)
    {
        foreach (var isCorrelated in new[] { false, true })
        {
            double switches = Enumerable.Range(0, hours).Sum(i => Math.Max(rule.RunZones(Targets.Lying(i, seed, 1, isCorrelated)).Count - 1, 0));
            var moves = Enumerable.Range(0, 200).Select(i => rule.RunZones(Targets.Moving(i, seed, isCorrelated)).Where(o => o.At >= Targets.MovesAt && o.Owner == 1)
                .Select(o => o.At - Targets.MovesAt).FirstOrDefault(double.PositiveInfinity)).Order().ToArray();
            yield return new(rule.Name, $"{hours} h still, 200 moves, {(isCorrelated ? "correlated" : "independent")} 6 dB",
                [("switches/h", switches / hours, 2), ("move p50 s", moves[99], 1), ("move p95 s", moves[189], 1), ("moved <=5 s", moves.Count(m => m <= 5) / 200.0, 3)]);
        }
    }

    private static Figures Delays(Contestant rule, string dataSet, IEnumerable<Trace> traces)
    {
        var delays = new List<double>();
        var count = 0;
        foreach (var trace in traces)
        {
            count++;
            // An arrival that is told before the door took no time.
            if (rule.Run(trace).FirstOrDefault(e => e.Inwards) is { Inwards: true } arrival) delays.Add(Math.Max(arrival.At - trace.Truth[0].At, 0));
        }

        delays.Sort();
        double Percentile(double percent) => (int)Math.Ceiling(percent / 100 * count) - 1 is var at && at < delays.Count ? delays[at] : Undecided;
        return new(rule.Name, dataSet, [("arrived", (double)delays.Count / count, 3), ("p50 s", Percentile(50), 2), ("p95 s", Percentile(95), 2), ("p99 s", Percentile(99), 2)]);
    }

    private static Figures Share(Contestant rule, string dataSet, int wrong, int count) =>
        new(rule.Name, dataSet, [("wrong", wrong, 0), ("per 1000", count == 0 ? double.NaN : 1000.0 * wrong / count, 2)]);
}

using System.Globalization;
using StoreEdge.Core.Presence;
using StoreEdge.Simulator.Scoring.Estimators;

namespace StoreEdge.Simulator.Scoring;

/// <summary>
/// Fits each rule on all recordings but one and scores it on that one, in turn: what a rule is worth on a recording that its parameters have not seen. The grids are
/// written here; a rule is fitted on all the chosen receivers at once, never on one pair.
/// </summary>
internal static class LeaveOneOut
{
    /// <summary>Rules whose parameters can be fitted. The others have theirs from where they were published.</summary>
    public static IReadOnlyList<string> Names { get; } = ["storeedge", "ewma", "tukey", "bayes"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="recordings">At least two.</param>
    /// <param name="choices">Receivers that are run together.</param>
    /// <returns>A line for each recording left out, with what was fitted, and one for all of them together.</returns>
    public static IReadOnlyList<Figures> Run(string name, IReadOnlyList<Trace> recordings, IReadOnlyList<int[]> choices)
    {
        var heard = recordings.Select(r => choices.Select(r.HeardBy).ToArray()).ToArray();
        // Every candidate is scored once on every recording; leaving one out is then a sum.
        var lines = new List<Figures>();
        var pooled = new Tally();
        var fixedGrid = name == "bayes" ? null : Grid(name, []).ToArray();
        var scores = fixedGrid?.Select(c => heard.Select(traces => Score(c, traces)).ToArray()).ToArray();
        for (var left = 0; left < recordings.Count; left++)
        {
            // Likelihoods are calibrated on the recordings that are trained on, so that the candidates differ from fold to fold.
            var grid = fixedGrid ?? [.. Grid(name, recordings.Where((_, i) => i != left))];
            var bestAt = -1;
            var best = double.NegativeInfinity;
            for (var c = 0; c < grid.Length; c++)
            {
                var trained = new Tally();
                for (var i = 0; i < recordings.Count; i++)
                    if (i != left) trained.Add(scores?[c][i] ?? Score(grid[c], heard[i]));
                if (trained.F1 > best) (best, bestAt) = (trained.F1, c);
            }

            var tested = scores?[bestAt][left] ?? Score(grid[bestAt], heard[left]);
            pooled.Add(tested);
            lines.Add(Figures.Of(name, $"{recordings[left].Name}: {grid[bestAt].Rule}", tested));
        }

        lines.Add(Figures.Of(name, "all that were left out", pooled));
        return lines;
    }

    private static Tally Score(Contestant rule, IEnumerable<Trace> traces)
    {
        var tally = new Tally();
        foreach (var trace in traces) tally.Add(trace, rule.Run(trace));
        return tally;
    }

    private static IEnumerable<Contestant> Grid(string name, IEnumerable<Trace> training) => name switch
    {
        "storeedge" => Steps(-74, -66, 2).SelectMany(enter => Steps(2, 6, 2).Select(band => StoreEdge(enter, enter - band))),
        "ewma" => new[] { 0.5, 1, 2 }.SelectMany(constant => Differences().Select(t => Smoothed(name, constant, t, () => new EwmaLevel(constant)))),
        "tukey" => new[] { 2.0, 4 }.SelectMany(window => Differences().Select(t => Smoothed(name, window, t, () => new TukeyLevel(window)))),
        "bayes" => Calibrated([.. training]),
        _ => throw new ScoringException($"{name} has no parameters to fit; allowed: {string.Join(", ", Names)}"),
    };

    private static Contestant StoreEdge(double enter, double exit) => new("storeedge", Text($"outside {enter}/{exit} dBm"),
        r => new Tracker([.. r.Select(p => p.Side == ReceiverSide.Outside ? p with { EnterDbm = (sbyte)enter, ExitDbm = (sbyte)exit } : p)], new()));

    private static Contestant Smoothed(string name, double seconds, Thresholds thresholds, Func<ILevel> level) =>
        new(name, Text($"{seconds} s, {thresholds.Enter}/{thresholds.Exit} dB"), r => new Hysteresis(r, level, thresholds));

    private static IEnumerable<Thresholds> Differences() =>
        Steps(-2, 10, 3).SelectMany(enter => Steps(2, 8, 3).Select(band => new Thresholds(enter, enter - band, -70, -80)));

    private static IEnumerable<Contestant> Calibrated(IReadOnlyList<Trace> training)
    {
        double Mean(ReceiverSide side, bool inside) => training.SelectMany(t => t.Packets.Where(p => t.Receivers[p.Receiver].Side == side && IsInside(t, p.At) == inside))
            .Select(p => (double)p.Rssi).DefaultIfEmpty(-75).Average();
        double insideIn = Mean(ReceiverSide.Inside, true), insideOut = Mean(ReceiverSide.Inside, false), outsideIn = Mean(ReceiverSide.Outside, true), outsideOut = Mean(ReceiverSide.Outside, false);
        foreach (var sigma in new[] { 4.0, 6, 9 })
            yield return new("bayes", Text($"in {insideIn:0}/{outsideIn:0}, out {insideOut:0}/{outsideOut:0}, σ {sigma}"), r => new Bayes(r, new(insideIn, insideOut, outsideIn, outsideOut, sigma)));
    }

    private static bool IsInside(Trace trace, double at)
    {
        var inside = false;
        foreach (var crossing in trace.Truth)
            if (crossing.At <= at) inside = crossing.Inwards;
        return inside;
    }

    private static IEnumerable<double> Steps(double from, double to, double step)
    {
        for (var value = from; value <= to; value += step) yield return value;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

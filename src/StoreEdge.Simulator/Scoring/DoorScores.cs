namespace StoreEdge.Simulator.Scoring;

/// <summary>Runs rules on recordings and drawn rooms.</summary>
internal static class DoorScores
{
    private const int Draws = 3;

    /// <summary>One line for each choice of receivers; where there are several also the best, the median, the worst and all their crossings together.</summary>
    public static IEnumerable<Figures> EachChoice(Contestant rule, IReadOnlyList<Trace> recordings, IReadOnlyList<int[]> choices)
    {
        var scored = choices.Select(c => (Name: Choices.Name(recordings[0], c), Tally: Score(rule, recordings.Select(r => r.HeardBy(c))))).OrderByDescending(s => s.Tally.F1).ToArray();
        foreach (var (name, tally) in scored) yield return Figures.Of(rule.Name, name, tally);
        if (scored.Length == 1) yield break;
        var together = new Tally();
        foreach (var (_, tally) in scored) together.Add(tally);
        yield return Figures.Of(rule.Name, $"best of {scored.Length}: {scored[0].Name}", scored[0].Tally);
        yield return Figures.Of(rule.Name, $"median: {scored[scored.Length / 2].Name}", scored[scored.Length / 2].Tally);
        yield return Figures.Of(rule.Name, $"worst: {scored[^1].Name}", scored[^1].Tally);
        yield return Figures.Of(rule.Name, $"all {scored.Length} together", together);
    }

    /// <summary>One line for each recording, on one choice of receivers.</summary>
    public static IEnumerable<Figures> EachRecording(Contestant rule, IReadOnlyList<Trace> recordings, int[] choice) =>
        recordings.Select(r => Figures.Of(rule.Name, $"{r.Name}, {Choices.Name(r, choice)}", Score(rule, [r.HeardBy(choice)])));

    /// <summary>How the F1 of the choices falls when levels, losses and intervals are others.</summary>
    public static IEnumerable<Figures> Robustness(Contestant rule, IReadOnlyList<Trace> recordings, IReadOnlyList<int[]> choices, ulong seed)
    {
        var sum = 0.0;
        foreach (var (name, how) in Perturbation.Standard)
        {
            var draws = how.SpreadDb > 0 || how.LossPercent > 0 ? Draws : 1;
            var scores = new List<double>();
            for (var draw = 0; draw < draws; draw++)
            {
                var perturbed = recordings.Select(r => how.Of(r, seed + (ulong)draw)).ToArray();
                scores.AddRange(choices.Select(c => Score(rule, perturbed.Select(r => r.HeardBy(c))).F1));
            }

            sum += scores.Average();
            yield return Spread(rule, name, scores);
        }

        yield return new(rule.Name, "mean of the lines above", [("F1 mean", sum / Perturbation.Standard.Count, 3), ("F1 best", double.NaN, 3), ("F1 median", double.NaN, 3), ("F1 worst", double.NaN, 3)]);
    }

    public static Figures Together(Contestant rule, string name, IEnumerable<Trace> traces) => Figures.Of(rule.Name, name, Score(rule, traces));

    private static Figures Spread(Contestant rule, string name, List<double> scores)
    {
        scores.Sort();
        return new(rule.Name, name, [("F1 mean", scores.Average(), 3), ("F1 best", scores[^1], 3), ("F1 median", scores[scores.Count / 2], 3), ("F1 worst", scores[0], 3)]);
    }

    private static Tally Score(Contestant rule, IEnumerable<Trace> traces)
    {
        var tally = new Tally();
        foreach (var trace in traces) tally.Add(trace, rule.Run(trace));
        return tally;
    }
}

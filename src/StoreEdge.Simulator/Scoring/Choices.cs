using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring;

/// <summary>Which receivers of a recording are run together.</summary>
internal static class Choices
{
    /// <summary>Every receiver inside with every one outside.</summary>
    public static IReadOnlyList<int[]> Pairs(Trace trace) => [.. Indexes(trace, ReceiverSide.Inside).SelectMany(i => Indexes(trace, ReceiverSide.Outside).Select(o => new[] { i, o }))];

    /// <summary>Every receiver inside alone.</summary>
    public static IReadOnlyList<int[]> Single(Trace trace) => [.. Indexes(trace, ReceiverSide.Inside).Select(i => new[] { i })];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<int[]> All(Trace trace) => [[.. Enumerable.Range(0, trace.Receivers.Count)]];

    /// <param name="trace">Whose receivers.</param>
    /// <param name="text"><c>pairs</c>, <c>pairs:A,B</c>, <c>single</c>, <c>all</c> or names with commas.</param>
    /// <exception cref="ScoringException">There is no such receiver, or nothing to choose.</exception>
    public static IReadOnlyList<int[]> Read(Trace trace, string text)
    {
        var choices = text switch
        {
            "pairs" => Pairs(trace),
            "single" => Single(trace),
            "all" => All(trace),
            _ when text.StartsWith("pairs:", StringComparison.Ordinal) => [.. Pairs(trace).Where(p => Named(trace, text["pairs:".Length..]).Contains(p[1]))],
            _ => [Named(trace, text)],
        };
        return choices.Count > 0 ? choices : throw new ScoringException($"--receivers: {text}: {trace.Name} has no such receivers; it has {Names(trace)}");
    }

    private static int[] Named(Trace trace, string names) =>
        [.. names.Split(',').Select(n => Enumerable.Range(0, trace.Receivers.Count).FirstOrDefault(i => trace.Receivers[i].Id.Value == n, -1) is >= 0 and var at ? at
            : throw new ScoringException($"--receivers: {n} is not allowed; allowed: pairs, pairs:A,B, single, all, {Names(trace)}"))];

    private static string Names(Trace trace) => string.Join(", ", trace.Receivers.Select(r => r.Id.Value));

    public static string Name(Trace trace, int[] choice) => choice.Length > 4 ? $"all {choice.Length}" : string.Join('+', choice.Select(c => trace.Receivers[c].Id.Value));

    private static IEnumerable<int> Indexes(Trace trace, ReceiverSide side) => Enumerable.Range(0, trace.Receivers.Count).Where(i => trace.Receivers[i].Side == side);
}

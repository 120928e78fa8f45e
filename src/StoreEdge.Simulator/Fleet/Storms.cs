namespace StoreEdge.Simulator.Fleet;

/// <summary>The return of a fleet: from the first connection after most stores had none until all but one in a hundred have one again.</summary>
/// <param name="At">The second of the run in which it began.</param>
/// <param name="Seconds">How long it lasted; 1 or more.</param>
/// <param name="Connections">Made in that time.</param>
/// <param name="Peak">Most in one second.</param>
/// <param name="IsOver">Whether it ended before the run did.</param>
internal sealed record Storm(int At, int Seconds, int Connections, int Peak, bool IsOver)
{
    /// <summary>Connections a second.</summary>
    public double Mean => (double)Connections / Seconds;

    /// <summary>1 is a fleet that comes back evenly; all in one second are 1 as well, over a second: read it with <see cref="Seconds"/>.</summary>
    public double Ratio => Peak / Mean;
}

/// <summary>Finds storms in what was counted second by second.</summary>
internal static class Storms
{
    public static IReadOnlyList<Storm> In(IReadOnlyList<int> connections, IReadOnlyList<int> losses, int stores)
    {
        var all = new List<Storm>();
        var (online, begin, made, peak) = (0, -1, 0, 0);
        // The start of the fleet is the return from a power cut.
        var wereMostAway = true;
        for (var second = 0; second < connections.Count; second++)
        {
            if (begin < 0 && wereMostAway && connections[second] > 0) (begin, made, peak) = (second, 0, 0);
            online += connections[second] - losses[second];
            if (begin >= 0)
            {
                made += connections[second];
                peak = Math.Max(peak, connections[second]);
                if (online < stores * 0.99) continue;
                all.Add(new(begin, second - begin + 1, made, peak, true));
                (begin, wereMostAway) = (-1, false);
            }

            if (online < stores * 0.5) wereMostAway = true;
        }

        if (begin >= 0) all.Add(new(begin, connections.Count - begin, made, peak, false));
        return all;
    }
}

namespace StoreEdge.Core.Telling;

/// <summary>A run of numbers, both ends included.</summary>
/// <param name="First">1 or more.</param>
/// <param name="Last">Not below <paramref name="First"/>.</param>
public readonly record struct SeqRun(long First, long Last)
{
    /// <summary>How many numbers it spans.</summary>
    public long Count => Last - First + 1;
}

/// <summary>
/// Numbers as few runs: a backlog of a million events is one run. With a bound, the two runs that lie closest become one when there are too many, so the set may then
/// hold numbers that nobody added; whoever uses a bound must not mind hearing of them again.
/// </summary>
/// <param name="mostRuns">1 or more; none by default.</param>
public sealed class SeqSet(int mostRuns = int.MaxValue)
{
    private readonly List<SeqRun> runs = [];

    /// <summary>Whether it holds nothing.</summary>
    public bool IsEmpty => runs.Count == 0;

    /// <summary>The runs, ascending and apart.</summary>
    public IReadOnlyList<SeqRun> Runs => runs;

    /// <summary>The lowest run; null where the set is empty.</summary>
    public SeqRun? First => runs.Count > 0 ? runs[0] : null;

    /// <summary>How many numbers it holds.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (var run in runs) count += run.Count;
            return count;
        }
    }

    /// <summary>Adds a run; one that is empty or upside down adds nothing.</summary>
    public void Add(SeqRun run)
    {
        if (run.Last < run.First) return;
        var at = FirstEndingAtOrAfter(run.First - 1);
        var until = at;
        while (until < runs.Count && runs[until].First <= run.Last + 1)
        {
            run = new(Math.Min(run.First, runs[until].First), Math.Max(run.Last, runs[until].Last));
            until++;
        }

        runs.RemoveRange(at, until - at);
        runs.Insert(at, run);
        if (runs.Count > mostRuns) JoinClosest();
    }

    /// <summary>Takes a run out.</summary>
    public void Remove(SeqRun run)
    {
        if (run.Last < run.First) return;
        for (var at = FirstEndingAtOrAfter(run.First); at < runs.Count && runs[at].First <= run.Last;)
        {
            var (before, after) = (new SeqRun(runs[at].First, run.First - 1), new SeqRun(run.Last + 1, runs[at].Last));
            runs.RemoveAt(at);
            if (before.Count > 0) runs.Insert(at++, before);
            if (after.Count > 0) runs.Insert(at++, after);
        }
    }

    /// <summary>Takes everything out up to and including a number.</summary>
    public void RemoveThrough(long seq)
    {
        if (runs.Count > 0 && runs[0].First <= seq) Remove(new(runs[0].First, seq));
    }

    /// <summary>Takes everything out.</summary>
    public void Clear() => runs.Clear();

    /// <summary>Whether it holds a number.</summary>
    public bool Contains(long seq) => FirstEndingAtOrAfter(seq) is var at && at < runs.Count && runs[at].First <= seq;

    /// <summary>The last number up to which everything from <paramref name="seq"/> is there; the one before <paramref name="seq"/> where it is not.</summary>
    public long UnbrokenFrom(long seq) => FirstEndingAtOrAfter(seq) is var at && at < runs.Count && runs[at].First <= seq ? runs[at].Last : seq - 1;

    private int FirstEndingAtOrAfter(long seq)
    {
        var (low, high) = (0, runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].Last < seq) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void JoinClosest()
    {
        var closest = 1;
        for (var i = 2; i < runs.Count; i++)
            if (runs[i].First - runs[i - 1].Last < runs[closest].First - runs[closest - 1].Last) closest = i;
        runs[closest - 1] = new(runs[closest - 1].First, runs[closest].Last);
        runs.RemoveAt(closest);
    }
}

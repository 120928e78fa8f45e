using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>Arithmetic of runs of numbers.</summary>
internal static class SeqRanges
{
    /// <summary>Ascending and apart, as declarations want them.</summary>
    public static IReadOnlyList<SeqRange> Merge(IEnumerable<SeqRange> ranges)
    {
        var merged = new List<SeqRange>();
        foreach (var range in ranges.Where(r => r.From <= r.To).OrderBy(r => r.From))
        {
            if (merged is [.., var last] && range.From <= last.To + 1) merged[^1] = last with { To = Math.Max(last.To, range.To) };
            else merged.Add(range);
        }

        return merged;
    }

    /// <summary>What of a run is in none of the others.</summary>
    public static IReadOnlyList<SeqRange> Without(SeqRange whole, IEnumerable<SeqRange> others)
    {
        var left = new List<SeqRange>();
        var from = whole.From;
        foreach (var other in Merge(others))
        {
            if (other.To < from) continue;
            if (other.From > whole.To) break;
            if (other.From > from) left.Add(new(from, other.From - 1));
            from = other.To + 1;
        }

        if (from <= whole.To) left.Add(new(from, whole.To));
        return left;
    }
}

using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Outbox;

/// <summary>Which events of a run are held.</summary>
internal static class Holdings
{
    /// <summary>Numbers of one short read, so that the journal's log can be folded in between.</summary>
    private const int Chunk = 10_000;

    /// <summary>How many events of a run are held, dead letters among them, and which numbers are not.</summary>
    public static (long Held, IReadOnlyList<SeqRange> Missing) In(JournalStore journal, Guid epoch, SeqRun run, IReadOnlyList<(Guid Epoch, long Seq)> deadLetters)
    {
        var missing = new SeqSet();
        missing.Add(run);
        foreach (var (_, seq) in deadLetters) missing.Remove(new(seq, seq));
        for (var after = run.First - 1; Numbers(journal, epoch, after, run.Last) is { Count: > 0 } held; after = held[^1])
        {
            var first = held[0];
            for (var i = 1; i <= held.Count; i++)
            {
                if (i < held.Count && held[i] == held[i - 1] + 1) continue;
                missing.Remove(new(first, held[i - 1]));
                if (i < held.Count) first = held[i];
            }
        }

        return (run.Count - missing.Count, [.. missing.Runs.Select(r => new SeqRange(r.First, r.Last))]);
    }

    private static List<long> Numbers(JournalStore journal, Guid epoch, long after, long last) => journal.Query(database =>
    {
        var found = new List<long>();
        var isPresent = epoch == journal.Epoch;
        using var select = new Statement(database, isPresent
            ? "SELECT seq FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
            : "SELECT seq FROM salvaged WHERE seq > ? AND seq <= ? AND former = (SELECT id FROM former WHERE epoch = ?4) ORDER BY seq LIMIT ?3");
        select.Bind(1, after).Bind(2, last).Bind(3, Chunk);
        if (!isPresent) select.Bind(4, epoch.ToString());
        while (select.Step()) found.Add(select.Number(0));
        select.Reset();
        return found;
    });
}

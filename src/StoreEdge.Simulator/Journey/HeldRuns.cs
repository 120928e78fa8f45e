using StoreEdge.Contracts;

namespace StoreEdge.Simulator.Journey;

/// <summary>
/// Which numbers of a journal are accounted for (held, declared as a gap, or taken over), as runs that neither overlap nor touch. So the acknowledgement is the
/// end of the run that begins at 1, and what is missing is what lies between the runs, however many millions are held.
/// </summary>
internal sealed class HeldRuns(Table table)
{
    /// <summary>Accounts for <paramref name="first"/> to <paramref name="last"/>. Within a transaction.</summary>
    public void Add(JournalId journal, long first, long last)
    {
        var (store, epoch) = (journal.StoreId, journal.Epoch.ToString());
        var swallowed = new List<long>();
        using (var rows = table.Query("SELECT first, last FROM run WHERE store = ?1 AND epoch = ?2 AND first <= ?3 ORDER BY first DESC", store, epoch, last + 1))
        {
            // Runs lie apart, so those with lower beginnings have lower ends too: the first that does not reach here ends the search.
            while (rows.Read() && rows.GetInt64(1) >= first - 1)
            {
                swallowed.Add(rows.GetInt64(0));
                if (rows.GetInt64(0) <= first && rows.GetInt64(1) >= last) return;
                (first, last) = (Math.Min(first, rows.GetInt64(0)), Math.Max(last, rows.GetInt64(1)));
            }
        }

        foreach (var old in swallowed) table.Run("DELETE FROM run WHERE store = ?1 AND epoch = ?2 AND first = ?3", store, epoch, old);
        table.Run("INSERT INTO run VALUES (?1, ?2, ?3, ?4)", store, epoch, first, last);
    }

    /// <summary>Up to where nothing is missing; 0 where 1 is.</summary>
    public long Contiguous(JournalId journal) =>
        table.Scalar("SELECT last FROM run WHERE store = ?1 AND epoch = ?2 AND first = 1", journal.StoreId, journal.Epoch.ToString()) as long? ?? 0;

    /// <summary>Whether a number is accounted for.</summary>
    public bool Has(JournalId journal, long seq) =>
        table.Scalar("SELECT last FROM run WHERE store = ?1 AND epoch = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1", journal.StoreId, journal.Epoch.ToString(), seq) is long last && last >= seq;

    /// <summary>Every journal of which something is accounted for, and up to where nothing is missing.</summary>
    public IReadOnlyList<(JournalId Journal, long Contiguous)> Journals()
    {
        // With min(), SQLite takes the other columns from the row that has the minimum.
        using var rows = table.Query("SELECT store, epoch, min(first), last FROM run GROUP BY store, epoch ORDER BY store, epoch");
        var all = new List<(JournalId, long)>();
        while (rows.Read()) all.Add((new(rows.GetString(0), Guid.Parse(rows.GetString(1))), rows.GetInt64(2) == 1 ? rows.GetInt64(3) : 0));
        return all;
    }

    /// <summary>Journals of which numbers are missing below others that are accounted for, or below the last that the store says there was.</summary>
    public IReadOnlyList<JournalId> WithHoles(int most)
    {
        using var rows = table.Query("""
            SELECT DISTINCT store, epoch FROM run WHERE first > 1
            UNION SELECT j.store, j.epoch FROM journal j WHERE j.last > (SELECT coalesce(max(r.last), 0) FROM run r WHERE r.store = j.store AND r.epoch = j.epoch)
            LIMIT ?1
            """, (long)most);
        var all = new List<JournalId>();
        while (rows.Read()) all.Add(new(rows.GetString(0), Guid.Parse(rows.GetString(1))));
        return all;
    }

    /// <summary>The oldest runs of missing numbers.</summary>
    public IReadOnlyList<SeqRange> Holes(JournalId journal, int most)
    {
        var (store, epoch) = (journal.StoreId, journal.Epoch.ToString());
        var holes = new List<SeqRange>();
        var next = 1L;
        using (var rows = table.Query("SELECT first, last FROM run WHERE store = ?1 AND epoch = ?2 ORDER BY first LIMIT ?3", store, epoch, most + 1L))
        {
            while (rows.Read() && holes.Count < most)
            {
                if (rows.GetInt64(0) > next) holes.Add(new(next, rows.GetInt64(0) - 1));
                next = rows.GetInt64(1) + 1;
            }
        }

        if (holes.Count < most && table.Scalar("SELECT last FROM journal WHERE store = ?1 AND epoch = ?2", store, epoch) is long known && known >= next) holes.Add(new(next, known));
        return holes;
    }
}

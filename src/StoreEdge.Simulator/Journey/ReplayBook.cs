using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Simulator.Journey;

/// <summary>A command about one journal that was written down, to be sent by whoever wrote it.</summary>
/// <param name="Journal">Whose numbers.</param>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
/// <param name="Id">The command's.</param>
/// <param name="Attempt">How often the same was asked before.</param>
/// <param name="Answer">What the store said; null where nothing yet.</param>
internal sealed record ReplayEntry(JournalId Journal, long From, long To, string Id, int Attempt, string? Answer);

/// <summary>
/// Which store was last asked for which numbers, and what it said: one row per journal, so that several instances at one table ask once, and a service that
/// starts anew does not ask again at once. Moments are the machine's monotonic clock, which its processes share, with the boot they belong to.
/// </summary>
/// <param name="table">The file.</param>
/// <param name="options">How patiently.</param>
/// <param name="bootId">The kernel's.</param>
internal sealed class ReplayBook(Table table, ReplayOptions options, string bootId)
{
    /// <summary>Writes the wish down, unless it was asked for too short a while ago.</summary>
    /// <returns>What to send, or null.</returns>
    public ReplayEntry? Claim(ReplayWish wish, Instant now)
    {
        var (store, epoch) = (wish.Journal.StoreId, wish.Journal.Epoch.ToString());
        using var transaction = table.Begin();
        var attempt = 0;
        using (var rows = table.Query("SELECT first, last, attempt, boot, milliseconds FROM replay WHERE store = ?1 AND epoch = ?2", store, epoch))
        {
            if (rows.Read())
            {
                var same = rows.GetInt64(0) == wish.From && rows.GetInt64(1) == wish.To;
                if (rows.GetString(3) == bootId && now.Milliseconds - rows.GetInt64(4) < Pause(same ? (int)rows.GetInt64(2) : 0).TotalMilliseconds) return null;
                attempt = same ? (int)rows.GetInt64(2) + 1 : 0;
            }
        }

        var id = $"replay-{Guid.NewGuid():N}";
        table.Run(
            "INSERT INTO replay VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL) ON CONFLICT DO UPDATE SET first = ?3, last = ?4, id = ?5, attempt = ?6, boot = ?7, milliseconds = ?8, answer = NULL",
            store, epoch, wish.From, wish.To, id, (long)attempt, bootId, now.Milliseconds);
        transaction.Commit();
        return new(wish.Journal, wish.From, wish.To, id, attempt, null);
    }

    /// <summary>Keeps what a store answered. An answer to what was not the last question is of no use any more.</summary>
    public bool Note(string storeId, ResponseMessage response)
    {
        // Data are whatever the store says; enough of it to read.
        var said = $"{response.Result}: {response.Text}{(response.Data is { Count: > 0 } data ? " " + string.Join(", ", data.Select(d => $"{d.Key} {d.Value.GetRawText()}")) : "")}";
        return table.Run("UPDATE replay SET answer = ?3 WHERE store = ?1 AND id = ?2", storeId, response.Id, said.Length > 500 ? said[..500] + "…" : said) == 1;
    }

    /// <summary>Everything asked for whose numbers are still missing.</summary>
    public IReadOnlyList<ReplayEntry> Open()
    {
        using var rows = table.Query("""
            SELECT store, epoch, first, last, id, attempt, answer FROM replay p
            WHERE NOT EXISTS (SELECT 1 FROM run r WHERE r.store = p.store AND r.epoch = p.epoch AND r.first <= p.first AND r.last >= p.last) ORDER BY store, epoch
            """);
        var open = new List<ReplayEntry>();
        while (rows.Read())
            open.Add(new(new(rows.GetString(0), Guid.Parse(rows.GetString(1))), rows.GetInt64(2), rows.GetInt64(3), rows.GetString(4), (int)rows.GetInt64(5), rows.IsDBNull(6) ? null : rows.GetString(6)));
        return open;
    }

    private TimeSpan Pause(int attempt) => TimeSpan.FromTicks(Math.Min(options.Again.Ticks << Math.Min(attempt, 20), options.AtMostEvery.Ticks));
}

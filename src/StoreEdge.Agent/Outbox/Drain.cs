using StoreEdge.Agent.Journal;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Outbox;

/// <summary>How fast the backlog may go: as configured, unless central said otherwise, which is kept with the journal.</summary>
internal sealed class Drain(int configured, JournalStore journal, TimeProvider time)
{
    private const string Name = "drain_per_second";

    private readonly Lock gate = new();
    private readonly DrainPace pace = new(configured, Instant.Now(time));

    /// <summary>Events a second.</summary>
    public int PerSecond
    {
        get
        {
            lock (gate) return pace.PerSecond;
        }
    }

    /// <summary>Takes up what central said in a former run.</summary>
    public void Load()
    {
        var said = journal.Query(database =>
        {
            using var select = new Statement(database, "SELECT value FROM outbox_setting WHERE name = ?");
            return select.Bind(1, Name).RunNumber();
        });
        if (said is >= 1 and <= DrainPace.Most) Change((int)said);
    }

    /// <summary>Another pace from now on, on disk before it is in force.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither 0 nor 1–1,000,000.</exception>
    /// <exception cref="JournalFault">It could not be written; the pace is as before.</exception>
    public async Task SetAsync(int perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(perSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSecond, DrainPace.Most);
        await journal.WriteAsync(transaction =>
        {
            using var write = new Statement(transaction.Database, perSecond == 0
                ? "DELETE FROM outbox_setting WHERE name = ?1"
                : "INSERT INTO outbox_setting VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
            write.Bind(1, Name);
            if (perSecond > 0) write.Bind(2, perSecond);
            write.Run();
            return true;
        }).ConfigureAwait(false);
        Change(perSecond == 0 ? configured : perSecond);
    }

    /// <summary>How many of so many events may go now.</summary>
    public int Allow(int wanted)
    {
        lock (gate) return pace.Allow(Instant.Now(time), wanted);
    }

    /// <summary>So many have gone.</summary>
    public void Spend(int events)
    {
        lock (gate) pace.Spend(events);
    }

    private void Change(int perSecond)
    {
        lock (gate) pace.Change(perSecond, Instant.Now(time));
    }
}

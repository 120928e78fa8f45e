using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Remembers, for a boot in which the time was not known, where its monotonic clock stood when it became known: from then on the times of that boot are counted back from
/// there (<see cref="Readers"/>). Touched by the writer's thread alone; what it decides counts once the commit that it was decided in has succeeded.
/// </summary>
internal sealed class ClockRecord : IDisposable
{
    /// <summary>A boot has a row once one of its events has a time that was not known, and in it the anchor once it is.</summary>
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE clock (boot INTEGER PRIMARY KEY REFERENCES boot (id), mono_ms INTEGER, time_us INTEGER) STRICT;
        INSERT INTO clock (boot) SELECT DISTINCT boot FROM event WHERE synchronized = 0;
        """,
        "ALTER TABLE clock ADD COLUMN offset_ms INTEGER",
    ];

    /// <summary>An NTP client that is at work slews, which the monotonic clock follows: a larger difference was a step. The tenth is for the two clocks not being read in one moment, so that a leap second is none.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1.1);

    private readonly Statement owe, anchor;
    private readonly long boot;
    private readonly string bootId;
    private volatile State committed;
    private State open;

    /// <summary>Takes up what this boot's former runs left.</summary>
    /// <param name="database">The writer's connection.</param>
    /// <param name="boot">This boot's row.</param>
    /// <param name="bootId">The kernel's id of it.</param>
    /// <param name="now">The clocks as they are.</param>
    public ClockRecord(SqliteConnection database, long boot, string bootId, ClockReading now)
    {
        (this.boot, this.bootId) = (boot, bootId);
        owe = new(database, "INSERT OR IGNORE INTO clock (boot) VALUES (?)");
        anchor = new(database, "INSERT INTO clock VALUES (?, ?, ?, ?) ON CONFLICT (boot) DO UPDATE SET mono_ms = excluded.mono_ms, time_us = excluded.time_us, offset_ms = excluded.offset_ms");
        open = new(Owed: false, Anchored: false, Known: null, Shown: now.Offset, Set: null);
        using var find = new Statement(database, "SELECT mono_ms, time_us, mono_ms IS NOT NULL, coalesce(offset_ms, 0) FROM clock WHERE boot = ?");
        if (find.Bind(1, boot).Step())
        {
            open = find.Number(2) == 0 ? open with { Owed = true }
                : open with
                {
                    Anchored = true,
                    Known = TimeSpan.FromMicroseconds(find.Number(1)) - TimeSpan.FromMilliseconds(find.Number(0)),
                    Set = new(JournalTransaction.FromMicroseconds(find.Number(1)), find.Number(3) / 1000.0),
                };
        }

        find.Reset();
        committed = open;
    }

    /// <summary>Whether a commit now would have to say that the clock was set. From any thread.</summary>
    public bool IsDue(ClockReading now) => committed.IsDue(now);

    /// <summary>When the clock was last set in this boot, or first found right, and by how much; null while it has not been. From any thread.</summary>
    public ClockSet? Set => committed.Set;

    /// <summary>What this commit has to say first, if anything; the anchor is written with it.</summary>
    public ClockSynchronizedData? Begin(ClockReading now)
    {
        open = committed with { Shown = now.Offset };
        if (!now.IsKnown) return null;
        open = open with { Known = now.Offset, Set = committed.Set ?? new(now.Time, 0) };
        if (!committed.IsDue(now)) return null;
        var (time, offset) = (JournalTransaction.ToMicroseconds(now.Time), now.Offset - committed.Shown);
        anchor.Bind(1, boot).Bind(2, now.At.Milliseconds).Bind(3, time).Bind(4, (long)offset.TotalMilliseconds).Run();
        open = open with { Owed = false, Anchored = true, Set = new(JournalTransaction.FromMicroseconds(time), Math.Round(offset.TotalSeconds, 3)) };
        return new(bootId, now.At.Milliseconds, open.Set.At, open.Set.OffsetSeconds);
    }

    /// <summary>An event is written whose time is not known. Once this boot has an anchor, its later events are counted from that as well.</summary>
    public void Owe()
    {
        if (open.Owed || open.Anchored) return;
        owe.Bind(1, boot).Run();
        open = open with { Owed = true };
    }

    /// <summary>The commit has succeeded.</summary>
    public void Committed() => committed = open;

    public void Dispose()
    {
        owe.Dispose();
        anchor.Dispose();
    }

    /// <param name="Owed">Events of this boot wait for an anchor.</param>
    /// <param name="Anchored">This boot has one.</param>
    /// <param name="Known">The offset of the wall clock when it was last right; null where it has not been.</param>
    /// <param name="Shown">The offset at the last commit, right or not.</param>
    /// <param name="Set">When it was last set.</param>
    private sealed record State(bool Owed, bool Anchored, TimeSpan? Known, TimeSpan Shown, ClockSet? Set)
    {
        public bool IsDue(ClockReading now) => now.IsKnown && (Owed || (Known is { } offset && (now.Offset - offset).Duration() > Step));
    }
}

/// <summary>The wall clock was set.</summary>
/// <param name="At">When.</param>
/// <param name="OffsetSeconds">By how much; 0 where it was found right.</param>
internal sealed record ClockSet(DateTimeOffset At, double OffsetSeconds);

/// <summary>The time has become known, and the journal has written nothing since: a commit of its own says so.</summary>
internal sealed class ClockWork : JournalWork
{
    public override void Execute(JournalTransaction transaction)
    {
    }

    public override void Committed()
    {
    }

    public override void Failed(JournalFault fault)
    {
    }
}

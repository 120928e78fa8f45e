using System.Text.Json;
using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>The writer's connection with its prepared statements: everything that a commit may hold. Touched only by the writer's thread.</summary>
internal sealed class JournalTransaction : IDisposable
{
    /// <summary>Writes one event; the columns in the order that <see cref="Append"/> binds them.</summary>
    public const string AppendSql = "INSERT INTO event (seq, type, data, time_us, recorded_us, boot, mono_ms, synchronized, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private readonly SqliteConnection database;
    private readonly string path, bootId;
    private readonly IReadOnlyList<IProjection> projections;
    private readonly Statement begin, commit, rollback, append, count, acknowledge, oldest, mark, reach, forget, prune, pruneGaps, age, lose, noteLoss, freePages, fold, hold, clear, putBack, release;
    private readonly Statement[] byWorth;
    private readonly long boot;
    private readonly ClockRecord clock;
    private readonly List<CommittedEvent> appended = [];
    private ClockReading now;

    public JournalTransaction(SqliteConnection database, string path, IReadOnlyList<IProjection> projections, string bootId, ClockReading opened)
    {
        (this.database, this.path, this.projections, this.bootId) = (database, path, projections, bootId);
        Statement Prepare(string sql) => new(database, sql);
        using (var remember = Prepare("INSERT INTO boot (boot_id) VALUES (?) ON CONFLICT DO NOTHING")) remember.Bind(1, bootId).Run();
        using (var find = Prepare("SELECT id FROM boot WHERE boot_id = ?")) boot = find.Bind(1, bootId).RunNumber();
        clock = new(database, boot, bootId, opened);
        begin = Prepare("BEGIN IMMEDIATE");
        commit = Prepare("COMMIT");
        rollback = Prepare("ROLLBACK");
        append = Prepare(AppendSql);
        count = Prepare("INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value");
        acknowledge = Prepare("UPDATE journal SET acknowledged = ?1 WHERE id = 1 AND acknowledged < ?1");
        oldest = Prepare("SELECT min(seq) FROM event");
        age = Prepare("UPDATE journal SET age_s = ? WHERE id = 1");
        mark = Prepare("INSERT INTO mark SELECT ?1, ?2 WHERE ?2 > (SELECT coalesce(max(seq), 0) FROM mark) ON CONFLICT (age_s) DO UPDATE SET seq = excluded.seq");
        reach = Prepare("SELECT max(seq) FROM mark WHERE age_s <= ?");
        forget = Prepare("DELETE FROM mark WHERE age_s < (SELECT max(age_s) FROM mark WHERE age_s <= ?)");
        prune = Prepare("DELETE FROM event WHERE seq <= ?");
        lose = Prepare("DELETE FROM event WHERE seq BETWEEN ? AND ?");
        noteLoss = Prepare("INSERT OR IGNORE INTO gap VALUES (?, ?, ?)");
        pruneGaps = Prepare("DELETE FROM gap WHERE first <= ?1 AND last <= ?1");
        freePages = Prepare("PRAGMA freelist_count");
        fold = Prepare("PRAGMA wal_checkpoint(PASSIVE)");
        JournalFile.Execute(database, "CREATE TEMP TABLE held AS SELECT * FROM event LIMIT 0");
        hold = Prepare("INSERT INTO temp.held SELECT * FROM event WHERE seq BETWEEN ? AND ?");
        clear = Prepare("DELETE FROM event WHERE seq BETWEEN ? AND ?");
        putBack = Prepare("INSERT INTO event SELECT * FROM temp.held ORDER BY seq");
        release = Prepare("DELETE FROM temp.held");
        byWorth = [.. Worth.Classes.Select(types => Prepare($"SELECT seq FROM event WHERE seq BETWEEN ? AND ? AND type IN ('{string.Join("', '", types)}') ORDER BY seq"))];
    }

    /// <summary>The last number that was given, on disk or in the open transaction.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Sets where the numbers go on: after opening, and after a rollback.</summary>
    public void ContinueAfter(long seq) => LastSeq = seq;

    /// <summary>The events of the open transaction, or of the one that was committed last, in order.</summary>
    public IReadOnlyList<CommittedEvent> Appended => appended;

    /// <summary>For rows of a room's own tables, inside the open transaction.</summary>
    public SqliteConnection Database => database;

    /// <summary>The clocks as they were when the open transaction began: all its times are counted from there.</summary>
    public ClockReading Now => now;

    /// <summary>Whether a commit now would have to say that the clock was set. From any thread.</summary>
    public bool IsClockDue(ClockReading reading) => clock.IsDue(reading);

    /// <summary>When the clock was last set in this boot. From any thread.</summary>
    public ClockSet? ClockSet => clock.Set;

    /// <summary>Begins, with the word that the clock was set where that has happened: before any event whose time is right by it.</summary>
    public void Begin(ClockReading reading)
    {
        now = reading;
        appended.Clear();
        begin.Run();
        if (clock.Begin(reading) is { } set) Append(set, ContractsJson.Write(set), reading.At);
    }

    public void Commit()
    {
        commit.Run();
        clock.Committed();
    }

    /// <summary>Undoes what is open; SQLite has done so by itself after some faults.</summary>
    public void Rollback()
    {
        if (IsOpen) rollback.Run();
    }

    private bool IsOpen => SQLitePCL.raw.sqlite3_get_autocommit(database.Handle!) == 0;

    /// <summary>Appends an event.</summary>
    /// <param name="data">What happened.</param>
    /// <param name="json">The same as JSON.</param>
    /// <param name="at">When, on the monotonic clock: the wall time is counted back from this commit's, so that a clock that was set while the event waited is no matter.</param>
    public CommittedEvent Append(IEventData data, byte[] json, Instant at)
    {
        var (time, recorded) = (ToMicroseconds(now.TimeOf(at)), ToMicroseconds(now.Time));
        var committed = new CommittedEvent(LastSeq + 1, data, at, FromMicroseconds(time)) { Boot = boot, IsTimeKnown = now.IsKnown, AtLeast = now.AtLeastOf(at) };
        append.Bind(1, committed.Seq).Bind(2, data.Type).Bind(3, json).Bind(4, time).Bind(5, recorded).Bind(6, boot).Bind(7, at.Milliseconds).Bind(8, now.IsKnown ? 1 : 0)
            .Bind(9, RowChecksum.Of(committed.Seq, data.Type, json, time, recorded, bootId, at.Milliseconds, now.IsKnown)).Run();
        if (!now.IsKnown) clock.Owe();
        foreach (var projection in projections) Apply(projection, committed);
        LastSeq = committed.Seq;
        appended.Add(committed);
        return committed;
    }

    /// <summary>Has the projections see an event that a journal numbered which stood in for this one: later than all that they have seen, earlier than all that they will.</summary>
    /// <returns>False where it could not be; then nothing of it is remembered.</returns>
    public bool Follow(StoredEvent stored)
    {
        IEventData? data;
        try
        {
            data = ContractsJson.Read(stored.Type, stored.Data.Span);
        }
        catch (JsonException)
        {
            return false;
        }

        if (data is null) return false;
        using (var remember = new Statement(database, "INSERT INTO boot (boot_id) VALUES (?) ON CONFLICT DO NOTHING")) remember.Bind(1, stored.BootId).Run();
        using var find = new Statement(database, "SELECT id FROM boot WHERE boot_id = ?");
        var at = new Instant(stored.MonotonicMilliseconds * 1_000_000);
        var isKnown = stored.TimeQuality != KernelClock.Unsynchronized;
        var committed = new CommittedEvent(LastSeq + 1, data, at, stored.Time)
        {
            Boot = find.Bind(1, stored.BootId).RunNumber(),
            IsTimeKnown = isKnown,
            AtLeast = isKnown || stored.BootId != bootId ? stored.Time : now.AtLeastOf(at),
        };
        JournalFile.Execute(database, "SAVEPOINT follow");
        try
        {
            foreach (var projection in projections) Apply(projection, committed);
        }
        catch (JournalFault fault) when (fault.Kind == JournalFaultKind.Projection && IsOpen)
        {
            JournalFile.Execute(database, "ROLLBACK TO follow");
            return false;
        }
        finally
        {
            if (IsOpen) JournalFile.Execute(database, "RELEASE follow");
        }

        return true;
    }

    /// <summary>Has the projections know that events are lost which they would have seen with what <see cref="Follow"/> showed them; later ones are not.</summary>
    public void Miss()
    {
        foreach (var projection in projections) projection.Miss(database, LastSeq + 1);
    }

    /// <summary>
    /// Gives events up for good, and declares it: the rows go, the numbers are noted as a gap, and central is told by events of their own, so that nobody waits for them.
    /// </summary>
    /// <param name="ranges">Ascending and apart; none at or beyond <see cref="LastSeq"/>'s successor.</param>
    /// <param name="reason">One of <see cref="GapData"/>'s.</param>
    /// <param name="epoch">The present journal's.</param>
    public void Lose(IReadOnlyList<SeqRange> ranges, string reason, Guid epoch)
    {
        foreach (var range in ranges) lose.Bind(1, range.From).Bind(2, range.To).Run();
        Note(ranges, reason);
        Declare(ranges, reason, epoch);
    }

    /// <summary>Tells central, by events of the present journal, of numbers that will not come: of the present one, or of a former one.</summary>
    /// <param name="ranges">Ascending and apart.</param>
    /// <param name="reason">One of <see cref="GapData"/>'s.</param>
    /// <param name="epoch">The journal that the numbers belong to.</param>
    public void Declare(IReadOnlyList<SeqRange> ranges, string reason, Guid epoch)
    {
        foreach (var chunk in ranges.Chunk(GapData.MostRanges))
        {
            var gap = new GapData(epoch, chunk, reason);
            Append(gap, ContractsJson.Write(gap), now.At);
        }
    }

    /// <summary>
    /// Gives up, and declares, the events of one class within a window of numbers, and moves what is left of the window together, so that whole pages become free: rows
    /// that go one by one leave theirs half full.
    /// </summary>
    /// <param name="worth">An index of <see cref="Worth.Classes"/>.</param>
    /// <param name="first">The window's first number.</param>
    /// <param name="last">Its last; at most <see cref="GapData.MostRanges"/> numbers, so that one event declares them.</param>
    /// <param name="epoch">The present journal's.</param>
    /// <returns>How many there were.</returns>
    public int GiveUp(int worth, long first, long last, Guid epoch)
    {
        var found = InWindow(worth, first, last);
        if (found.Count == 0) return 0;
        var ranges = new List<SeqRange>();
        foreach (var seq in found)
        {
            if (ranges.Count > 0 && ranges[^1].To == seq - 1) ranges[^1] = ranges[^1] with { To = seq };
            else ranges.Add(new(seq, seq));
        }

        foreach (var range in ranges) lose.Bind(1, range.From).Bind(2, range.To).Run();
        // Moved before anything is said about it: only then is there room in a file that cannot grow.
        hold.Bind(1, first).Bind(2, last).Run();
        clear.Bind(1, first).Bind(2, last).Run();
        putBack.Run();
        release.Run();
        Note(ranges, GapData.DiskFull);
        Declare(ranges, GapData.DiskFull, epoch);
        return found.Count;
    }

    /// <summary>The numbers of the events of one class within a window; also outside a transaction.</summary>
    public IReadOnlyList<long> InWindow(int worth, long first, long last)
    {
        var found = new List<long>();
        var find = byWorth[worth].Bind(1, first).Bind(2, last);
        while (find.Step()) found.Add(find.Number(0));
        find.Reset();
        return found;
    }

    /// <summary>Pages of the file that hold nothing: the next events go there, and the file does not grow.</summary>
    public long FreePages() => freePages.RunNumber();

    /// <summary>Folds the log into the file as far as readers and the disk let it; what could not be stays in the log. Outside a transaction.</summary>
    public void FoldLog()
    {
        try
        {
            fold.RunNumber();
        }
        catch (SqliteException)
        {
            // A file that cannot grow for it: the next commit meets the same disk, and says so.
        }
    }

    /// <summary>Waits for readers, folds the whole log into the file, and has the next commit begin it anew; outside a transaction.</summary>
    /// <param name="patience">How long a reader is waited for.</param>
    /// <returns>Whether it could be done.</returns>
    public bool TryRestartLog(TimeSpan patience)
    {
        SQLitePCL.raw.sqlite3_busy_timeout(database.Handle!, (int)patience.TotalMilliseconds);
        try
        {
            using var restart = new Statement(database, "PRAGMA wal_checkpoint(RESTART)");
            return restart.RunNumber() == 0;
        }
        catch (SqliteException)
        {
            return false;
        }
        finally
        {
            SQLitePCL.raw.sqlite3_busy_timeout(database.Handle!, JournalFile.BusyMilliseconds);
        }
    }

    /// <summary>So that nobody takes the hole for damage.</summary>
    private void Note(IReadOnlyList<SeqRange> ranges, string reason)
    {
        foreach (var range in ranges) noteLoss.Bind(1, range.From).Bind(2, range.To).Bind(3, reason).Run();
    }

    public void Carry(NameChange change)
    {
        foreach (var projection in projections) projection.Carry(database, change);
    }

    public CounterValue Count(string name) => new(count.Bind(1, name).RunNumber());

    public void Acknowledge(long seq) => acknowledge.Bind(1, seq).Run();

    /// <summary>The oldest event in the file; 0 where there is none.</summary>
    public long OldestSeq() => oldest.RunNumber();

    /// <summary>Writes down for how long the agent has run with this journal, over all its starts.</summary>
    public void SetAge(TimeSpan reached) => age.Bind(1, (long)reached.TotalSeconds).Run();

    /// <summary>Notes that the newest event had been written by this age.</summary>
    public void Mark(TimeSpan reached) => mark.Bind(1, (long)reached.TotalSeconds).Bind(2, LastSeq).Run();

    /// <summary>The newest event that had been written by this age; 0 where none is known. Older marks are forgotten.</summary>
    public long WrittenBy(TimeSpan reached)
    {
        forget.Bind(1, (long)reached.TotalSeconds).Run();
        return reach.Bind(1, (long)reached.TotalSeconds).RunNumber();
    }

    /// <summary>Deletes the events up to and including this one, and what was declared lost among them.</summary>
    public void DeleteThrough(long seq)
    {
        prune.Bind(1, seq).Run();
        pruneGaps.Bind(1, seq).Run();
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])
            [
                begin, commit, rollback, append, count, acknowledge, oldest, mark, reach, forget, prune, pruneGaps, age, lose, noteLoss, freePages, fold, hold, clear, putBack, release,
                .. byWorth,
            ])
        {
            statement.Dispose();
        }

        clock.Dispose();
        database.Dispose();
    }

    public static long ToMicroseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    private void Apply(IProjection projection, CommittedEvent committed)
    {
        try
        {
            projection.Apply(database, committed);
            // After some faults SQLite rolls back by itself. A projection that hid one would leave what follows to be written row by row, outside any commit.
            if (!IsOpen) throw new InvalidOperationException("it hid a fault of the database, which has rolled the commit back");
        }
        catch (Exception fault)
        {
            var explained = JournalFile.Explain(path, fault);
            if (explained.Kind is not JournalFaultKind.Other || explained.IsOutage) throw explained;
            throw new JournalFault(
                JournalFaultKind.Projection, path, $"the projection '{projection.Name}' refused an event of type '{committed.Data.Type}': {fault.Message}",
                "The event is not kept. Report this with the log; other events go on.", fault);
        }
    }
}

using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Replaces a damaged database by a new one that holds everything that could be read: what customers said and whatever else rooms remember, and the events that central has not
/// acknowledged, under their own epoch. The new one is made whole beside the old one in a single commit, and only then put in its place, so that a power cut at any moment leaves one of
/// the two; the old one goes into quarantine.
/// </summary>
internal sealed class Recovery(string directory, JournalOptions options, IReadOnlyList<IProjection> projections, TimeProvider time, HealthBoard health)
{
    /// <summary>The new database while it is made.</summary>
    private const string NextName = "journal.next";

    /// <summary>About what a kept event takes, in bytes.</summary>
    private const long RoomOfEvent = 1000;

    /// <summary>A power cut may have kept the last few connections from the trace.</summary>
    private const long CounterMargin = 1000;

    /// <summary>Tables of the journal's own that speak of the former epoch alone, and what is carried over in other ways.</summary>
    private static readonly HashSet<string> NotCopied = new(["journal", "event", "mark", "gap", "migration", "counter", "boot", "clock"], StringComparer.Ordinal);

    private readonly string path = Path.Combine(directory, JournalFile.Name), next = Path.Combine(directory, NextName);

    /// <summary>Puts a finished new database in its place, also after a power cut in between; an unfinished one is thrown away.</summary>
    public void FinishSwap()
    {
        if (!File.Exists(next)) return;
        if (IsFinished())
        {
            Quarantine.Take(directory, path, EpochFile.Read(directory)?.Epoch);
            File.Move(next, path);
            return;
        }

        DeleteNext();
    }

    /// <summary>Makes the new database and puts it in place.</summary>
    /// <param name="damage">What was found.</param>
    /// <param name="trace">What is known of the old one from outside.</param>
    public void Replace(JournalFault damage, JournalTrace? trace)
    {
        DeleteNext();
        Summary done;
        using (var damaged = DamagedDatabase.Open(Path.Combine(directory, SchemaCopy.Name), path, Path.Combine(directory, "journal.repair"))) done = Make(damaged, damage, trace);
        FinishSwap();
        File.Delete(Path.Combine(directory, DamageFlag.Name));
        health.Raise(
            "journal-replaced", Severity.Warning,
            string.Create(CultureInfo.InvariantCulture, $"The journal was damaged ({damage.What}) and was replaced: {done.Salvaged} events that central lacks were saved, {done.Lost} are lost and were declared."),
            "The store goes on. The damaged file is kept in quarantine/: look at it with `storeedge journal salvage FILE`. If it happens again, replace the card.");
    }

    /// <summary>
    /// Makes a journal that stands in for one that cannot be written: the same as a replacement, but the other one stays where it is and loses nothing, so nothing of it is declared. Of its
    /// events as many come along as a quarter of the room here holds: central gets them now, lest the disk never be written again.
    /// </summary>
    /// <param name="other">The directory that cannot be written.</param>
    public void StandInFor(string other)
    {
        DeleteNext();
        var former = Path.Combine(other, JournalFile.Name);
        var notWritable = new JournalFault(JournalFaultKind.NotWritable, former, "this process may not write it", "Check owner, mode and mount of the directory.");
        using (var unwritable = DamagedDatabase.Open(Path.Combine(other, SchemaCopy.Name), former, Path.Combine(directory, "journal.repair")))
            Make(unwritable, notWritable, EpochFile.TryRead(other), staysThere: true, mostEvents: options.FreeBytes(directory) / 4 / RoomOfEvent);
        FinishSwap();
    }

    private Summary Make(DamagedDatabase damaged, JournalFault damage, JournalTrace? trace, bool staysThere = false, long mostEvents = long.MaxValue)
    {
        var identity = damaged.Identity();
        var former = trace?.Epoch ?? identity.Epoch;
        var acknowledged = Math.Max(0, trace?.AcknowledgedSeq ?? identity.Acknowledged);
        var database = JournalFile.OpenForWriting(next);
        try
        {
            Migrations.Run(database, next, projections);
            var incomplete = new HashSet<string>(StringComparer.Ordinal);
            // Rooms remember by which boot something was said: the boots keep their numbers, and where one was lost its number is not given again.
            foreach (var table in (ReadOnlySpan<string>)["boot", "clock"]) Copy(damaged, database, table, incomplete);
            if (incomplete.Contains("boot"))
            {
                using var boot = new Statement(database, "INSERT OR IGNORE INTO boot SELECT coalesce(max(id), 0) + 1000000, ? FROM boot");
                boot.Bind(1, options.BootId()).Run();
            }

            using var transaction = new JournalTransaction(database, next, projections, options.BootId(), options.ReadClock(time));
            transaction.Begin(options.ReadClock(time));
            using (var identify = new Statement(database, "INSERT INTO journal VALUES (1, ?, 0, 0)")) identify.Bind(1, Guid.NewGuid().ToString()).Run();
            foreach (var table in Tables(database)) Copy(damaged, database, table, incomplete);
            CopyCounters(damaged, database, trace, incomplete);
            var salvaged = new List<SeqRange>();
            var last = Math.Max(trace?.LastSeq ?? 0, acknowledged);
            if (former is { } epoch) last = Math.Max(last, CopyEvents(damaged, database, epoch, acknowledged, last, salvaged, mostEvents));
            // Without the newest event, what was said with it or before it may be missing from the other tables too.
            var isStale = damage is StaleJournalFault || (trace is { LastSeq: > 0 } && !damaged.Holds(trace.LastSeq));
            var whole = incomplete.Count == 0 && !isStale;
            foreach (var projection in projections) whole &= projection.Inherit(database, new(last, incomplete, isStale));
            var count = salvaged.Sum(r => r.To - r.From + 1);
            var renewed = new JournalRenewedData(former, staysThere ? JournalRenewedData.NotWritable : JournalRenewedData.Corrupt, last, count, whole);
            transaction.Append(renewed, ContractsJson.Write(renewed), transaction.Now.At);
            var lost = former is null || staysThere ? [] : SeqRanges.Without(new(acknowledged + 1, last), [.. salvaged, .. Declared(damaged)]);
            if (former is { } of) transaction.Declare(lost, GapData.Quarantined, of);
            transaction.Commit();
            return new(count, lost.Sum(r => r.To - r.From + 1));
        }
        finally
        {
            // Closing folds the log in and removes it; what is not finished is thrown away by the next start.
            database.Dispose();
        }
    }

    /// <summary>Copies a table row by row; a row that the new table refuses is as good as unreadable.</summary>
    private static void Copy(DamagedDatabase damaged, SqliteConnection database, string table, HashSet<string> incomplete)
    {
        var (held, key) = damaged.Columns(table);
        List<string> wanted = [];
        using (var names = new Statement(database, $"SELECT name FROM pragma_table_info('{table}')"))
        {
            while (names.Step())
                if (held.Contains(names.Text(0))) wanted.Add(names.Text(0));
            names.Reset();
        }

        if (wanted.Count == 0)
        {
            incomplete.Add(table);
            return;
        }

        using var insert = new Statement(database, $"INSERT OR REPLACE INTO \"{table}\" ({string.Join(", ", wanted)}) VALUES ({string.Join(", ", wanted.Select(_ => "?"))})");
        var refused = false;
        var whole = damaged.ReadTable(table, wanted, key, row =>
        {
            try
            {
                for (var column = 0; column < wanted.Count; column++) insert.Bind(column + 1, row, column);
                insert.Run();
            }
            catch (SqliteException fault) when (fault.SqliteErrorCode == raw.SQLITE_CONSTRAINT)
            {
                refused = true;
            }
        });
        if (!whole || refused) incomplete.Add(table);
    }

    /// <summary>As above, of a table whose rows are also here: only those that are not.</summary>
    internal static void CopyRows(DamagedDatabase other, SqliteConnection database, string table)
    {
        var (columns, key) = other.Columns(table);
        if (columns.Count == 0) return;
        using var insert = new Statement(database, $"INSERT OR IGNORE INTO \"{table}\" ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(_ => "?"))})");
        other.ReadTable(table, columns, key, row =>
        {
            for (var column = 0; column < columns.Count; column++) insert.Bind(column + 1, row, column);
            insert.Run();
        });
    }

    private static void CopyCounters(DamagedDatabase damaged, SqliteConnection database, JournalTrace? trace, HashSet<string> incomplete)
    {
        Copy(damaged, database, "counter", incomplete);
        if (!incomplete.Contains("counter") || trace is null) return;
        using var raise = new Statement(database, "INSERT INTO counter VALUES ('birth', ?1) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)");
        raise.Bind(1, trace.Counter + CounterMargin).Run();
    }

    /// <summary>Keeps the events of another journal, to be told under its own epoch.</summary>
    /// <param name="damaged">It.</param>
    /// <param name="database">Where they are kept, in an open transaction.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="acknowledged">What central holds of it.</param>
    /// <param name="last">The last number of it that is known.</param>
    /// <param name="salvaged">Gets the runs of numbers that were kept.</param>
    /// <param name="most">How many at most, the oldest first.</param>
    /// <returns>The newest number that was met.</returns>
    internal static long CopyEvents(DamagedDatabase damaged, SqliteConnection database, Guid epoch, long acknowledged, long last, List<SeqRange> salvaged, long most = long.MaxValue)
    {
        using (var add = new Statement(database, "INSERT INTO former (epoch, acknowledged, last, done) VALUES (?1, ?2, ?3, ?3) ON CONFLICT (epoch) DO NOTHING"))
            add.Bind(1, epoch.ToString()).Bind(2, acknowledged).Bind(3, last).Run();
        using var find = new Statement(database, "SELECT id FROM former WHERE epoch = ?");
        var id = find.Bind(1, epoch.ToString()).RunNumber();
        using var insert = new Statement(database, "INSERT OR IGNORE INTO salvaged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        var met = new List<SeqRange>();
        damaged.ReadEvents(acknowledged, last, row =>
        {
            if (most <= 0 || EventRows.TryRead(row) is not { } stored || stored.Seq <= acknowledged) return;
            most--;
            insert.Bind(1, id);
            for (var column = 0; column < 8; column++) insert.Bind(column + 2, row, column);
            insert.Bind(10, EventRows.ChecksumOf(row));
            if (row.Number(9) != 0) insert.Bind(11, row.Number(10));
            insert.Run();
            if (met is [.., var run] && run.To + 1 == stored.Seq) met[^1] = run with { To = stored.Seq };
            else met.Add(new(stored.Seq, stored.Seq));
        });
        salvaged.AddRange(SeqRanges.Merge(met));
        return salvaged is [.., var newest] ? newest.To : 0;
    }

    private static List<SeqRange> Declared(DamagedDatabase damaged)
    {
        var declared = new List<SeqRange>();
        damaged.ReadTable("gap", ["first", "last"], ["first"], row => declared.Add(new(row.Number(0), row.Number(1))));
        return declared;
    }

    private static List<string> Tables(SqliteConnection database)
    {
        using var names = new Statement(database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid");
        var tables = new List<string>();
        while (names.Step())
            if (!NotCopied.Contains(names.Text(0))) tables.Add(names.Text(0));
        names.Reset();
        return tables;
    }

    private bool IsFinished()
    {
        try
        {
            using var database = JournalFile.OpenForWriting(next);
            using var identified = new Statement(database, "SELECT count(*) FROM journal");
            return identified.RunNumber() == 1;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private void DeleteNext()
    {
        foreach (var file in (ReadOnlySpan<string>)[next, next + "-wal", next + "-shm"]) File.Delete(file);
    }

    private readonly record struct Summary(long Salvaged, long Lost);
}

/// <summary>The file is sound but has gone back in time: what was committed last is not in it.</summary>
internal sealed class StaleJournalFault(string file, string what) : JournalFault(JournalFaultKind.Corrupt, file, what, "Check the disk: it has lost what it had confirmed.");

using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StoreEdge.Agent.Journal;

/// <summary>Reads what can be read of a damaged database, row by row around the pages that cannot, and never changes it.</summary>
internal sealed class DamagedDatabase : IDisposable
{
    private readonly SqliteConnection? database;
    private readonly string? copy;

    private DamagedDatabase(SqliteConnection? database, string? copy) => (this.database, this.copy) = (database, copy);

    /// <summary>Whether anything can be read at all.</summary>
    public bool IsReadable => database is not null;

    /// <summary>Opens it; one whose first page is lost by way of a copy that is given another.</summary>
    /// <param name="schema">Where its schema was kept.</param>
    /// <param name="file">The database.</param>
    /// <param name="copy">Where the copy may lie until this is disposed.</param>
    public static DamagedDatabase Open(string schema, string file, string copy)
    {
        if (new FileInfo(file) is not { Exists: true, Length: > 0 }) return new(null, null);
        if (TryOpen(file, JournalFile.OpenForReading) is { } whole) return new(whole, null);
        if (TryOpen(file, JournalFile.OpenUntouched) is { } untouched) return new(untouched, null);
        DeleteCopy(copy);
        try
        {
            File.Copy(file, copy);
            if (File.Exists(file + "-wal")) File.Copy(file + "-wal", copy + "-wal");
            SchemaCopy.Restore(schema, copy);
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            // Then not even that can be read.
        }

        var repaired = TryOpen(copy, JournalFile.OpenForReading);
        if (repaired is null) DeleteCopy(copy);
        return new(repaired, repaired is null ? null : copy);
    }

    public void Dispose()
    {
        database?.Dispose();
        if (copy is not null) DeleteCopy(copy);
    }

    /// <summary>The columns of a table, those of its primary key in their order; none where the table is not there.</summary>
    public (IReadOnlyList<string> All, IReadOnlyList<string> Key) Columns(string table)
    {
        List<string> all = [];
        List<(long Place, string Name)> key = [];
        if (database is null) return ([], []);
        try
        {
            using var columns = new Statement(database, $"SELECT name, pk FROM pragma_table_info('{table}')");
            while (columns.Step())
            {
                all.Add(columns.Text(0));
                if (columns.Number(1) > 0) key.Add((columns.Number(1), columns.Text(0)));
            }

            columns.Reset();
        }
        catch (SqliteException)
        {
            return ([], []);
        }

        return (all, [.. key.OrderBy(k => k.Place).Select(k => k.Name)]);
    }

    /// <summary>Hands over every row of a table that can be reached from either end.</summary>
    /// <returns>Whether all were.</returns>
    public bool ReadTable(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, Action<Statement> take)
    {
        if (database is null) return false;
        var order = key.Count == 0 ? ["rowid"] : key;
        var select = $"SELECT {string.Join(", ", columns)} FROM \"{table}\" ORDER BY ";
        if (TryRead(select + string.Join(", ", order), take)) return true;
        // A damaged page lies in between; what is beyond it is reached from the other end.
        TryRead(select + string.Join(", ", order.Select(o => o + " DESC")), take);
        return false;
    }

    /// <summary>The one row of the identity as it can be read.</summary>
    public (Guid? Epoch, long Acknowledged, long AgeSeconds) Identity()
    {
        (Guid? Epoch, long Acknowledged, long Age) found = default;
        ReadTable("journal", ["epoch", "acknowledged", "age_s"], ["id"], row =>
        {
            if (!row.IsNull(0) && Guid.TryParse(row.Text(0), out var epoch)) found = (epoch, row.Number(1), row.Number(2));
        });
        return found;
    }

    /// <summary>Whether this event or a later one can be read.</summary>
    public bool Holds(long seq)
    {
        var found = false;
        ReadEvents(seq - 1, seq, row => found |= EventRows.TryRead(row) is { } stored && stored.Seq >= seq);
        return found;
    }

    /// <summary>
    /// Every event after a number, sound or not. A damaged page is jumped over by trying larger numbers, then what was jumped is read from behind. Only sound rows say how far the reading
    /// has come: a damaged page answers with any number, also with one that lies behind, and following it would never end.
    /// </summary>
    /// <param name="after">The number before the first; not negative.</param>
    /// <param name="last">No event beyond this number is looked for once reading fails.</param>
    /// <param name="take">Gets each event's row, in the order of <see cref="EventRows"/>: one that was met from both sides comes twice, and a damaged page may hand over others than it was asked for.</param>
    public void ReadEvents(long after, long last, Action<Statement> take)
    {
        if (database is null) return;
        var (columns, _) = Columns("event");
        if (columns.Count == 0) return;
        var hasClock = Columns("clock").All.Count > 0;
        var forward = EventRows.AfterSqlFor(columns.Contains("crc"), hasClock);
        var backward = forward.Replace("WHERE seq > ? ORDER BY seq", "WHERE seq > ? AND seq < ? ORDER BY seq DESC", StringComparison.Ordinal);
        var cursor = after;
        while (true)
        {
            if (TryEvents(forward, s => s.Bind(1, cursor), row =>
            {
                if (EventRows.TryRead(row) is { } stored) cursor = Math.Max(cursor, stored.Seq);
                take(row);
            })) return;
            var from = cursor;
            long? beyond = null;
            for (var step = 1L; beyond is null && step > 0 && step <= last - from; step *= 2) beyond = FirstSoundAfter(forward, from + step);
            TryEvents(backward, s => s.Bind(1, from).Bind(2, beyond ?? long.MaxValue), take);
            if (beyond is not { } next) return;
            // At least one further than before, for it was asked for after from + 1.
            cursor = next - 1;
        }
    }

    private static SqliteConnection? TryOpen(string file, Func<string, SqliteConnection> open)
    {
        SqliteConnection? opened = null;
        try
        {
            opened = open(file);
            // Without it SQLite refuses a file that is shorter than its header says.
            JournalFile.Execute(opened, "PRAGMA writable_schema = ON");
            using var tables = new Statement(opened, "SELECT count(*) FROM sqlite_schema");
            if (tables.RunNumber() > 0) return opened;
        }
        catch (SqliteException)
        {
            // Told by the null.
        }

        opened?.Dispose();
        return null;
    }

    private static void DeleteCopy(string copy)
    {
        foreach (var file in (ReadOnlySpan<string>)[copy, copy + "-wal", copy + "-shm"]) File.Delete(file);
    }

    private long? FirstSoundAfter(string sql, long after)
    {
        long? first = null;
        TryEvents(sql, s => s.Bind(1, after), row => first = EventRows.TryRead(row) is { } stored && stored.Seq > after ? stored.Seq : null, isFound: () => first is not null);
        return first;
    }

    private bool TryRead(string sql, Action<Statement> take) => TryEvents(sql, s => s, take);

    /// <returns>False where reading met a damaged page.</returns>
    private bool TryEvents(string sql, Func<Statement, Statement> bind, Action<Statement> take, Func<bool>? isFound = null)
    {
        try
        {
            using var rows = new Statement(database!, sql);
            bind(rows);
            while (rows.Step())
            {
                take(rows);
                if (isFound?.Invoke() == true) break;
            }

            rows.Reset();
            return true;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_IOERR or raw.SQLITE_ERROR)
        {
            return false;
        }
    }
}

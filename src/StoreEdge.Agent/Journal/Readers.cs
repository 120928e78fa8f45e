using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace StoreEdge.Agent.Journal;

/// <summary>Read-only connections, kept for the next reader. Each read is one short snapshot: a long one would keep the log from being folded in.</summary>
internal sealed class Readers(string path) : IDisposable
{
    /// <summary>More than this many at once are opened and closed again.</summary>
    private const int Kept = 4;

    /// <summary>Events after a number, at most so many; the columns in the order that <see cref="After(Statement, long, int)"/> expects.</summary>
    public const string AfterSql =
        """
        SELECT seq, type, data, event.time_us, recorded_us, boot_id, event.mono_ms, synchronized, synchronized = 0 AND clock.time_us IS NOT NULL,
            clock.time_us + (event.mono_ms - clock.mono_ms) * 1000 - event.time_us
        FROM event JOIN boot ON boot.id = event.boot LEFT JOIN clock ON clock.boot = event.boot WHERE seq > ? ORDER BY seq LIMIT ?
        """;

    /// <summary>As above, of a file that no program has opened yet that knows the table.</summary>
    public const string AfterWithoutClockSql =
        "SELECT seq, type, data, time_us, recorded_us, boot_id, mono_ms, synchronized, 0, 0 FROM event JOIN boot ON boot.id = event.boot WHERE seq > ? ORDER BY seq LIMIT ?";

    private readonly ConcurrentBag<Reader> idle = [];
    private volatile bool closed;

    public T Read<T>(Func<SqliteConnection, T> read) => Use(reader => read(reader.Database));

    public IReadOnlyList<StoredEvent> After(long seq, int limit) => Use(reader => reader.After(seq, limit));

    /// <summary>Runs a statement made of <see cref="AfterSql"/>.</summary>
    public static List<StoredEvent> After(Statement after, long seq, int limit)
    {
        var found = new List<StoredEvent>();
        after.Bind(1, seq).Bind(2, limit);
        while (after.Step())
        {
            // Both times were counted from one reading of the clock, so one correction serves both.
            var isCorrected = after.Number(8) != 0;
            var correction = isCorrected ? after.Number(9) : 0;
            found.Add(new(
                after.Number(0), after.Text(1), after.Utf8(2), JournalTransaction.FromMicroseconds(after.Number(3) + correction),
                JournalTransaction.FromMicroseconds(after.Number(4) + correction), after.Text(5), after.Number(6), KernelClock.Quality(after.Number(7) != 0, isCorrected)));
        }

        after.Reset();
        return found;
    }

    public void Dispose()
    {
        closed = true;
        while (idle.TryTake(out var reader)) reader.Dispose();
    }

    private T Use<T>(Func<Reader, T> read)
    {
        ObjectDisposedException.ThrowIf(closed, typeof(JournalStore));
        try
        {
            if (!idle.TryTake(out var reader)) reader = new(path);
            var sound = false;
            try
            {
                reader.Begin();
                var value = read(reader);
                reader.End();
                sound = true;
                return value;
            }
            finally
            {
                if (sound && !closed && idle.Count < Kept) idle.Add(reader);
                else reader.Dispose();
            }
        }
        catch (SqliteException fault)
        {
            throw JournalFile.Explain(path, fault);
        }
    }

    private sealed class Reader : IDisposable
    {
        private readonly Statement begin, end, after;

        public Reader(string path)
        {
            Database = JournalFile.OpenForReading(path);
            begin = new(Database, "BEGIN");
            end = new(Database, "COMMIT");
            after = new(Database, AfterSql);
        }

        public SqliteConnection Database { get; }

        public void Begin() => begin.Run();

        public void End() => end.Run();

        public List<StoredEvent> After(long seq, int limit) => Readers.After(after, seq, limit);

        public void Dispose()
        {
            begin.Dispose();
            end.Dispose();
            after.Dispose();
            Database.Dispose();
        }
    }
}

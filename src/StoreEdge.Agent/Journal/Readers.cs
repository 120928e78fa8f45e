using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>Read-only connections, kept for the next reader. Each read is one short snapshot: a long one would keep the log from being folded in.</summary>
internal sealed class Readers(string path, Action<JournalFault> onFault) : IDisposable
{
    /// <summary>More than this many at once are opened and closed again.</summary>
    private const int Kept = 4;

    private readonly ConcurrentBag<Reader> idle = [];
    private volatile bool closed;

    public T Read<T>(Func<SqliteConnection, T> read) => Use(reader => read(reader.Database));

    /// <summary>At most <paramref name="limit"/> sound events after <paramref name="seq"/>.</summary>
    /// <param name="seq">The number before the first.</param>
    /// <param name="limit">How many.</param>
    /// <param name="missing">Gets the numbers among them that are damaged, or neither there nor declared.</param>
    public IReadOnlyList<StoredEvent> After(long seq, int limit, List<SeqRange> missing) => Use(reader => reader.After(seq, limit, missing));

    /// <summary>As above, of a former journal; what is missing of it was declared when it was salvaged.</summary>
    public IReadOnlyList<StoredEvent> FormerAfter(Guid epoch, long seq, int limit, List<SeqRange> missing) => Use(reader => reader.FormerAfter(epoch, seq, limit, missing));

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
            var explained = JournalFile.Explain(path, fault);
            onFault(explained);
            throw explained;
        }
    }

    private sealed class Reader : IDisposable
    {
        private readonly Statement begin, end, after, declared, former, formerAfter;
        private readonly List<long> damaged = [];

        public Reader(string path)
        {
            Database = JournalFile.OpenForReading(path);
            begin = new(Database, "BEGIN");
            end = new(Database, "COMMIT");
            after = new(Database, EventRows.AfterSql);
            declared = new(Database, "SELECT coalesce(sum(min(last, ?2) - max(first, ?1) + 1), 0) FROM gap WHERE first <= ?2 AND last >= ?1");
            former = new(Database, "SELECT id FROM former WHERE epoch = ?");
            formerAfter = new(Database, EventRows.FormerAfterSql);
        }

        public SqliteConnection Database { get; }

        public void Begin() => begin.Run();

        public void End() => end.Run();

        public List<StoredEvent> After(long seq, int limit, List<SeqRange> missing)
        {
            damaged.Clear();
            var found = EventRows.Read(after.Bind(1, seq), limit, damaged);
            if (found.Count == 0 && damaged.Count == 0) return found;
            // What was passed over and what was never met are told apart by nobody: both are numbers that central waits for.
            var last = Math.Max(found.Count > 0 ? found[^1].Seq : 0, damaged.Count > 0 ? damaged[^1] : 0);
            if (last - seq == found.Count) return found;
            var expected = seq + 1;
            foreach (var at in found.Select(f => f.Seq).Append(last + 1))
            {
                if (at > expected && declared.Bind(1, expected).Bind(2, at - 1).RunNumber() < at - expected) missing.Add(new(expected, at - 1));
                expected = at + 1;
            }

            return found;
        }

        public List<StoredEvent> FormerAfter(Guid epoch, long seq, int limit, List<SeqRange> missing)
        {
            damaged.Clear();
            var id = former.Bind(1, epoch.ToString()).RunNumber();
            var found = EventRows.Read(formerAfter.Bind(1, id).Bind(2, seq), limit, damaged);
            foreach (var one in damaged) missing.Add(new(one, one));
            return found;
        }

        public void Dispose()
        {
            foreach (var statement in (Statement[])[begin, end, after, declared, former, formerAfter]) statement.Dispose();
            Database.Dispose();
        }
    }
}

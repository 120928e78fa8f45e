using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StoreEdge.SystemTests.Journal;

/// <summary>What <c>append</c> called kept, and what a journal's file holds after a crash.</summary>
internal sealed class Promises
{
    private readonly HashSet<(string What, long Number)> said = [];

    /// <summary>Everything that was promised, whatever became of central's word.</summary>
    public int Count => said.Count;

    /// <summary>Takes one line of the writer's; an acknowledgement promises nothing.</summary>
    public void Take(string line)
    {
        if (line.Split(' ') is [var what, var number] && what != "acknowledged") said.Add((what, long.Parse(number, System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>What is missing of it; nothing in a journal that keeps its word.</summary>
    public IReadOnlyList<string> MissingIn(JournalContents found) =>
    [
        .. said.Where(p => p.What switch
        {
            // The writer's table keeps its newest thousand.
            "row" => p.Number > found.LastRow || (p.Number > found.LastRow - 1000 && !found.Rows.Contains(p.Number)),
            _ when p.Number <= found.Acknowledged || found.Seqs.Contains(p.Number) => false,
            // A customer's word is never given up, anything else only with a declaration.
            "word" => true,
            _ => !found.IsDeclared(p.Number),
        }).Select(p => $"{p.What} {p.Number}").Take(10),
    ];

    /// <summary>What is acknowledged by now need not be looked for again.</summary>
    public void Forget(long acknowledged) => said.RemoveWhere(p => p.What != "row" && p.Number <= acknowledged);
}

/// <summary>A journal as SQLite recovers it.</summary>
internal sealed record JournalContents(string Integrity, string? Epoch, long Acknowledged, HashSet<long> Seqs, IReadOnlyList<(long First, long Last)> Gaps, HashSet<long> Rows)
{
    /// <summary>The newest of the writer's own rows; 0 without any.</summary>
    public long LastRow { get; } = Rows.Count == 0 ? 0 : Rows.Max();

    public long Last => Seqs.Count == 0 ? 0 : Seqs.Max();

    public bool IsDeclared(long seq) => Gaps.Any(g => seq >= g.First && seq <= g.Last);

    /// <summary>Numbers that are neither there nor declared, nor retired from the old end because central holds them.</summary>
    public IReadOnlyList<long> Holes()
    {
        var holes = new List<long>();
        for (var n = Seqs.Count == 0 ? 1 : Seqs.Min(); n <= Last && holes.Count < 10; n++)
            if (!Seqs.Contains(n) && !IsDeclared(n)) holes.Add(n);
        if (Seqs.Count > 0 && Seqs.Min() > Acknowledged + 1) holes.AddRange(Enumerable.Range((int)Acknowledged + 1, (int)(Seqs.Min() - Acknowledged - 1)).Select(n => (long)n).Where(n => !IsDeclared(n)).Take(10));
        return holes;
    }

    public static JournalContents Read(string directory)
    {
        Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "journal.db")};Pooling=False");
        connection.Open();
        List<T> All<T>(string sql, Func<SqliteDataReader, T> read)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var rows = command.ExecuteReader();
            var all = new List<T>();
            while (rows.Read()) all.Add(read(rows));
            return all;
        }

        var integrity = string.Join("; ", All("PRAGMA integrity_check", r => r.GetString(0)));
        if (All("SELECT count(*) FROM sqlite_master WHERE name IN ('journal', 'event', 'gap', 'endless')", r => r.GetInt64(0))[0] < 4) return new(integrity, null, 0, [], [], []);
        var journal = All("SELECT epoch, acknowledged FROM journal", r => (r.GetString(0), r.GetInt64(1)));
        var gaps = All("SELECT first, last FROM gap", r => (r.GetInt64(0), r.GetInt64(1)));
        var seqs = All("SELECT seq FROM event", r => r.GetInt64(0)).ToHashSet();
        // What the table says is lost counts only where central is told by an event, or has been.
        var told = All("SELECT data FROM event WHERE type = 'gap'", r => r.GetString(0))
            .SelectMany(data => JsonDocument.Parse(data).RootElement.GetProperty("ranges").EnumerateArray().Select(g => (g.GetProperty("from").GetInt64(), g.GetProperty("to").GetInt64())))
            .ToHashSet();
        var acknowledged = journal.Count == 1 ? journal[0].Item2 : 0;
        return new(
            integrity, journal.Count == 1 ? journal[0].Item1 : null, acknowledged, seqs, [.. gaps.Where(g => told.Contains(g) || g.Item2 <= acknowledged)],
            All("SELECT id FROM endless", r => r.GetInt64(0)).ToHashSet());
    }
}

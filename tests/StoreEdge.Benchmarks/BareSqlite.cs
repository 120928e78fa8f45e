using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Benchmarks;

/// <summary>What the disk and SQLite allow: the journal's own statement and settings, one thread, ready-made rows, nothing else.</summary>
internal sealed class BareSqlite : IDisposable
{
    private readonly SqliteConnection database;
    private readonly Statement begin, commit, append;
    private readonly byte[] json = ContractsJson.Write(JournalScenario.Arrival(0));
    private readonly int perCommit;
    private long seq;

    public BareSqlite(string file, int perCommit)
    {
        this.perCommit = perCommit;
        database = JournalFile.OpenForWriting(file);
        Migrations.Run(database, file, []);
        JournalFile.Execute(database, "INSERT INTO boot (boot_id) VALUES ('this')");
        (begin, commit, append) = (new(database, "BEGIN IMMEDIATE"), new(database, "COMMIT"), new(database, JournalTransaction.AppendSql));
    }

    public void Append(int events)
    {
        for (var i = 0; i < events;)
        {
            begin.Run();
            for (var last = i + perCommit; i < last; i++)
                append.Bind(1, ++seq).Bind(2, EventTypes.Arrival).Bind(3, json).Bind(4, i).Bind(5, i).Bind(6, 1).Bind(7, i).Bind(8, 1).Bind(9, 1).Run();
            commit.Run();
        }
    }

    public void Dispose()
    {
        begin.Dispose();
        commit.Dispose();
        append.Dispose();
        database.Dispose();
    }
}

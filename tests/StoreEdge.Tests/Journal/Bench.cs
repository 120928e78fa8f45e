using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Journal;

/// <summary>A journal in its own directory, with a clock that the test moves.</summary>
internal sealed class Bench(string? directory = null) : IAsyncDisposable
{
    private JournalStore? store;

    public string Directory { get; } = directory ?? System.IO.Directory.CreateTempSubdirectory("journal-").FullName;

    public string File => Path.Combine(Directory, "journal.db");

    public ManualClock Clock { get; private set; } = new();

    public HealthBoard Health { get; private set; } = null!;

    public JournalStore Store => store ?? throw new InvalidOperationException("open it first");

    public JournalStore Open(JournalOptions? options = null, params IProjection[] projections)
    {
        Health = new(Clock, NullLogger<HealthBoard>.Instance);
        return store = JournalStore.Open(
            Directory, options ?? new() { ClockSynchronized = () => true }, projections, Clock, Health, NullLogger<JournalStore>.Instance);
    }

    public async Task<JournalStore> ReopenAsync(JournalOptions? options = null, params IProjection[] projections)
    {
        await Store.DisposeAsync();
        return Open(options, projections);
    }

    public void SetClock(DateTimeOffset wall) => Clock = new(wall);

    public async Task<CommittedEvent> AppendAsync(string visit = "v") =>
        await Store.AppendAsync(new DwellData(visit, "k1-test", "door", 1, "involuntary", "low"), Instant.Now(Clock), CancellationToken.None);

    /// <summary>Waits until everything queued before has been written.</summary>
    public void Settle() => Store.NextCounter("settle");

    public long Number(string sql) => Store.Query(database =>
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    });

    /// <summary>Changes the closed file from outside.</summary>
    public void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        if (store is not null) await store.DisposeAsync();
        if (directory is null) System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>Counts visits' events, and refuses the visit "refused".</summary>
internal sealed class CountingProjection(params string[] laterSteps) : IProjection
{
    public string Name => "counting";

    public IReadOnlyList<string> Migrations { get; } = ["CREATE TABLE counted (visit TEXT PRIMARY KEY, n INTEGER NOT NULL)", .. laterSteps];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        using var command = database.CreateCommand();
        command.CommandText = "INSERT INTO counted VALUES ($visit, 1) ON CONFLICT (visit) DO UPDATE SET n = n + 1";
        command.Parameters.AddWithValue("$visit", committed.Data.VisitId ?? "");
        command.ExecuteNonQuery();
        if (committed.Data.VisitId == "refused") throw new InvalidOperationException("no such visit");
    }
}

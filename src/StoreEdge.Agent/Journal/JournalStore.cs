using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>The store's own truth: every event on disk, numbered without holes, before anything acts on it.</summary>
internal sealed class JournalStore : IAsyncDisposable
{
    private JournalStore()
    {
    }

    public static JournalStore Open(
        string directory, JournalOptions options, IReadOnlyList<IProjection> projections, TimeProvider time, HealthBoard health, ILogger<JournalStore> log) => new();

    public Guid Epoch { get; }

    public long LastSeq { get; }

    public long AcknowledgedSeq { get; }

    public string BootId { get; } = "";

    public ValueTask<CommittedEvent> AppendAsync(IEventData data, Instant at, CancellationToken stop) => throw new InvalidOperationException($"being written {BootId}");

    public ChannelReader<CommittedEvent> Subscribe(string name, int capacity) => throw new InvalidOperationException($"being written {BootId}");

    public IReadOnlyList<StoredEvent> ReadAfter(long seq, int limit) => throw new InvalidOperationException($"being written {BootId}");

    public void Acknowledge(long seq) => throw new InvalidOperationException($"being written {BootId}");

    public T Query<T>(Func<SqliteConnection, T> read) => throw new InvalidOperationException($"being written {BootId}");

    public Task WaitForMoreAsync(long afterSeq, CancellationToken stop) => throw new InvalidOperationException($"being written {BootId}");

    public JournalStatus Snapshot() => throw new InvalidOperationException($"being written {BootId}");

    public CounterValue NextCounter(string name) => throw new InvalidOperationException($"being written {BootId}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

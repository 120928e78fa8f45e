using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Outbox;

/// <summary>
/// What the broker will not take: a pause where it is busy, events one by one where it refuses batches, a dead letter where an event is refused for good. It also notices that what kept a type of
/// event out is mended, and has its dead letters tried again. Belongs to the relay's loop.
/// </summary>
internal sealed class Refusals(Topics topics, JournalStore journal, DeadLetters deadLetters, Errands errands, HealthBoard health, TimeProvider time, ILogger log)
{
    /// <summary>Refused events that wait for the disk at most; any further one is offered again whenever a resend is due.</summary>
    private const int MostToBury = 1000;

    /// <summary>How long events go one by one after a batch was refused: somebody changes the broker's access list within minutes of the warning, if at all.</summary>
    private static readonly TimeSpan BatchesAgainAfter = TimeSpan.FromMinutes(10);

    private readonly List<DeadLetter> toBury = [];
    private readonly List<(Guid Epoch, IReadOnlyList<long> Numbers)> toRelease = [];
    private readonly HashSet<string> suspects = new(StringComparer.Ordinal);
    private readonly Backoff patience = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), new Random());
    private Task writing = Task.CompletedTask;
    private Instant pausedUntil;
    private Instant batchesAgainAt;
    private long count;

    /// <summary>Messages that were refused for good, by any thread's view.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <summary>Whether the broker asked for patience.</summary>
    public bool IsPaused => Instant.Now(time) < pausedUntil;

    /// <summary>Whether the backlog goes one event a message, because batches were refused lately.</summary>
    public bool OneByOne => Instant.Now(time) < batchesAgainAt;

    /// <summary>A connection began.</summary>
    public void Begin()
    {
        pausedUntil = default;
        suspects.Clear();
        suspects.UnionWith(deadLetters.RefusedTypes());
    }

    /// <summary>The broker took a message.</summary>
    public void Accepted(Parcel parcel)
    {
        if (parcel.Queue.Origin == ParcelOrigin.DeadLetters) toRelease.Add((parcel.Queue.Epoch, [.. parcel.Events.Select(e => e.Seq)]));
        if (parcel.IsBatch) health.Clear("batches-refused");
        if (patience.Failures > 0)
        {
            patience.Reset();
            health.Clear("broker-busy");
        }

        if (suspects.Count == 0) return;
        foreach (var stored in parcel.Events)
        {
            // Whatever kept this type out is mended.
            if (!suspects.Remove(stored.Type)) continue;
            if (stored.Type == EventTypes.Gap) health.Clear($"event-refused:{stored.Type}");
            foreach (var (epoch, seq) in deadLetters.FindRefused(stored.Type)) errands.Add(new(ParcelOrigin.DeadLetters, epoch), new(seq, seq));
        }
    }

    /// <summary>The broker takes nothing for now; the message is to be returned.</summary>
    public void Pause(MqttReason reason)
    {
        if (IsPaused) return;
        pausedUntil = Instant.Now(time) + patience.Next();
        health.Raise("broker-busy", Severity.Warning, $"The broker takes no events for now (reason {reason.Code}, {RefusalRule.Name(reason.Code)}); they wait here.",
            "None if it passes: sending goes on by itself. If it stays, look at the broker's limits and load.");
    }

    /// <summary>
    /// A batch was refused; it is to be returned, and its events go one by one for a while, over connections: some brokers (mosquitto 2.0.11) end the connection over what they refuse, and each new one
    /// would begin with the same batch.
    /// </summary>
    public void RefusedBatch(MqttReason reason)
    {
        Interlocked.Increment(ref count);
        batchesAgainAt = Instant.Now(time) + BatchesAgainAfter;
        health.Raise("batches-refused", Severity.Warning, $"The broker refuses batches of the backlog ({RefusalRule.Name(reason.Code)}); its events go one by one, which takes longer.",
            $"Let this store's login publish to {topics.EventBatch} (the broker's access list); it is tried again every ten minutes.");
    }

    /// <summary>One event was refused for good.</summary>
    public void Refused(Parcel parcel, MqttReason reason)
    {
        Interlocked.Increment(ref count);
        var stored = parcel.Events[0];
        var name = RefusalRule.Name(reason.Code);
        if (stored.Type == EventTypes.Gap)
        {
            // A declaration cannot be declared lost: without it central stands still. It is offered again whenever a resend is due.
            suspects.Add(stored.Type);
            health.Raise($"event-refused:{stored.Type}", Severity.Fault, $"The broker refuses the declaration of missing numbers ({name}); central cannot acknowledge past them.",
                $"Let this store's login publish to {topics.Event(stored.Type)} (the broker's access list); it is sent again by itself.");
            return;
        }

        if (RefusalRule.Judge(reason.Code) != Refusal.TooLarge) suspects.Add(stored.Type);
        if (toBury.Count < MostToBury)
            toBury.Add(new(parcel.Queue.Epoch, stored, name, $"The broker refused it on {topics.Event(stored.Type)} with reason {reason.Code}.", journal.Age));
    }

    /// <summary>Writes dead letters down and takes off the list what was taken, aside from the loop: a slow disk must not hold new events up.</summary>
    public void WriteDown()
    {
        if (!writing.IsCompleted || (toBury.Count == 0 && toRelease.Count == 0)) return;
        DeadLetter[] bury = [.. toBury];
        (Guid Epoch, IReadOnlyList<long> Numbers)[] release = [.. toRelease];
        toBury.Clear();
        toRelease.Clear();
        writing = WriteAsync(bury, release);
    }

    private async Task WriteAsync(DeadLetter[] bury, (Guid Epoch, IReadOnlyList<long> Numbers)[] release)
    {
        try
        {
            if (bury.Length > 0) await deadLetters.BuryAsync(bury);
            foreach (var (epoch, numbers) in release) await deadLetters.ReleaseAsync(epoch, numbers);
        }
        catch (JournalFault fault)
        {
            // The journal has raised its own warning. What is not written down is offered, or released, another time: refused events with the next resend.
            log.LogWarning(fault, "{Count} refused events could not be written down", bury.Length);
        }
    }
}

using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Outbox;

/// <summary>
/// What was asked to be sent besides what central lacks by its acknowledgement: replays and dead letters. Requests are merged; past the bound the two that lie closest become
/// one, so that central hears more than it asked for and never less. Used by the relay's loop and by commands at once.
/// </summary>
internal sealed class Errands
{
    /// <summary>Runs of one queue at most: 4,096 are 64 KiB.</summary>
    private const int MostRuns = 4096;

    private readonly Lock gate = new();
    private readonly Dictionary<ParcelQueue, SeqSet> queues = [];

    /// <summary>Adds a run; what central lacks by its acknowledgement needs no errand.</summary>
    public void Add(ParcelQueue queue, SeqRun run)
    {
        if (queue.Origin is ParcelOrigin.Journal or ParcelOrigin.Former) return;
        lock (gate)
        {
            if (!queues.TryGetValue(queue, out var runs)) queues[queue] = runs = new(MostRuns);
            runs.Add(run);
        }
    }

    /// <summary>Takes out what was handed over.</summary>
    public void Remove(ParcelQueue queue, SeqRun run)
    {
        lock (gate)
        {
            if (!queues.TryGetValue(queue, out var runs)) return;
            runs.Remove(run);
            if (runs.IsEmpty) queues.Remove(queue);
        }
    }

    /// <summary>The next run of each queue.</summary>
    public List<(ParcelQueue Queue, SeqRun Run)> Waiting()
    {
        lock (gate) return [.. queues.Select(q => (q.Key, q.Value.First!.Value)).OrderBy(q => q.Key.Origin).ThenBy(q => q.Key.Epoch)];
    }
}

using StoreEdge.Contracts;

namespace StoreEdge.Simulator.Journey;

/// <summary>What the service has seen; read from other threads at any time.</summary>
internal sealed class JourneyCounts
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, OutboxStateMessage> outboxes = [];
    private readonly Dictionary<string, StatusMessage> statuses = [];
    private readonly Dictionary<string, VersionStateMessage> versions = [];
    private readonly Dictionary<(string StoreId, Guid Epoch), long> highest = [];
    private readonly Dictionary<string, int> malformedBecause = [];
    private readonly Dictionary<string, int> answers = [];
    private long stored, duplicates, corrected, conflicts, malformed, connections, takenOver, batches, replays, refused;

    public long Stored => Interlocked.Read(ref stored);

    public long Duplicates => Interlocked.Read(ref duplicates);

    /// <summary>Events held already that came again with a better time.</summary>
    public long Corrected => Interlocked.Read(ref corrected);

    /// <summary>Messages that were batches.</summary>
    public long Batches => Interlocked.Read(ref batches);

    public long Conflicts => Interlocked.Read(ref conflicts);

    public long Malformed => Interlocked.Read(ref malformed);

    public long Connections => Interlocked.Read(ref connections);

    /// <summary>How often a journal was taken over from an earlier table.</summary>
    public long TakenOver => Interlocked.Read(ref takenOver);

    public void CountTakenOver() => Interlocked.Increment(ref takenOver);

    /// <summary>Commands to send numbers again.</summary>
    public long Replays => Interlocked.Read(ref replays);

    /// <summary>Commands to give an event up.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>What was answered to commands, such as <c>3× replay done</c>.</summary>
    public IReadOnlyList<string> Answers
    {
        get
        {
            lock (gate) return [.. answers.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Value}× {a.Key}")];
        }
    }

    public void CountReplay() => Interlocked.Increment(ref replays);

    public void CountRefused() => Interlocked.Increment(ref refused);

    public void CountAnswer(ResponseMessage response)
    {
        var said = response.Result is "done" or "refused" or "expired" or "failed" ? $"{response.Command} {response.Result}" : "something unknown";
        // Command names come from outside: keep only so many.
        lock (gate)
            if (answers.Count < 50 || answers.ContainsKey(said)) answers[said] = answers.GetValueOrDefault(said) + 1;
    }

    public void CountBatchMessage() => Interlocked.Increment(ref batches);

    public void CountConnection() => Interlocked.Increment(ref connections);

    public void CountBatch(TakenBatch batch)
    {
        Interlocked.Add(ref stored, batch.Fresh.Count);
        Interlocked.Add(ref duplicates, batch.Duplicates);
        Interlocked.Add(ref corrected, batch.Corrected);
        Interlocked.Add(ref conflicts, batch.Conflicts);
        lock (gate)
        {
            foreach (var e in batch.Fresh)
            {
                var journal = (e.Envelope.StoreId, e.Envelope.Epoch);
                highest[journal] = Math.Max(highest.GetValueOrDefault(journal), e.Envelope.Seq);
            }
        }
    }

    public void CountMalformed(string because)
    {
        Interlocked.Increment(ref malformed);
        // Reasons may quote what was sent, and a topic may have 64 kB: keep only so much of each, and only so many.
        if (because.Length > 300) because = because[..300] + "…";
        lock (gate)
        {
            if (malformedBecause.Count < 20 || malformedBecause.ContainsKey(because)) malformedBecause[because] = malformedBecause.GetValueOrDefault(because) + 1;
        }
    }

    public IReadOnlyList<string> MalformedBecause
    {
        get
        {
            lock (gate) return [.. malformedBecause.Select(m => $"{m.Value}× {m.Key}")];
        }
    }

    public OutboxStateMessage? OutboxOf(string storeId)
    {
        lock (gate) return outboxes.GetValueOrDefault(storeId);
    }

    public StatusMessage? StatusOf(string storeId)
    {
        lock (gate) return statuses.GetValueOrDefault(storeId);
    }

    public VersionStateMessage? VersionsOf(string storeId)
    {
        lock (gate) return versions.GetValueOrDefault(storeId);
    }

    /// <summary>The highest number received since the service started; 0 where there was none.</summary>
    public long HighestOf(string storeId, Guid epoch)
    {
        lock (gate) return highest.GetValueOrDefault((storeId, epoch));
    }

    public void Note(string storeId, VersionStateMessage version)
    {
        lock (gate) versions[storeId] = version;
    }

    public void Note(string storeId, OutboxStateMessage outbox)
    {
        lock (gate) outboxes[storeId] = outbox;
    }

    /// <returns>Whether it speaks of an epoch that was not the current one before.</returns>
    public bool Note(string storeId, StatusMessage status)
    {
        lock (gate)
        {
            var isNew = !statuses.TryGetValue(storeId, out var before) || before.Epoch != status.Epoch;
            // A late will of an older connection must not hide the birth of a newer one.
            if (before is not null && before.Epoch == status.Epoch && status.Birth < before.Birth) return false;
            statuses[storeId] = status;
            return isNew;
        }
    }
}

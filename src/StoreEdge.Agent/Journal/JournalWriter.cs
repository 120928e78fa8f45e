using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// The one thread that writes. Whatever was queued while the last commit waited for the disk shares the next one; nothing ever waits for company.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly JournalTransaction transaction;
    private readonly string path;
    private readonly JournalOptions options;
    private readonly TimeProvider time;
    private readonly HealthBoard health;
    private readonly Action<IReadOnlyList<CommittedEvent>> deliver;
    private readonly Action<JournalFault> onFault;
    private readonly SemaphoreSlim room;
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<JournalWork> waiting = [];
    private bool closed, faulty;
    private long appends, groups, faults;

    /// <summary>Takes over the transaction.</summary>
    /// <param name="transaction">Ready to begin.</param>
    /// <param name="path">The file, for faults.</param>
    /// <param name="options">The queue's capacity and the clock's quality.</param>
    /// <param name="time">Stamps the commits, and what is in them.</param>
    /// <param name="health">Told of faults and of their end.</param>
    /// <param name="deliver">Gets the events of each commit, in order, before their writers are told.</param>
    /// <param name="onFault">Gets each fault before it is told to those whose work failed.</param>
    public JournalWriter(
        JournalTransaction transaction, string path, JournalOptions options, TimeProvider time, HealthBoard health, Action<IReadOnlyList<CommittedEvent>> deliver,
        Action<JournalFault> onFault)
    {
        (this.transaction, this.path, this.options, this.time, this.health, this.deliver, this.onFault) = (transaction, path, options, time, health, deliver, onFault);
        room = new(options.QueueCapacity);
    }

    public (long Appends, long Groups, long Faults) Counts => (Interlocked.Read(ref appends), Interlocked.Read(ref groups), Interlocked.Read(ref faults));

    /// <summary>Whether the clock was set and the journal has not said so yet.</summary>
    public bool IsClockDue => transaction.IsClockDue(options.ReadClock(time));

    /// <summary>When the clock was last set in this boot.</summary>
    public ClockSet? ClockSet => transaction.ClockSet;

    public void Start() => new Thread(Run) { Name = "journal", IsBackground = true }.Start();

    /// <summary>Waits for a place in the queue, then queues.</summary>
    public async ValueTask EnterAsync(JournalWork work, CancellationToken stop)
    {
        await room.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            Enter(work);
        }
        catch (ObjectDisposedException)
        {
            room.Release();
            throw;
        }
    }

    /// <summary>Queues work that needs no place: it is rare and bounded by its nature.</summary>
    public void Enter(JournalWork work)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(JournalStore));
            waiting.Add(work);
            // Still inside: once the gate is free, the journal may close and take the bell away, though this work is written.
            wake.Set();
        }
    }

    /// <summary>Writes what is queued, then ends the thread.</summary>
    public Task CloseAsync()
    {
        lock (gate) closed = true;
        wake.Set();
        return ended.Task;
    }

    public void Dispose()
    {
        transaction.Dispose();
        // Not the semaphore: whoever still waits for a place must be let through to learn that the journal is closed.
        wake.Dispose();
    }

    private void Run()
    {
        var group = new List<JournalWork>();
        while (true)
        {
            bool last;
            lock (gate)
            {
                (group, waiting) = (waiting, group);
                last = closed;
            }

            if (group.Count > 0)
            {
                Write(group);
                var took = group.Count(w => w.TookRoom);
                group.Clear();
                if (took > 0) room.Release(took);
            }
            else if (last) break;
            else wake.WaitOne();
        }

        ended.SetResult();
    }

    /// <summary>One commit for all; where one event may be to blame, one for each, so that its fault is not another's. A full disk or a lost file is everybody's.</summary>
    private void Write(List<JournalWork> group)
    {
        if (TryCommit(group, out var fault)) return;
        if (group.Count == 1 || fault.Kind is not (JournalFaultKind.Projection or JournalFaultKind.Other))
        {
            foreach (var work in group) Fail(work, fault);
            return;
        }

        foreach (var work in group)
            if (!TryCommit([work], out fault)) Fail(work, fault);
    }

    private bool TryCommit(List<JournalWork> group, out JournalFault fault)
    {
        var before = transaction.LastSeq;
        fault = null!;
        try
        {
            transaction.Begin(options.ReadClock(time));
            foreach (var work in group) work.Execute(transaction);
            transaction.Commit();
        }
        catch (Exception any)
        {
            // The loop's boundary: whatever a projection or the disk threw belongs to the work of this commit, not to the thread.
            transaction.Rollback();
            transaction.ContinueAfter(before);
            fault = JournalFile.Explain(path, any);
            return false;
        }

        CommittedEvent[] committed = [.. transaction.Appended];
        Interlocked.Add(ref appends, committed.Length);
        if (committed.Length > 0)
        {
            Interlocked.Increment(ref groups);
            deliver(committed);
        }

        // Before anybody is told: whoever awaits an append finds the warning gone.
        if (faulty)
        {
            faulty = false;
            health.Clear("journal-write");
        }

        foreach (var work in group) work.Committed();
        return true;
    }

    private void Fail(JournalWork work, JournalFault fault)
    {
        Interlocked.Increment(ref faults);
        onFault(fault);
        if (fault.Kind == JournalFaultKind.Projection) health.Raise("journal-projection", Severity.Fault, fault.What, fault.Remedy);
        else
        {
            faulty = true;
            health.Raise("journal-write", Severity.Fault, $"Events are not kept: {fault.What} ({fault.File})", fault.Remedy);
        }

        work.Failed(fault);
    }
}

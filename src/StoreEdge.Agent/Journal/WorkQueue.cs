namespace StoreEdge.Agent.Journal;

/// <summary>What waits for the writer's thread, in its order, and the bell that wakes it. One thread takes; anybody enters.</summary>
/// <param name="capacity">Places; whoever finds none waits for one.</param>
/// <param name="linger">How long the thread waits for company, so that more share a commit; zero: not at all.</param>
/// <param name="time">Measures that.</param>
internal sealed class WorkQueue(int capacity, TimeSpan linger, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim room = new(capacity);
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private List<JournalWork> waiting = [];
    private ITimer? lingerAlarm;
    private bool closed, isOver, lingering;

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate) return waiting.Count == 0;
        }
    }

    /// <summary>Waits for a place, then queues.</summary>
    /// <exception cref="ObjectDisposedException">The journal is closed.</exception>
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
    /// <exception cref="ObjectDisposedException">The journal is closed.</exception>
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

    /// <summary>Nobody enters any more; whoever waits is still served.</summary>
    public void Close()
    {
        lock (gate) closed = true;
        wake.Set();
    }

    /// <summary>Takes all that wait, after a wait for company where that is wished for.</summary>
    /// <param name="group">Empty; it is kept to queue in, and another is given for it.</param>
    /// <returns>Whether the queue was closed by then: nothing comes after these.</returns>
    public bool Take(ref List<JournalWork> group)
    {
        Linger();
        lock (gate)
        {
            (group, waiting) = (waiting, group);
            return closed;
        }
    }

    /// <summary>What was taken is done with; its places are free.</summary>
    public void Done(List<JournalWork> group)
    {
        var took = group.Count(w => w.TookRoom);
        group.Clear();
        if (took > 0) room.Release(took);
    }

    /// <summary>Sleeps until somebody enters, closes or rings.</summary>
    public void Sleep() => wake.WaitOne();

    /// <summary>Wakes the thread.</summary>
    public void Ring()
    {
        lock (gate)
            if (!isOver) wake.Set();
    }

    public void Dispose()
    {
        lingerAlarm?.Dispose();
        lock (gate) isOver = true;
        // Not the semaphore: whoever still waits for a place must be let through to learn that the journal is closed.
        wake.Dispose();
    }

    /// <summary>Waits for company; not once the queue is full or the journal closes.</summary>
    private void Linger()
    {
        if (linger <= TimeSpan.Zero) return;
        lock (gate)
        {
            if (waiting.Count == 0 || closed) return;
            lingering = true;
        }

        lingerAlarm ??= time.CreateTimer(_ => EndLinger(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lingerAlarm.Change(linger, Timeout.InfiniteTimeSpan);
        while (true)
        {
            lock (gate)
            {
                if (!lingering || closed || waiting.Count >= capacity)
                {
                    lingering = false;
                    return;
                }
            }

            Sleep();
        }
    }

    private void EndLinger()
    {
        lock (gate)
        {
            lingering = false;
            if (!isOver) wake.Set();
        }
    }
}

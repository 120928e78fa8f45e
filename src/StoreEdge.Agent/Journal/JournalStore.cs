using System.Globalization;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>The store's own truth: every event is on disk, numbered without holes, before anything acts on it.</summary>
internal sealed class JournalStore : IAsyncDisposable
{
    /// <summary>Soon enough for a machine that is switched off every evening or restarts often, late enough not to slow a start.</summary>
    private static readonly TimeSpan FirstSweep = TimeSpan.FromMinutes(1);

    /// <summary>Of runs of numbers that were given up; forgetting one only means to look at it again.</summary>
    private const int MostRemembered = 10_000;

    private readonly string path;
    private readonly JournalOptions options;
    private readonly TimeProvider time;
    private readonly HealthBoard health;
    private readonly FileStream claim;
    private readonly EpochFile trace;
    private readonly TaskCompletionSource<JournalFault> damaged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JournalWriter writer;
    private readonly Readers readers;
    private readonly Subscribers subscribers;
    private readonly HashSet<SeqRange> givenUp = [];
    private readonly Lock gate = new();
    private TaskCompletionSource? more;
    private ITimer? sweep, flush;
    private RetentionWork? retention;
    private readonly TimeSpan ageAtStart;
    private readonly Instant opened;
    private long lastSeq, acknowledgedSeq;
    private bool flushing, disposed;

    private JournalStore(OpenedJournal ready, JournalOptions options, TimeProvider time, HealthBoard health, ILogger<JournalStore> log)
    {
        var (transaction, identity) = (ready.Transaction, ready.Identity);
        (path, this.options, this.time, this.health, claim, trace) = (ready.Path, options, time, health, ready.Claim, ready.Trace);
        (Epoch, BootId, lastSeq, acknowledgedSeq, ageAtStart) = (identity.Epoch, options.BootId(), transaction.LastSeq, identity.Acknowledged, identity.Age);
        (opened, WasReadWhole) = (Instant.Now(time), ready.WasReadWhole);
        readers = new(path, OnFault);
        subscribers = new(health);
        writer = new(transaction, path, options, time, health, Deliver, Epoch, () => AcknowledgedSeq, OnFault, log);
    }

    /// <summary>Made with the database: the same number under another epoch is another event.</summary>
    public Guid Epoch { get; }

    /// <summary>The kernel's boot id of this run.</summary>
    public string BootId { get; }

    /// <summary>The newest committed event; 0 where there is none.</summary>
    public long LastSeq => Interlocked.Read(ref lastSeq);

    /// <summary>The last event that central holds; 0 where it holds none.</summary>
    public long AcknowledgedSeq => Interlocked.Read(ref acknowledgedSeq);

    /// <summary>Whether the look at the database when it was opened reached its end.</summary>
    public bool WasReadWhole { get; }

    /// <summary>How long ago that was.</summary>
    public TimeSpan SinceOpened => Instant.Now(time) - opened;

    /// <summary>For how long the agent has run with this journal, over all its starts: the clock of retention and of dead letters, which no wall clock disturbs.</summary>
    public TimeSpan Age => ageAtStart + (Instant.Now(time) - opened);

    /// <summary>Opens or makes the journal of a directory and brings its schema up to date.</summary>
    /// <exception cref="JournalFault">It cannot be used; the fault says why and what to do.</exception>
    public static JournalStore Open(
        string directory, JournalOptions options, IReadOnlyList<IProjection> projections, TimeProvider time, HealthBoard health, ILogger<JournalStore> log)
    {
        OpenedJournal? ready = null;
        try
        {
            ready = new JournalOpening(directory, options, projections, time, health, log).Run();
            var store = new JournalStore(ready, options, time, health, log);
            store.Start();
            log.LogInformation("Journal {Path}: epoch {Epoch}, last event {LastSeq}, acknowledged {AcknowledgedSeq}", store.path, store.Epoch, store.LastSeq, store.AcknowledgedSeq);
            return store;
        }
        catch (Exception fault)
        {
            ready?.Dispose();
            if (fault is SqliteException or IOException or UnauthorizedAccessException) throw JournalFile.Explain(Path.Combine(directory, JournalFile.Name), fault);
            throw;
        }
    }

    /// <summary>Keeps an event.</summary>
    /// <param name="data">What happened.</param>
    /// <param name="at">When, on the monotonic clock; the wall time is counted back from the commit.</param>
    /// <param name="stop">Ends the wait for a place in the queue; an event that has one is kept.</param>
    /// <returns>The event once it is on disk; while nothing can be written, an event without a number that waits in memory (<see cref="CommittedEvent.IsKept"/>), unless a customer said it.</returns>
    /// <exception cref="JournalFault">It could not be kept; the journal stays usable.</exception>
    public async ValueTask<CommittedEvent> AppendAsync(IEventData data, Instant at, CancellationToken stop)
    {
        var work = new AppendWork(data, ContractsJson.Write(data), at);
        await writer.EnterAsync(work, stop).ConfigureAwait(false);
        return await work.Done.ConfigureAwait(false);
    }

    /// <summary>Follows the committed events from now on, in order.</summary>
    /// <param name="name">Who; subscribing again under the same name ends the former subscription.</param>
    /// <param name="capacity">How many may wait; past that the oldest are dropped, counted and shown.</param>
    public ChannelReader<CommittedEvent> Subscribe(string name, int capacity) => subscribers.Add(name, capacity);

    /// <summary>At most <paramref name="limit"/> committed events after <paramref name="seq"/>, in order. One that is damaged is left out, given up and declared.</summary>
    public IReadOnlyList<StoredEvent> ReadAfter(long seq, int limit)
    {
        var missing = new List<SeqRange>();
        var found = readers.After(seq, limit, missing);
        if (missing.Count > 0) GiveUp(missing);
        return found;
    }

    /// <summary>What former journals of this store still hold that central has not acknowledged, oldest journal first.</summary>
    public IReadOnlyList<FormerEvents> Formers() => readers.Read(FormerEvents.Read);

    /// <summary>As <see cref="ReadAfter"/>, of a former journal.</summary>
    public IReadOnlyList<StoredEvent> ReadFormerAfter(Guid epoch, long seq, int limit)
    {
        var missing = new List<SeqRange>();
        var found = readers.FormerAfter(epoch, seq, limit, missing);
        if (missing.Count > 0) EnterIfOpen(new FormerLossWork(epoch, missing));
        return found;
    }

    /// <summary>Central holds everything up to <paramref name="seq"/> of a former journal: those rows go, a piece at a time. An epoch that is not known changes nothing.</summary>
    public void AcknowledgeFormer(Guid epoch, long seq) => EnterIfOpen(new AcknowledgeFormerWork(epoch, seq, EnterIfOpen));

    /// <summary>Reads in one snapshot, which must be short. The connection refuses to write and must not be kept.</summary>
    public T Query<T>(Func<SqliteConnection, T> read) => readers.Read(read);

    /// <summary>Central holds everything up to <paramref name="seq"/> of this epoch. Written down soon, in a commit that others share.</summary>
    public void Acknowledge(long seq)
    {
        lock (gate)
        {
            if (disposed || seq <= acknowledgedSeq) return;
            if (seq > lastSeq)
            {
                health.Raise(
                    "journal-behind-central", Severity.Fault,
                    string.Create(CultureInfo.InvariantCulture, $"Central acknowledges event {seq}, the newest here is {lastSeq}: the journal has lost events that were already sent."),
                    "Was an old copy of the disk restored? Move the journal away and restart, so that a new epoch begins; otherwise new events count as known ones.");
                return;
            }

            Interlocked.Exchange(ref acknowledgedSeq, seq);
            Note(0);
            if (flushing) return;
            flushing = true;
            flush!.Change(options.AcknowledgeWithin, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Completes once an event after <paramref name="afterSeq"/> is committed.</summary>
    public Task WaitForMoreAsync(long afterSeq, CancellationToken stop)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (lastSeq > afterSeq) return Task.CompletedTask;
            more ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return more.Task.WaitAsync(stop);
        }
    }

    /// <summary>The next value of a counter that is never reset within the epoch, on disk before it is returned.</summary>
    public CounterValue NextCounter(string name)
    {
        var work = new CounterWork(name);
        writer.Enter(work);
        var value = work.Done.GetAwaiter().GetResult();
        if (name == "birth") Note(value.Value);
        return value;
    }

    /// <summary>
    /// Completes when SQLite has met damage in the file and a restart would replace it; never otherwise. Whoever runs the journal then ends the process in good order.
    /// </summary>
    public Task<JournalFault> Damaged => damaged.Task;

    /// <summary>Writes rows of a room's own tables, and events with them if need be, in one commit that others may share. Runs a second time when somebody else's fault undid the first.</summary>
    /// <exception cref="JournalFault">It could not be written; everything is as before.</exception>
    public async Task<T> WriteAsync<T>(Func<JournalTransaction, T> write)
    {
        var work = new RowsWork<T>(write);
        writer.Enter(work);
        return await work.Done.ConfigureAwait(false);
    }

    /// <summary>Has the journal say that the clock was set, where it was and no event has come since to say it with. To be called every few seconds.</summary>
    public void FollowClock()
    {
        if (writer.IsClockDue) EnterIfOpen(new ClockWork());
    }

    /// <summary>How far the times of events are to be trusted at present.</summary>
    public ClockStateMessage ClockState => new(
        KernelClock.Quality(options.ClockSynchronized(), corrected: false), BootId, writer.ClockSet?.At, writer.ClockSet?.OffsetSeconds);

    /// <summary>Gets what was deleted off the disk: until then the log may still hold it.</summary>
    /// <returns>False where it could not be done just now; ask again.</returns>
    public Task<bool> FoldAsync() => Task.Run(() =>
    {
        try
        {
            return JournalFile.Fold(path);
        }
        catch (SqliteException)
        {
            return false;
        }
    });

    /// <summary>Carries what the projections remember under former pseudonyms over to the present ones: all of it or nothing.</summary>
    /// <exception cref="JournalFault">It could not be written; everything is as before.</exception>
    public async Task CarryAsync(NameChange change)
    {
        var work = new CarryWork(change);
        writer.Enter(work);
        await work.Done.ConfigureAwait(false);
    }

    /// <summary>The journal in numbers.</summary>
    public JournalStatus Snapshot()
    {
        var (appends, groups, faults) = writer.Counts;
        var (last, acknowledged) = (LastSeq, AcknowledgedSeq);
        var oldest = last > acknowledged && ReadAfter(acknowledged, 1) is [var first, ..] ? first : null;
        var age = oldest is null ? TimeSpan.Zero
            : oldest.BootId == BootId ? TimeSpan.FromMilliseconds(Instant.Now(time).Milliseconds - oldest.MonotonicMilliseconds)
            // In another boot only wall times compare, and only right ones. Otherwise it has waited since this start at least.
            : oldest.TimeQuality != KernelClock.Unsynchronized && options.ClockSynchronized() ? time.GetUtcNow() - oldest.Time
            : Instant.Now(time) - opened;
        return new(
            last, acknowledged, age < TimeSpan.Zero ? TimeSpan.Zero : age, Size(path), Size(path + "-wal"), appends, groups, faults, subscribers.Dropped, writer.Parked, writer.GivenUp);
    }

    /// <summary>Writes what is queued and closes the file; live readers' subscriptions end.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
        }

        await sweep!.DisposeAsync().ConfigureAwait(false);
        await flush!.DisposeAsync().ConfigureAwait(false);
        writer.Enter(retention!);
        await writer.CloseAsync().ConfigureAwait(false);
        subscribers.Complete();
        readers.Dispose();
        writer.Dispose();
        trace.Dispose();
        await claim.DisposeAsync().ConfigureAwait(false);
        lock (gate) more?.TrySetCanceled();
    }

    private static long Size(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;

    private void Start()
    {
        // What happens in a journal that stands in is kept until it has come home, whatever its age.
        var kept = options.StandsInFor is null ? options : options with { KeepFor = TimeSpan.MaxValue, KeepAtMost = long.MaxValue };
        retention = new(kept, () => Age, () => AcknowledgedSeq, EnterIfOpen);
        sweep = time.CreateTimer(_ => EnterIfOpen(retention), null, FirstSweep, options.SweepEvery);
        flush = time.CreateTimer(_ => FlushAcknowledgement(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        writer.Start();
    }

    /// <summary>What central holds is left to the retention. Readers come by the rest again until it has gone; once is enough.</summary>
    private void GiveUp(List<SeqRange> missing)
    {
        List<SeqRange> fresh;
        lock (gate)
        {
            if (givenUp.Count > MostRemembered) givenUp.Clear();
            fresh = [.. missing.Where(m => m.To > acknowledgedSeq).Select(m => m with { From = Math.Max(m.From, acknowledgedSeq + 1) }).Where(givenUp.Add)];
        }

        if (fresh.Count > 0) EnterIfOpen(new DamagedRowsWork(fresh, () => AcknowledgedSeq, Epoch, health));
    }

    private void FlushAcknowledgement()
    {
        lock (gate) flushing = false;
        EnterIfOpen(new AcknowledgeWork(() => AcknowledgedSeq));
    }

    /// <summary>A timer may fire while the journal closes; what it wanted is then written by the closing itself.</summary>
    private void EnterIfOpen(JournalWork work)
    {
        lock (gate)
            if (!disposed) writer.Enter(work);
    }

    private void Note(long birth)
    {
        try
        {
            trace.Note(LastSeq, AcknowledgedSeq, birth);
            health.Clear("journal-epoch-not-kept");
        }
        catch (IOException fault)
        {
            health.Raise("journal-epoch-not-kept", Severity.Warning, $"How far the journal has come could not be written beside it: {fault.Message}", "Check the space and the state of the disk.");
        }
    }

    /// <summary>Damage is not mended by going on: the next start replaces the file. A disk that fails again and again is not restarted for ever.</summary>
    private void OnFault(JournalFault fault)
    {
        if (fault.Kind != JournalFaultKind.Corrupt || damaged.Task.IsCompleted) return;
        health.Raise("journal-damaged", Severity.Fault, $"The journal is damaged: {fault.What} ({fault.File}).", "The agent restarts and replaces it. If this stays, the disk is failing: replace the card.");
        try
        {
            if (DamageFlag.TrySet(Path.GetDirectoryName(path)!, BootId)) damaged.TrySetResult(fault);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // Then a restart would not know of it, and nothing is gained.
        }
    }

    private void Deliver(IReadOnlyList<CommittedEvent> events, bool live)
    {
        TaskCompletionSource? waiters = null;
        if (events[^1].IsKept)
            lock (gate)
            {
                Interlocked.Exchange(ref lastSeq, events[^1].Seq);
                (waiters, more) = (more, null);
            }

        if (events[^1].IsKept) Note(0);
        if (live) subscribers.Deliver(events);
        waiters?.TrySetResult();
    }
}

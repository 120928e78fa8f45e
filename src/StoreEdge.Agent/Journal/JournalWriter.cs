using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// The one thread that writes. Whatever was queued while the last commit waited for the disk shares the next one; nothing waits for company unless configured so. While
/// nothing can be written, what may wait does so in memory (<see cref="Parking"/>), and is written in its order as soon as something can be.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private const string NotWritten = "journal-write";

    /// <summary>Events of one commit while catching up: few enough to fit into what little room a full disk may have.</summary>
    private const int CatchUpChunk = 50;

    /// <summary>When writing is tried again: soon at first, then not so often that a failing disk is kept busy with it.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>Twice what SQLite cuts the log to: normal working never gets there.</summary>
    public const long MostLogBytes = 8L << 20;

    /// <summary>Commits between two looks at the log's size.</summary>
    private const int LogSeenEvery = 16;

    /// <summary>Our readers take milliseconds; a stranger's that takes longer is not worth holding up the writers, and is tried again later.</summary>
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromMilliseconds(250), LogRetry = TimeSpan.FromSeconds(10);

    private readonly JournalTransaction transaction;
    private readonly string path, directory;
    private readonly JournalOptions options;
    private readonly TimeProvider time;
    private readonly HealthBoard health;
    private readonly Action<IReadOnlyList<CommittedEvent>, bool> deliver;
    private readonly ILogger log;
    private readonly DiskRoom disk;
    private readonly Parking parking;
    private readonly Action<JournalFault> onFault;
    private readonly SemaphoreSlim room;
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<JournalWork> waiting = [];
    private bool closed, isOver, lingering, faulty;
    private long appends, groups, faults, parkedNow;
    private ITimer? lingerAlarm, retryAlarm, lookAlarm;
    private JournalFault? outage;
    private TimeSpan pause;
    private Instant retryAt;
    private int sinceLogSeen;
    private Instant? logStuck;

    /// <summary>Takes over the transaction.</summary>
    /// <param name="transaction">Ready to begin.</param>
    /// <param name="path">The file, for faults.</param>
    /// <param name="options">The queue's capacity and the clock's quality.</param>
    /// <param name="time">Stamps the commits, and what is in them.</param>
    /// <param name="health">Told of faults and of their end.</param>
    /// <param name="deliver">Gets the events of each commit, in order, before their writers are told, and whether live readers are to have them; also those that wait in memory.</param>
    /// <param name="epoch">The journal's.</param>
    /// <param name="acknowledged">The last event that central holds.</param>
    /// <param name="onFault">Gets each fault of a commit before it is told to those whose work failed.</param>
    /// <param name="log">Told what no warning can say any more.</param>
    public JournalWriter(
        JournalTransaction transaction, string path, JournalOptions options, TimeProvider time, HealthBoard health, Action<IReadOnlyList<CommittedEvent>, bool> deliver,
        Guid epoch, Func<long> acknowledged, Action<JournalFault> onFault, ILogger log)
    {
        (this.transaction, this.path, this.options, this.time, this.health, this.deliver, this.onFault, this.log) = (transaction, path, options, time, health, deliver, onFault, log);
        directory = Path.GetDirectoryName(path)!;
        room = new(options.QueueCapacity);
        parking = new(options.ParkedAtMost);
        disk = new(directory, options, transaction, epoch, acknowledged, work => TryCommit([work], out _), time, health, log);
    }

    public (long Appends, long Groups, long Faults) Counts => (Interlocked.Read(ref appends), Interlocked.Read(ref groups), Interlocked.Read(ref faults));

    /// <summary>Whether the clock was set and the journal has not said so yet.</summary>
    public bool IsClockDue => transaction.IsClockDue(options.ReadClock(time));

    /// <summary>When the clock was last set in this boot.</summary>
    public ClockSet? ClockSet => transaction.ClockSet;

    /// <summary>Events that wait in memory because nothing can be written.</summary>
    public int Parked => (int)Interlocked.Read(ref parkedNow);

    /// <summary>Unacknowledged events that a full disk has cost since the start.</summary>
    public long GivenUp => disk.GivenUp;

    public void Start()
    {
        lingerAlarm = time.CreateTimer(_ => Ring(lingered: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        retryAlarm = time.CreateTimer(_ => Ring(lingered: false), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lookAlarm = time.CreateTimer(_ => Ring(lingered: false), null, LookEvery, LookEvery);
        // Makes the ballast before the first event is measured by anybody, and finds a disk that is full already.
        disk.Prepare(0);
        if (UnwrittenNote.Read(directory) is { Count: > 0 } noted) Enter(new UnwrittenWork(noted, directory));
        new Thread(Run) { Name = "journal", IsBackground = true }.Start();
    }

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
        lingerAlarm?.Dispose();
        retryAlarm?.Dispose();
        lookAlarm?.Dispose();
        lock (gate) isOver = true;
        transaction.Dispose();
        // Not the semaphore: whoever still waits for a place must be let through to learn that the journal is closed.
        wake.Dispose();
    }

    private void Run()
    {
        var group = new List<JournalWork>();
        while (true)
        {
            Linger();
            bool last;
            lock (gate)
            {
                (group, waiting) = (waiting, group);
                last = closed;
            }

            if (group.Count > 0)
            {
                Write(group, last);
                var took = group.Count(w => w.TookRoom);
                group.Clear();
                if (took > 0) room.Release(took);
            }
            else if (!parking.IsEmpty && (last || IsRetryDue)) CatchUp(last);
            else if (!last)
            {
                wake.WaitOne();
                // A disk fills and empties also while nobody appends.
                if (NothingWaits()) disk.Prepare(0);
            }

            if (last && group.Count == 0 && NothingWaits()) break;
        }

        if (!parking.IsEmpty) NoteWhatWaits();
        ended.SetResult();
    }

    /// <summary>The end of the thread: what could not be written is lost, and the next start says how much that was.</summary>
    private void NoteWhatWaits()
    {
        parking.MissAll(ReasonOf(outage ?? Full));
        Interlocked.Exchange(ref parkedNow, 0);
        var now = options.ReadClock(time);
        var missed = parking.Overflow.Select(m => new UnrecordedData(m.Count, m.Reason, now.TimeOf(m.From), now.TimeOf(m.To))).ToList();
        log.LogError("{Count} events that waited in memory are lost: the journal cannot be written, and the agent ends", missed.Sum(m => m.Count));
        try
        {
            UnwrittenNote.Add(directory, missed);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && TryNoteElsewhere(missed))
        {
            // The journal that stands in declares them.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogError("Nor could it be noted for the next start to declare: {Fault}", fault.Message);
        }
    }

    private bool TryNoteElsewhere(IReadOnlyList<UnrecordedData> missed)
    {
        if (options.StandIn is not { } elsewhere) return false;
        try
        {
            Directory.CreateDirectory(elsewhere, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            UnwrittenNote.Add(elsewhere, missed);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool NothingWaits()
    {
        lock (gate) return waiting.Count == 0;
    }

    /// <summary>Waits for company, where that is wished for; not once the queue is full or the journal closes.</summary>
    private void Linger()
    {
        if (options.Linger <= TimeSpan.Zero) return;
        lock (gate)
        {
            if (waiting.Count == 0 || closed) return;
            lingering = true;
        }

        lingerAlarm!.Change(options.Linger, Timeout.InfiniteTimeSpan);
        while (true)
        {
            lock (gate)
            {
                if (!lingering || closed || waiting.Count >= options.QueueCapacity)
                {
                    lingering = false;
                    return;
                }
            }

            wake.WaitOne();
        }
    }

    private void Ring(bool lingered)
    {
        lock (gate)
        {
            if (lingered) lingering = false;
            if (!isOver) wake.Set();
        }
    }

    /// <summary>One commit for all; where one event may be to blame, one for each, so that its fault is not another's. A lost disk is everybody's.</summary>
    private void Write(List<JournalWork> group, bool last)
    {
        if (!parking.IsEmpty && !CatchUp(last))
        {
            WriteWhatMustNotWait(group, outage!);
            return;
        }

        if (!disk.Prepare(group.Sum(w => w.Bytes)))
        {
            WriteWhatMustNotWait(group, Full);
            return;
        }

        if (TryCommit(group, out var fault)) return;
        if (fault.Kind == JournalFaultKind.DiskFull && disk.Rescue(group.Sum(w => w.Bytes)) && TryCommit(group, out fault)) return;
        if (fault.IsOutage) WriteWhatMustNotWait(group, fault);
        else if (group.Count == 1) Fail(group[0], fault);
        else
            foreach (var work in group)
                if (!TryCommit([work], out fault)) SetAside([work], fault);
    }

    /// <summary>
    /// On a full disk with nothing left to give up, the last room is for what must not wait: customers' words, and the acknowledgements that make room. What may wait does, so
    /// that it does not take that room. Where the disk fails, nobody is tried before the pause is over: each try may hold up everything for as long as the disk likes.
    /// </summary>
    private void WriteWhatMustNotWait(List<JournalWork> group, JournalFault fault)
    {
        foreach (var work in group)
        {
            if (fault.Kind != JournalFaultKind.DiskFull || work is AppendWork { MayWait: true } || !TryCommit([work], out var own)) own = fault;
            else continue;
            SetAside([work], own);
        }
    }

    /// <summary>While nothing can be written: what may wait in memory does, and the displays go on; what may not is refused.</summary>
    private void SetAside(IReadOnlyList<JournalWork> works, JournalFault fault)
    {
        var now = options.ReadClock(time);
        var told = new List<CommittedEvent>();
        var parked = new List<AppendWork>();
        foreach (var work in works)
        {
            if (!fault.IsOutage || work is not AppendWork { MayWait: true } append)
            {
                Fail(work, fault);
                continue;
            }

            if (parking.IsEmpty) BeginOutage(fault);
            var (one, provisional) = append.Park(now);
            parking.Add(one, ReasonOf(fault));
            told.Add(provisional);
            parked.Add(append);
        }

        if (told.Count == 0) return;
        Interlocked.Exchange(ref parkedNow, parking.Count);
        Warn(fault);
        deliver(told, true);
        for (var i = 0; i < told.Count; i++) parked[i].Parked(told[i]);
    }

    private static string ReasonOf(JournalFault fault) => fault.Kind switch
    {
        JournalFaultKind.DiskFull => "disk-full",
        JournalFaultKind.NotWritable => "not-writable",
        _ => "fault",
    };

    private void BeginOutage(JournalFault fault)
    {
        (outage, pause) = (fault, FirstPause);
        WaitAWhile();
    }

    private void WaitAWhile()
    {
        retryAt = Instant.Now(time) + pause;
        retryAlarm!.Change(pause, Timeout.InfiniteTimeSpan);
    }

    private bool IsRetryDue => Instant.Now(time) >= retryAt;

    /// <summary>Writes what waits in memory, in its order, a chunk to a commit; then says what did not fit.</summary>
    /// <returns>Whether all of it is on disk now.</returns>
    private bool CatchUp(bool last)
    {
        if (!IsRetryDue && !last) return false;
        while (parking.Count > 0)
        {
            var chunk = parking.First(CatchUpChunk);
            if (!TryWriteWaiting(new CatchUpWork(chunk), out var fault))
            {
                if (fault.IsOutage) return PutOff(fault);
                // One of them is to blame, not the disk: the others must not wait behind it for ever.
                foreach (var one in chunk)
                {
                    if (TryCommit([new CatchUpWork([one])], out fault)) continue;
                    parking.Miss(one, "fault");
                    Blame(fault);
                }
            }

            parking.Remove(chunk.Count);
            Interlocked.Exchange(ref parkedNow, parking.Count);
        }

        if (parking.Overflow.Count > 0 && !TryWriteWaiting(new UnrecordedWork(parking.Overflow), out var refused))
        {
            if (refused.IsOutage) return PutOff(refused);
            Blame(refused);
        }

        parking.Declared();
        outage = null;
        if (faulty) health.Clear(NotWritten);
        faulty = false;
        return true;
    }

    private bool TryWriteWaiting(JournalWork work, out JournalFault fault)
    {
        fault = Full;
        return disk.Prepare(work.Bytes)
            && (TryCommit([work], out fault) || (fault.Kind == JournalFaultKind.DiskFull && disk.Rescue(work.Bytes) && TryCommit([work], out fault)));
    }

    /// <summary>The next try is later, and the pause before the one after that longer.</summary>
    /// <returns>False, always.</returns>
    private bool PutOff(JournalFault fault)
    {
        outage = fault;
        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        WaitAWhile();
        Warn(fault);
        return false;
    }

    private JournalFault Full => new(
        JournalFaultKind.DiskFull, path, "no room is left on the disk, and nothing that may be given up", "Free some room; waiting events go on by themselves.");

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
            onFault(fault);
            // SQLite says "input or output error" as well where its log's index finds no room.
            if (fault is { Kind: JournalFaultKind.Other, IsOutage: true } && disk.IsShort) fault = Full;
            return false;
        }

        CommittedEvent[] committed = [.. transaction.Appended];
        Interlocked.Add(ref appends, committed.Length);
        if (committed.Length > 0)
        {
            Interlocked.Increment(ref groups);
            // What waited in memory was told when it happened.
            deliver(committed, group is not [CatchUpWork]);
        }

        // Before anybody is told: whoever awaits an append finds the warning gone.
        if (faulty && parking.IsEmpty)
        {
            faulty = false;
            health.Clear(NotWritten);
        }

        foreach (var work in group) work.Committed();
        BoundLog();
        return true;
    }

    /// <summary>
    /// The log begins anew once all of it is in the file and no reader is in it. Readers that take turns without a pause never let that happen, so past a bound they are
    /// waited for; each is short.
    /// </summary>
    private void BoundLog()
    {
        if (++sinceLogSeen < LogSeenEvery || new FileInfo(path + "-wal") is not { Exists: true, Length: > MostLogBytes }) return;
        sinceLogSeen = 0;
        var now = Instant.Now(time);
        if (logStuck is { } stuck && now - stuck < LogRetry) return;
        logStuck = transaction.TryRestartLog(ReaderPatience) ? null : now;
    }

    private void Fail(JournalWork work, JournalFault fault)
    {
        Blame(fault);
        work.Failed(fault);
    }

    private void Blame(JournalFault fault)
    {
        Interlocked.Increment(ref faults);
        if (fault.Kind == JournalFaultKind.Projection) health.Raise("journal-projection", Severity.Fault, fault.What, fault.Remedy);
        else Warn(fault);
    }

    private void Warn(JournalFault fault)
    {
        faulty = true;
        var waits = parking.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $"; {parking.Count} wait in memory, {parking.Overflow.Sum(o => o.Count)} did not fit; customers' words are refused");
        health.Raise(NotWritten, Severity.Fault, $"Events are not kept: {fault.What} ({fault.File}){waits}", fault.Remedy);
    }
}

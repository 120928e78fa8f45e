using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;

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

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

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
    private readonly WorkQueue queue;
    private readonly RetryPause pause;
    private readonly LogBound logBound;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long appends, groups, faults;
    private ITimer? lookAlarm;
    private JournalFault? outage;
    private bool faulty;

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
        queue = new(options.QueueCapacity, options.Linger, time);
        pause = new(time, queue.Ring);
        logBound = new(path, transaction, time);
        parking = new(options.ParkedAtMost);
        disk = new(directory, options, transaction, epoch, acknowledged, work => TryCommit([work], out _), time, health, log);
    }

    public (long Appends, long Groups, long Faults) Counts => (Interlocked.Read(ref appends), Interlocked.Read(ref groups), Interlocked.Read(ref faults));

    /// <summary>Whether the clock was set and the journal has not said so yet.</summary>
    public bool IsClockDue => transaction.IsClockDue(options.ReadClock(time));

    /// <summary>When the clock was last set in this boot.</summary>
    public ClockSet? ClockSet => transaction.ClockSet;

    /// <summary>Events that wait in memory because nothing can be written.</summary>
    public int Parked => parking.Count;

    /// <summary>Unacknowledged events that a full disk has cost since the start.</summary>
    public long GivenUp => disk.GivenUp;

    public void Start()
    {
        lookAlarm = time.CreateTimer(_ => queue.Ring(), null, LookEvery, LookEvery);
        // Makes the ballast before the first event is measured by anybody, and finds a disk that is full already.
        disk.Prepare(0);
        if (UnwrittenNote.Read(directory) is { Count: > 0 } noted) Enter(new UnwrittenWork(noted, directory));
        new Thread(Run) { Name = "journal", IsBackground = true }.Start();
    }

    /// <summary>Waits for a place in the queue, then queues.</summary>
    public ValueTask EnterAsync(JournalWork work, CancellationToken stop) => queue.EnterAsync(work, stop);

    /// <summary>Queues work that needs no place: it is rare and bounded by its nature.</summary>
    public void Enter(JournalWork work) => queue.Enter(work);

    /// <summary>Writes what is queued, then ends the thread.</summary>
    public Task CloseAsync()
    {
        queue.Close();
        return ended.Task;
    }

    public void Dispose()
    {
        pause.Dispose();
        lookAlarm?.Dispose();
        transaction.Dispose();
        queue.Dispose();
    }

    private void Run()
    {
        var group = new List<JournalWork>();
        while (true)
        {
            var last = queue.Take(ref group);
            if (group.Count > 0)
            {
                Write(group, last);
                queue.Done(group);
            }
            else if (!parking.IsEmpty && (last || pause.IsOver)) CatchUp(last);
            else if (!last)
            {
                queue.Sleep();
                // A disk fills and empties also while nobody appends.
                if (queue.IsEmpty) disk.Prepare(0);
            }

            if (last && group.Count == 0 && queue.IsEmpty) break;
        }

        if (!parking.IsEmpty) NoteWhatWaits();
        ended.SetResult();
    }

    /// <summary>The end of the thread: what could not be written is lost, and the next start says how much that was.</summary>
    private void NoteWhatWaits()
    {
        parking.MissAll(ReasonOf(outage ?? Full));
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

            if (parking.IsEmpty)
            {
                outage = fault;
                pause.Begin();
            }

            var (one, provisional) = append.Park(now);
            parking.Add(one, ReasonOf(fault));
            told.Add(provisional);
            parked.Add(append);
        }

        if (told.Count == 0) return;
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

    /// <summary>Writes what waits in memory, in its order, a chunk to a commit; then says what did not fit.</summary>
    /// <returns>Whether all of it is on disk now.</returns>
    private bool CatchUp(bool last)
    {
        if (!pause.IsOver && !last) return false;
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
        pause.Lengthen();
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
        logBound.Committed();
        return true;
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

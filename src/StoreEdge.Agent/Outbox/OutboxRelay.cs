using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Outbox;

/// <summary>
/// Tells central every event of the journal, on two lanes: what is committed after the connection began goes at once, one event a message; what is older goes as the backlog, in batches and at
/// a pace. Nothing is lost because only central's own acknowledgement, kept in the journal, counts: a process that starts, or a broker that forgot the session, is told everything after it
/// again, and <see cref="ResendRule"/> repeats what central then still lacks. An event that is refused for good becomes a dead letter and its number a declared hole, so that the others go on.
/// </summary>
internal sealed class OutboxRelay(
    OutboxOptions options, string storeId, JournalStore journal, BrokerLink link, HealthBoard health, TimeProvider time, ILogger<OutboxRelay> log)
{
    private const int ReadAtOnce = 200;

    /// <summary>Declarations that are sent ahead at the beginning of a connection; any further one goes ahead when central is found waiting for it.</summary>
    private const int DeclarationsAhead = 200;

    /// <summary>Refused events that wait for the disk at most; any further one is offered again whenever a resend is due.</summary>
    private const int MostToBury = 1000;

    /// <summary>How often a resend is considered while nothing else happens.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>How long events go one by one after a batch was refused: somebody changes the broker's access list within minutes of the warning, if at all.</summary>
    private static readonly TimeSpan BatchesAgainAfter = TimeSpan.FromMinutes(10);

    /// <summary>The beat of a backlog that waits for its pace.</summary>
    private static readonly TimeSpan PaceTick = TimeSpan.FromMilliseconds(100);

    private readonly Topics topics = new(storeId);
    private readonly Errands errands = new();
    private readonly DeadLetters deadLetters = new(journal, new(storeId), health);
    private readonly Drain drain = new(options.DrainPerSecond, journal, time);
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // What follows is the relay's loop's own.
    private readonly Ledger ledger = new(options.Resend, journal.AcknowledgedSeq);
    private readonly FormerJournals formers = new(options.Resend, journal);
    private readonly Lanes lanes = new();
    private readonly BatchSize size = new();
    private readonly ParcelMaker singles = new(storeId), batches = new(storeId);
    private readonly List<(Parcel Parcel, Lane Lane, Instant SentAt, Task<MqttReason> Answer)> inFlight = [];
    private readonly Queue<StoredEvent> fresh = new();
    private readonly List<DeadLetter> toBury = [];
    private readonly List<(Guid Epoch, IReadOnlyList<long> Numbers)> toRelease = [];
    private readonly HashSet<string> suspects = new(StringComparer.Ordinal);
    private readonly Backoff patience = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), new Random());
    private Task<Parcel?>? making;
    private Task writing = Task.CompletedTask;
    private ParcelQueue lastServed;
    private Instant pausedUntil;
    private Instant batchesAgainAt;

    // Written by the loop, read by Status.
    private long sentSeq, takenThrough, published, refused, resends, lastAckTicks;

    /// <summary>The outbox now.</summary>
    public OutboxStatus Status => new(
        Interlocked.Read(ref sentSeq), Math.Max(Interlocked.Read(ref takenThrough), journal.AcknowledgedSeq), journal.AcknowledgedSeq, Interlocked.Read(ref published), Interlocked.Read(ref refused),
        Interlocked.Read(ref resends), Interlocked.Read(ref lastAckTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null, deadLetters.Count, drain.PerSecond);

    private ParcelQueue Journal => new(ParcelOrigin.Journal, journal.Epoch);

    private bool NewEventsWait => fresh.Count > 0 || ledger.Ahead is not null || journal.LastSeq > ledger.Told;

    private bool IsPaused => Instant.Now(time) < pausedUntil;

    private bool MayGo => !IsPaused && lanes.HasRoom(Lane.Live);

    /// <summary>Reads what central said in former runs and subscribes to its acknowledgements; before the link runs.</summary>
    public void Listen()
    {
        deadLetters.Load();
        drain.Load();
        sentSeq = takenThrough = journal.AcknowledgedSeq;
        link.Handle(topics.Ack, OnAck);
    }

    /// <summary>Tells until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var session = await link.OnlineAsync(stop);
                await TellAsync(session, stop);
                await session.Ended.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>How fast the backlog may be sent from now on, also after a restart.</summary>
    /// <param name="eventsPerSecond">1–1,000,000; 0 goes back to the configuration.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is neither.</exception>
    /// <exception cref="JournalFault">It could not be written down, and nothing has changed.</exception>
    public async Task SetDrainAsync(int eventsPerSecond)
    {
        await drain.SetAsync(eventsPerSecond);
        wake.Writer.TryWrite(true);
    }

    /// <summary>
    /// Sends a run of events again, with the backlog and at its pace. Requests are merged and held in memory: after a restart central asks anew for what it still lacks. Dead letters among them are tried again too.
    /// </summary>
    /// <param name="epoch">The journal the numbers belong to.</param>
    /// <param name="from">The first, 1 or more.</param>
    /// <param name="to">The last, not below <paramref name="from"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run is empty or upside down.</exception>
    public async Task<ReplayAnswer> ReplayAsync(Guid epoch, long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        var dead = deadLetters.Find(epoch, from, to);
        var (held, missing) = await Task.Run(() => Holdings.In(journal, epoch, new(from, to), dead));
        if (held > dead.Count) errands.Add(new(ParcelOrigin.Replay, epoch), new(from, epoch == journal.Epoch ? Math.Min(to, journal.LastSeq) : to));
        foreach (var (_, seq) in dead) errands.Add(new(ParcelOrigin.DeadLetters, epoch), new(seq, seq));
        wake.Writer.TryWrite(true);
        return new(held, missing);
    }

    /// <summary>Central cannot take an event: it becomes a dead letter, and its number is declared as a gap.</summary>
    /// <param name="epoch">The journal the number belongs to.</param>
    /// <param name="seq">The event.</param>
    /// <param name="reason">Why, in English, without personal data.</param>
    /// <returns>Whether it is a dead letter now. False where no such event is held, and for a declaration, without which central could not go on.</returns>
    /// <exception cref="JournalFault">It could not be written down.</exception>
    public async Task<bool> RefuseAsync(Guid epoch, long seq, string reason)
    {
        if (deadLetters.Find(epoch, seq, seq).Count > 0) return true;
        var found = epoch == journal.Epoch ? journal.ReadAfter(seq - 1, 1) : journal.ReadFormerAfter(epoch, seq - 1, 1);
        if (found is not [var stored] || stored.Seq != seq || stored.Type == EventTypes.Gap) return false;
        await deadLetters.BuryAsync([new(epoch, stored, DeadLetter.ByCentral, reason, journal.Age)]);
        return true;
    }

    /// <summary>Tries dead letters again, with the backlog and at its pace.</summary>
    /// <param name="epoch">Null: of any journal.</param>
    /// <param name="from">The first; null: from the oldest.</param>
    /// <param name="to">The last; null: to the newest.</param>
    /// <returns>How many will be tried.</returns>
    public Task<int> ResendAsync(Guid? epoch, long? from, long? to)
    {
        var found = deadLetters.Find(epoch, from, to);
        foreach (var (of, seq) in found) errands.Add(new(ParcelOrigin.DeadLetters, of), new(seq, seq));
        wake.Writer.TryWrite(true);
        return Task.FromResult(found.Count);
    }

    private async Task TellAsync(LinkSession session, CancellationToken stop)
    {
        Begin(session);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Waits outlive a turn of the loop, so that no turn leaves one behind.
        Task? more = null, woken = null, tick = null;
        try
        {
            while (!session.Ended.IsCompleted)
            {
                Settle();
                if (!TakeAnswers()) return;
                if (writing.IsCompleted) writing = WriteDownAsync();
                if (!IsPaused && (await SendNewAsync(session, stop) | await SendBacklogAsync(session, stop))) continue;

                // New events that have no room wait for an answer, not for more of their kind.
                if (more is null or { IsCompleted: true }) more = journal.WaitForMoreAsync(NewEventsWait && !MayGo ? journal.LastSeq : ledger.Told, over.Token);
                if (woken is null or { IsCompleted: true }) woken = wake.Reader.ReadAsync(over.Token).AsTask();
                if (tick is null or { IsCompleted: true }) tick = Task.Delay(NextInLine() is null ? Tick : PaceTick, time, over.Token);
                var answer = inFlight.Count > 0 ? inFlight[0].Answer : session.Ended;
                await Task.WhenAny(more, woken, answer, session.Ended, tick, making ?? session.Ended);
                stop.ThrowIfCancellationRequested();
                if (more.IsFaulted) await more;
            }
        }
        finally
        {
            await over.CancelAsync();
            await EndAsync();
        }
    }

    private void Begin(LinkSession session)
    {
        lanes.Begin(session.Window);
        size.Begin();
        fresh.Clear();
        pausedUntil = default;
        ledger.Acknowledge(journal.AcknowledgedSeq);
        ledger.Begin(Instant.Now(time), journal.LastSeq, session.Resumed);
        formers.Begin(Instant.Now(time), session.Resumed);
        foreach (var seq in Declarations.NumbersAfter(journal, ledger.TakenThrough, DeclarationsAhead)) ledger.SendAhead(seq);
        suspects.Clear();
        suspects.UnionWith(deadLetters.RefusedTypes());
    }

    /// <summary>Whatever is unanswered goes again on the next connection: events of the journal because nobody acknowledged them, errands because they are put back.</summary>
    private async Task EndAsync()
    {
        foreach (var (parcel, _, _, answer) in inFlight)
        {
            if (answer.IsCompletedSuccessfully && answer.Result.IsAccepted) Accept(parcel);
            else
            {
                if (parcel.IsBatch) size.Lost(parcel.Events.Count);
                errands.Add(parcel.Queue, parcel.Run);
            }
        }

        inFlight.Clear();
        if (making is not null)
        {
            await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            making = null;
        }
    }

    /// <summary>Takes note of what central holds, and puts what it lacks too long into the backlog again.</summary>
    private void Settle()
    {
        var now = Instant.Now(time);
        ledger.Acknowledge(journal.AcknowledgedSeq);
        formers.Settle(now);
        Consider(now, journal.Epoch, ledger);
        foreach (var (epoch, former) in formers.All) Consider(now, epoch, former);
    }

    private void Consider(Instant now, Guid epoch, Ledger of)
    {
        if (of.Consider(now) is not { } due) return;
        Interlocked.Increment(ref resends);
        log.LogInformation("Central has not acknowledged journal {Epoch} beyond {Acknowledged}; sending up to {Last} again", epoch, due.After, due.Last);
        // Where the next number is a hole, central waits for its declaration, however far that is.
        var isHole = Read(epoch, due.After, 1) is not [var next] || next.Seq > due.After + 1;
        if (isHole && Declarations.Of(journal, epoch, due.After + 1, journal.AcknowledgedSeq) is { } declaration) ledger.SendAhead(declaration);
    }

    private IReadOnlyList<StoredEvent> Read(Guid epoch, long after, int limit) => epoch == journal.Epoch ? journal.ReadAfter(after, limit) : journal.ReadFormerAfter(epoch, after, limit);

    /// <summary>Sends declarations and new events, as far as there is room.</summary>
    /// <returns>Whether anything went.</returns>
    private async Task<bool> SendNewAsync(LinkSession session, CancellationToken stop)
    {
        var went = false;
        while (lanes.HasRoom(Lane.Live) && NextNew() is { } parcel)
        {
            await HandOverAsync(session, parcel, Lane.Live, stop);
            went = true;
        }

        return went;
    }

    private Parcel? NextNew()
    {
        while (ledger.Ahead is { } ahead)
        {
            var run = new SeqRun(ahead.First, ahead.First);
            if (journal.ReadAfter(run.First - 1, 1) is [var declaration] && declaration.Seq == run.First) return singles.Single(Journal, run, declaration);
            ledger.Sent(run);
        }

        var last = journal.LastSeq;
        if (fresh.Count == 0 && last > ledger.Told)
        {
            foreach (var stored in journal.ReadAfter(ledger.Told, ReadAtOnce)) fresh.Enqueue(stored);
            if (fresh.Count == 0) Skip(Journal, new(ledger.Told + 1, last));
        }

        while (fresh.TryDequeue(out var stored))
        {
            if (stored.Seq <= ledger.Told) continue;
            return singles.Single(Journal, new(ledger.Told + 1, stored.Seq), stored);
        }

        return null;
    }

    /// <summary>Sends the next message of the backlog, where there is room and the pace allows it. It is put together aside, so that new events need not wait for that either.</summary>
    /// <returns>Whether the loop should come round at once.</returns>
    private async Task<bool> SendBacklogAsync(LinkSession session, CancellationToken stop)
    {
        if (!lanes.HasRoom(Lane.Backlog, NewEventsWait)) return false;
        if (making is { IsCompleted: true })
        {
            var made = await making;
            making = null;
            if (made is null) return true;
            drain.Spend(made.Events.Count);
            if (made.Message is null) Skip(made.Queue, made.Run);
            else await HandOverAsync(session, made, Lane.Backlog, stop);
            return true;
        }

        if (making is not null || NextInLine() is not var (queue, run)) return false;
        var allowed = drain.Allow((int)Math.Min(Instant.Now(time) < batchesAgainAt ? 1 : size.Events, run.Count));
        if (allowed == 0) return false;
        lastServed = queue;
        making = Task.Run(() => Make(queue, run, allowed), stop);
        return false;
    }

    /// <summary>Every queue of the backlog in turn, so that neither a long outage nor a long replay keeps the others waiting.</summary>
    private (ParcelQueue Queue, SeqRun Run)? NextInLine()
    {
        var waiting = errands.Waiting();
        foreach (var (epoch, former) in formers.All)
            if (former.Backlog is { } left) waiting.Insert(0, (new(ParcelOrigin.Former, epoch), left));
        if (ledger.Backlog is { } own) waiting.Insert(0, (Journal, own));
        if (waiting.Count == 0) return null;
        var turn = waiting.FindIndex(w => w.Queue == lastServed) + 1;
        return waiting[turn % waiting.Count];
    }

    private Parcel? Make(ParcelQueue queue, SeqRun run, int limit)
    {
        var read = queue.Origin == ParcelOrigin.DeadLetters
            ? [.. deadLetters.Read(queue.Epoch, run.First, run.Last, limit).Select(l => l.Event)]
            : Read(queue.Epoch, run.First - 1, limit);
        IReadOnlyList<StoredEvent> events = read.Count > 0 && read[^1].Seq > run.Last ? [.. read.TakeWhile(e => e.Seq <= run.Last)] : read;
        var isAll = events.Count < limit;
        return events.Count == 0 ? new(queue, run, [], null) : batches.Batch(queue, run, events, isAll);
    }

    private async Task HandOverAsync(LinkSession session, Parcel parcel, Lane lane, CancellationToken stop)
    {
        var pending = await session.SendAsync(parcel.Message!, stop);
        // The buffer of the message serves the next one now.
        inFlight.Add((parcel with { Message = null }, lane, Instant.Now(time), pending.Answer));
        lanes.Sent(lane, parcel.IsBatch);
        Remove(parcel.Queue, parcel.Run);
        if (parcel.Queue == Journal && parcel.Events[^1].Seq > sentSeq) Interlocked.Exchange(ref sentSeq, parcel.Events[^1].Seq);
    }

    /// <summary>No event is held of these numbers: they were declared, or deleted after an acknowledgement.</summary>
    private void Skip(ParcelQueue queue, SeqRun run)
    {
        Remove(queue, run);
        LedgerOf(queue)?.Taken(run);
    }

    private Ledger? LedgerOf(ParcelQueue queue) => queue.Origin switch
    {
        ParcelOrigin.Journal => ledger,
        ParcelOrigin.Former => formers.Of(queue.Epoch),
        _ => null,
    };

    private void Remove(ParcelQueue queue, SeqRun run)
    {
        LedgerOf(queue)?.Sent(run);
        errands.Remove(queue, run);
    }

    private void Return(Parcel parcel)
    {
        LedgerOf(parcel.Queue)?.Return(parcel.Run);
        errands.Add(parcel.Queue, parcel.Run);
    }

    /// <returns>False when the connection is over.</returns>
    private bool TakeAnswers()
    {
        for (var i = 0; i < inFlight.Count; i++)
        {
            var (parcel, lane, sentAt, answer) = inFlight[i];
            if (!answer.IsCompleted) continue;
            var reason = answer.Result;
            if (!reason.IsAccepted && !reason.IsRefused) return false;
            inFlight.RemoveAt(i--);
            lanes.Answered(lane, parcel.IsBatch);
            switch (RefusalRule.Judge(reason.Code))
            {
                case Refusal.None:
                    if (lane == Lane.Backlog) size.Taken(parcel.Events.Count, Instant.Now(time) - sentAt);
                    Accept(parcel);
                    break;
                case Refusal.Wait:
                    Pause(parcel, reason);
                    break;
                case Refusal.TooLarge when parcel.IsBatch:
                    size.TooLarge(parcel.Events.Count);
                    Return(parcel);
                    break;
                case Refusal.ForGood when parcel.IsBatch:
                    RefuseBatch(parcel, reason);
                    break;
                default:
                    Refuse(parcel, reason);
                    break;
            }
        }

        Interlocked.Exchange(ref takenThrough, ledger.TakenThrough);
        return true;
    }

    private void Accept(Parcel parcel)
    {
        Interlocked.Add(ref published, parcel.Events.Count);
        LedgerOf(parcel.Queue)?.Taken(parcel.Run);
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

    private void Pause(Parcel parcel, MqttReason reason)
    {
        Return(parcel);
        var now = Instant.Now(time);
        if (now < pausedUntil) return;
        pausedUntil = now + patience.Next();
        health.Raise("broker-busy", Severity.Warning, $"The broker takes no events for now (reason {reason.Code}, {RefusalRule.Name(reason.Code)}); they wait here.",
            "None if it passes: sending goes on by itself. If it stays, look at the broker's limits and load.");
    }

    /// <summary>Its events go one by one for a while, over connections: some brokers (mosquitto 2.0.11) end the connection over what they refuse, and each new one would begin with the same batch.</summary>
    private void RefuseBatch(Parcel parcel, MqttReason reason)
    {
        Interlocked.Increment(ref refused);
        batchesAgainAt = Instant.Now(time) + BatchesAgainAfter;
        Return(parcel);
        health.Raise("batches-refused", Severity.Warning, $"The broker refuses batches of the backlog ({RefusalRule.Name(reason.Code)}); its events go one by one, which takes longer.",
            $"Let this store's login publish to {topics.EventBatch} (the broker's access list); it is tried again every ten minutes.");
    }

    private void Refuse(Parcel parcel, MqttReason reason)
    {
        Interlocked.Increment(ref refused);
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
    private Task WriteDownAsync()
    {
        if (toBury.Count == 0 && toRelease.Count == 0) return Task.CompletedTask;
        DeadLetter[] bury = [.. toBury];
        (Guid Epoch, IReadOnlyList<long> Numbers)[] release = [.. toRelease];
        toBury.Clear();
        toRelease.Clear();
        return WriteAsync();

        async Task WriteAsync()
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

    private ValueTask OnAck(MqttMessage message, CancellationToken stop)
    {
        var ack = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.AckMessage) ?? throw new FormatException("null is no acknowledgement");
        var verdict = CentralAck.Judge(ack, journal.Epoch, journal.LastSeq, journal.AcknowledgedSeq);
        if (verdict == AckVerdict.OtherEpoch)
        {
            if (formers.Acknowledge(ack.Epoch, ack.Seq))
            {
                wake.Writer.TryWrite(true);
                return ValueTask.CompletedTask;
            }

            health.Raise("ack-other-epoch", Severity.Warning, $"Central acknowledged journal {ack.Epoch}, but this one is {journal.Epoch}.",
                "Expected once after the journal was replaced. If it stays, central must begin a new table for the new epoch.");
            return ValueTask.CompletedTask;
        }

        if (verdict == AckVerdict.BeyondLast)
        {
            health.Raise("ack-beyond-last", Severity.Fault, $"Central acknowledged event {ack.Seq}, but the newest is {journal.LastSeq}.",
                "Was an old copy of the disk restored? Move the journal away and restart, so that a new epoch begins; otherwise new events count as known ones.");
            return ValueTask.CompletedTask;
        }

        health.Clear("ack-other-epoch");
        health.Clear("ack-beyond-last");
        if (verdict != AckVerdict.Advances) return ValueTask.CompletedTask;
        journal.Acknowledge(ack.Seq);
        Interlocked.Exchange(ref lastAckTicks, time.GetUtcNow().UtcTicks);
        wake.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }
}

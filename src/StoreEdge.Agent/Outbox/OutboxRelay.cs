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
internal sealed class OutboxRelay
{
    /// <summary>How often a resend is considered while nothing else happens.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>The beat of a backlog that waits for its pace.</summary>
    private static readonly TimeSpan PaceTick = TimeSpan.FromMilliseconds(100);

    private readonly JournalStore journal;
    private readonly BrokerLink link;
    private readonly TimeProvider time;
    private readonly Topics topics;
    private readonly Errands errands = new();
    private readonly DeadLetters deadLetters;
    private readonly Drain drain;
    private readonly AckInbox acks;
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // What follows is the relay's loop's own.
    private readonly Queues queues;
    private readonly Refusals refusals;
    private readonly Lanes lanes = new();
    private readonly BatchSize size = new();
    private readonly List<(Parcel Parcel, Lane Lane, Instant SentAt, Task<MqttReason> Answer)> inFlight = [];
    private Task<Parcel>? making;

    // Written by the loop, read by Status.
    private long sentSeq, takenThrough, published, resends;

    public OutboxRelay(OutboxOptions options, string storeId, JournalStore journal, BrokerLink link, HealthBoard health, TimeProvider time, ILogger<OutboxRelay> log)
    {
        (this.journal, this.link, this.time) = (journal, link, time);
        topics = new(storeId);
        deadLetters = new(journal, topics, health);
        drain = new(options.DrainPerSecond, journal, time);
        var formers = new FormerJournals(options.Resend, journal);
        acks = new(journal, formers, health, time);
        queues = new(options.Resend, storeId, journal, formers, deadLetters, errands, log);
        refusals = new(topics, journal, deadLetters, errands, health, time, log);
    }

    /// <summary>The outbox now.</summary>
    public OutboxStatus Status => new(
        Interlocked.Read(ref sentSeq), Math.Max(Interlocked.Read(ref takenThrough), journal.AcknowledgedSeq), journal.AcknowledgedSeq, Interlocked.Read(ref published), refusals.Count,
        Interlocked.Read(ref resends), acks.LastAt, deadLetters.Count, drain.PerSecond);

    private bool MayGo => !refusals.IsPaused && lanes.HasRoom(Lane.Live);

    /// <summary>Reads what central said in former runs and subscribes to its acknowledgements; before the link runs.</summary>
    public void Listen()
    {
        deadLetters.Load();
        drain.Load();
        sentSeq = takenThrough = journal.AcknowledgedSeq;
        link.Handle(topics.Ack, (message, _) =>
        {
            if (acks.Take(message)) wake.Writer.TryWrite(true);
            return ValueTask.CompletedTask;
        });
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
        lanes.Begin(session.Window);
        size.Begin();
        queues.Begin(Instant.Now(time), session.Resumed);
        refusals.Begin();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Waits outlive a turn of the loop, so that no turn leaves one behind.
        Task? more = null, woken = null, tick = null;
        try
        {
            while (!session.Ended.IsCompleted)
            {
                Interlocked.Add(ref resends, queues.Settle(Instant.Now(time)));
                if (!TakeAnswers()) return;
                refusals.WriteDown();
                if (!refusals.IsPaused && (await SendNewAsync(session, stop) | await SendBacklogAsync(session, stop))) continue;

                // New events that have no room wait for an answer, not for more of their kind.
                if (more is null or { IsCompleted: true }) more = journal.WaitForMoreAsync(queues.NewEventsWait && !MayGo ? journal.LastSeq : queues.Told, over.Token);
                if (woken is null or { IsCompleted: true }) woken = wake.Reader.ReadAsync(over.Token).AsTask();
                if (tick is null or { IsCompleted: true }) tick = Task.Delay(queues.NextInLine() is null ? Tick : PaceTick, time, over.Token);
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

    /// <summary>Whatever is unanswered goes again on the next connection.</summary>
    private async Task EndAsync()
    {
        foreach (var (parcel, _, _, answer) in inFlight)
        {
            if (answer.IsCompletedSuccessfully && answer.Result.IsAccepted) Accept(parcel);
            else
            {
                if (parcel.IsBatch) size.Lost(parcel.Events.Count);
                queues.Unanswered(parcel);
            }
        }

        inFlight.Clear();
        if (making is not null)
        {
            await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            making = null;
        }
    }

    /// <summary>Sends declarations and new events, as far as there is room.</summary>
    /// <returns>Whether anything went.</returns>
    private async Task<bool> SendNewAsync(LinkSession session, CancellationToken stop)
    {
        var went = false;
        while (lanes.HasRoom(Lane.Live) && queues.NextNew() is { } parcel)
        {
            await HandOverAsync(session, parcel, Lane.Live, stop);
            went = true;
        }

        return went;
    }

    /// <summary>Sends the next message of the backlog, where there is room and the pace allows it. It is put together aside, so that new events need not wait for that either.</summary>
    /// <returns>Whether the loop should come round at once.</returns>
    private async Task<bool> SendBacklogAsync(LinkSession session, CancellationToken stop)
    {
        if (!lanes.HasRoom(Lane.Backlog, queues.NewEventsWait)) return false;
        if (making is { IsCompleted: true })
        {
            var made = await making;
            making = null;
            drain.Spend(made.Events.Count);
            if (made.Message is null) queues.Skip(made.Queue, made.Run);
            else await HandOverAsync(session, made, Lane.Backlog, stop);
            return true;
        }

        if (making is not null || queues.NextInLine() is not var (queue, run)) return false;
        var allowed = drain.Allow((int)Math.Min(refusals.OneByOne ? 1 : size.Events, run.Count));
        if (allowed == 0) return false;
        queues.Served(queue);
        making = Task.Run(() => queues.Make(queue, run, allowed), stop);
        return false;
    }

    private async Task HandOverAsync(LinkSession session, Parcel parcel, Lane lane, CancellationToken stop)
    {
        var pending = await session.SendAsync(parcel.Message!, stop);
        // The buffer of the message serves the next one now.
        inFlight.Add((parcel with { Message = null }, lane, Instant.Now(time), pending.Answer));
        lanes.Sent(lane, parcel.IsBatch);
        queues.Sent(parcel);
        if (parcel.Queue.Origin == ParcelOrigin.Journal && parcel.Events[^1].Seq > sentSeq) Interlocked.Exchange(ref sentSeq, parcel.Events[^1].Seq);
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
                    queues.Return(parcel);
                    refusals.Pause(reason);
                    break;
                case Refusal.TooLarge when parcel.IsBatch:
                    size.TooLarge(parcel.Events.Count);
                    queues.Return(parcel);
                    break;
                case Refusal.ForGood when parcel.IsBatch:
                    queues.Return(parcel);
                    refusals.RefusedBatch(reason);
                    break;
                default:
                    refusals.Refused(parcel, reason);
                    break;
            }
        }

        Interlocked.Exchange(ref takenThrough, queues.TakenThrough);
        return true;
    }

    private void Accept(Parcel parcel)
    {
        Interlocked.Add(ref published, parcel.Events.Count);
        queues.Taken(parcel);
        refusals.Accepted(parcel);
    }
}

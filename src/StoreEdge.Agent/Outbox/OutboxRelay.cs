using System.Buffers;
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
/// Tells central every event of the journal, in the order of its numbers. Nothing is lost because only central's own acknowledgement, kept in the journal, counts:
/// a process that starts, or a broker that forgot the session, is told everything after it again. Where the broker did remember, sending goes on after the last
/// PUBACK, and <see cref="ResendRule"/> repeats what central then still lacks.
/// </summary>
internal sealed class OutboxRelay(
    OutboxOptions options, string storeId, JournalStore journal, BrokerLink link, HealthBoard health, TimeProvider time, ILogger<OutboxRelay> log)
{
    private const int ReadAtOnce = 200;

    /// <summary>How often a resend is considered while nothing else happens.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Topics topics = new(storeId);
    private readonly ResendRule resends = new(options.Resend);
    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly Channel<bool> ackMoved = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Queue<(long Seq, string Type, Task<MqttReason> Answer)> inFlight = new();

    private readonly HashSet<string> refusedTypes = new(StringComparer.Ordinal);

    // Owned by the relay's loop; read by Status.
    private long sent;
    private long taken;
    private long published;
    private long refused;
    private long lastAckTicks;

    public OutboxStatus Status => new(
        Interlocked.Read(ref sent), Interlocked.Read(ref taken), journal.AcknowledgedSeq, Interlocked.Read(ref published), Interlocked.Read(ref refused), resends.Resends,
        Interlocked.Read(ref lastAckTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null);

    /// <summary>Subscribes to central's acknowledgements; before the link runs.</summary>
    public void Listen() => link.Handle(topics.Ack, OnAck);

    public async Task RunAsync(CancellationToken stop)
    {
        sent = taken = journal.AcknowledgedSeq;
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

    private async Task TellAsync(LinkSession session, CancellationToken stop)
    {
        inFlight.Clear();
        sent = taken = Math.Max(journal.AcknowledgedSeq, session.Resumed ? taken : 0);
        resends.Begin(Instant.Now(time));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Waits outlive a turn of the loop, so that no turn leaves one behind.
        Task? more = null;
        Task? moved = null;
        try
        {
            while (true)
            {
                // A retained acknowledgement may run ahead of what was kept here before a power cut.
                if (journal.AcknowledgedSeq > sent) sent = taken = journal.AcknowledgedSeq;
                if (resends.Consider(Instant.Now(time), sent, journal.AcknowledgedSeq) is { } again)
                {
                    log.LogInformation("Central has not acknowledged beyond {Acknowledged}; sending up to {Last} again", again.After, again.Last);
                    if (!await SendAsync(session, again.After, again.Last, stop)) return;
                }

                var before = sent;
                if (!await SendAsync(session, sent, sent + ReadAtOnce, stop)) return;
                if (sent > before) continue;

                if (more is null or { IsCompleted: true }) more = journal.WaitForMoreAsync(sent, over.Token);
                if (moved is null or { IsCompleted: true }) moved = ackMoved.Reader.ReadAsync(over.Token).AsTask();
                var answer = inFlight.TryPeek(out var oldest) ? oldest.Answer : session.Ended;
                await Task.WhenAny(more, moved, answer, session.Ended, Task.Delay(Tick, time, over.Token));
                stop.ThrowIfCancellationRequested();
                if (more.IsFaulted) await more;
                if (session.Ended.IsCompleted || !await TakeAnswersAsync(wait: false)) return;
            }
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    /// <summary>Sends what the journal holds in (<paramref name="after"/>, <paramref name="last"/>].</summary>
    /// <returns>False when the session is over.</returns>
    private async Task<bool> SendAsync(LinkSession session, long after, long last, CancellationToken stop)
    {
        while (after < last)
        {
            var events = journal.ReadAfter(after, (int)Math.Min(ReadAtOnce, last - after));
            if (events.Count == 0) return true;
            foreach (var stored in events)
            {
                var pending = await session.SendAsync(Message(stored), stop);
                inFlight.Enqueue((stored.Seq, stored.Type, pending.Answer));
                if (stored.Seq > sent) Interlocked.Exchange(ref sent, stored.Seq);
                if (!await TakeAnswersAsync(wait: inFlight.Count >= session.Window)) return false;
            }

            after = events[^1].Seq;
        }

        return true;
    }

    /// <summary>Takes the answers in the order of sending, for only an unbroken row of them moves the cursor.</summary>
    private async Task<bool> TakeAnswersAsync(bool wait)
    {
        while (inFlight.TryPeek(out var oldest) && (wait || oldest.Answer.IsCompleted))
        {
            wait = false;
            var reason = await oldest.Answer;
            if (!reason.IsAccepted && !reason.IsRefused) return false;
            inFlight.Dequeue();
            Interlocked.Increment(ref published);
            if (reason.IsRefused) Refuse(oldest.Type, reason);
            else if (refusedTypes.Remove(oldest.Type)) health.Clear($"event-refused:{oldest.Type}");
            if (oldest.Seq > taken) Interlocked.Exchange(ref taken, oldest.Seq);
        }

        return true;
    }

    /// <summary>The others go on; central will lack this one, so it is offered again whenever a resend is due.</summary>
    private void Refuse(string type, MqttReason reason)
    {
        Interlocked.Increment(ref refused);
        refusedTypes.Add(type);
        health.Raise($"event-refused:{type}", Severity.Fault, $"The broker refuses events of type {type} (reason {reason.Code}); they are kept here.",
            $"Let this store's login publish to {topics.Event(type)} (the broker's access list), or raise its limit of message size.");
    }

    private MqttMessage Message(StoredEvent stored)
    {
        buffer.ResetWrittenCount();
        new EventEnvelope(
            storeId, journal.Epoch, stored.Seq, stored.Type, stored.Time, stored.RecordedTime, stored.BootId, stored.MonotonicMilliseconds, stored.TimeQuality, stored.Data)
            .Write(buffer);
        // The library copies the payload when it takes the message, so one buffer serves all.
        return new(topics.Event(stored.Type), buffer.WrittenMemory) { ContentType = EventEnvelope.ContentType };
    }

    private ValueTask OnAck(MqttMessage message, CancellationToken stop)
    {
        var ack = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.AckMessage) ?? throw new FormatException("null is no acknowledgement");
        var verdict = CentralAck.Judge(ack, journal.Epoch, journal.LastSeq, journal.AcknowledgedSeq);
        if (verdict == AckVerdict.OtherEpoch)
        {
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
        ackMoved.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }
}

using System.Buffers;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Fleet.Wire;

namespace StoreEdge.Simulator.Fleet;

/// <summary>
/// One store of the fleet, as central and the broker can tell: link and outbox by the rules of <c>StoreEdge.Core/Telling</c>, which are the agent's own. One task
/// seeks the connection; everything else happens in <see cref="Turn"/>, whenever something came or is due, under one lock.
/// </summary>
internal sealed class FleetStore : IAsyncDisposable
{
    private const string Version = "0.1.0-fleet";

    private readonly Lock gate = new();
    private readonly FleetOptions options;
    private readonly int index;
    private readonly FleetNetwork network;
    private readonly FleetMeters meters;
    private readonly TimeProvider time;
    private readonly Instant started;
    private readonly Topics topics;
    private readonly StoreDay day;
    private readonly FleetJournal journal;
    private readonly Backoff backoff;
    private readonly Lanes lanes = new();
    private readonly BatchSize batchSize = new();
    private readonly DrainPace pace;
    private readonly Ledger ledger;
    private readonly FleetCommands commands;
    private readonly ITimer timer;
    private readonly Dictionary<ushort, (SeqRun Run, Lane Lane, bool IsBatch, Instant At)> unanswered = [];

    private readonly SeqSet live = new();

    private FleetLink? link;
    private TimeSpan? nextEvent;
    private long backlogEnd;
    private ushort lastId;
    private long birth;
    private bool subscribedSinceStart, stateIsOld;
    private Instant stateAt;

    /// <param name="options">Of the fleet.</param>
    /// <param name="index">Which store, from 0.</param>
    /// <param name="network">The road to the brokers.</param>
    /// <param name="meters">Where it counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="started">When the fleet started.</param>
    /// <param name="startedAt">The same by the wall clock.</param>
    public FleetStore(FleetOptions options, int index, FleetNetwork network, FleetMeters meters, TimeProvider time, Instant started, DateTimeOffset startedAt)
    {
        (this.options, this.index, this.network, this.meters, this.time, this.started) = (options, index, network, meters, time, started);
        StoreId = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.Prefix}{index:00000}");
        topics = new(StoreId);
        day = new(options, StoreId);
        journal = new(StoreId, day, options.Seed, startedAt);
        backoff = new(options.RetryFirst, options.RetryMost, new Random((int)Xoshiro.For(options.Seed, StoreId + "/back-off").Next()));
        pace = new(options.BacklogPerSecond, started);
        ledger = new(options.Resend, 0);
        commands = new(journal, ledger, pace, options.BacklogPerSecond);
        for (var i = options.Backlog; i > 0; i--) journal.Append(-i * TimeSpan.FromSeconds(15), timed: false);
        nextEvent = day.Next(TimeSpan.Zero);
        timer = time.CreateTimer(_ => TakeTurn(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string StoreId { get; }

    public Guid Epoch => journal.Epoch;

    public bool IsOnline => Volatile.Read(ref link) is not null;

    /// <summary>Numbers what has happened meanwhile.</summary>
    /// <returns>The newest number and central's acknowledgement.</returns>
    public (long LastSeq, long AcknowledgedSeq) Look()
    {
        lock (gate)
        {
            NumberUpTo(Instant.Now(time));
            return (journal.LastSeq, journal.AcknowledgedSeq);
        }
    }

    /// <summary>What it numbered, once it has been stopped.</summary>
    public FleetEntry Entry()
    {
        lock (gate) return new(StoreId, Epoch, journal.LastSeq, journal.AcknowledgedSeq, [.. live.Runs]);
    }

    /// <summary>Cuts the connection without a word.</summary>
    public void Cut() => Volatile.Read(ref link)?.Cut();

    /// <summary>Starts the store and keeps its link until it is stopped; then it says goodbye.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(options.BootSpread * Xoshiro.For(options.Seed, StoreId + "/boot").Unit(), time, stop).ConfigureAwait(false);
            for (var attempt = 0; ; attempt++)
            {
                await LiveThroughOneConnectionAsync(attempt, stop).ConfigureAwait(false);
                await Task.Delay(backoff.Next(), time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private TimeSpan SinceStart(Instant now) => now - started;

    private async Task LiveThroughOneConnectionAsync(int attempt, CancellationToken stop)
    {
        meters.CountAttempt(SinceStart(Instant.Now(time)));
        if (network.IsAway) return;
        var mine = ++birth;
        FleetLink connected;
        try
        {
            connected = await FleetLink.ConnectAsync(
                new(options.Brokers[(index + attempt) % options.Brokers.Count], StoreId)
                {
                    From = options.SourceOf(index),
                    Protocol = options.Protocol,
                    Username = options.Username?.Replace("{store}", StoreId, StringComparison.Ordinal),
                    Password = options.Password,
                    KeepAlive = options.KeepAlive,
                    ConnectTimeout = options.ConnectTimeout,
                    SessionExpiry = options.SessionExpiry,
                    Will = StatusOf("offline", mine),
                },
                time, stop).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SocketException or TimeoutException or MqttWireException)
        {
            meters.CountFailure(fault is SocketException s ? s.SocketErrorCode.ToString() : fault.Message);
            return;
        }

        await using (connected.ConfigureAwait(false))
        {
            var since = Instant.Now(time);
            Begin(connected, mine, since);
            connected.Listen(Take);
            try
            {
                meters.CountEnd(await connected.Ended.WaitAsync(stop).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                // Says itself that it goes: after an orderly goodbye the broker keeps the will to itself.
                lock (gate) Publish(StatusOf("offline", mine), default, Lane.Live, isBatch: false);
                throw;
            }
            finally
            {
                var now = Instant.Now(time);
                lock (gate)
                {
                    NumberUpTo(now);
                    Volatile.Write(ref link, null);
                }

                if (!stop.IsCancellationRequested) meters.CountLoss(SinceStart(now));
                if (now - since >= options.StableAfter) backoff.Reset();
            }
        }
    }

    private void Begin(FleetLink connected, long mine, Instant now)
    {
        lock (gate)
        {
            NumberUpTo(now);
            // What is smaller gets through more easily.
            foreach (var lost in unanswered.Values)
                if (lost.IsBatch) batchSize.Lost((int)lost.Run.Count);
            unanswered.Clear();
            lanes.Begin(Math.Min(options.Window, connected.ConnAck.ReceiveMaximum));
            batchSize.Begin();
            ledger.Begin(now, journal.LastSeq, connected.ConnAck.SessionPresent);
            backlogEnd = journal.LastSeq;
            Volatile.Write(ref link, connected);
            meters.CountConnection(SinceStart(now));
            Publish(StatusOf("online", mine), default, Lane.Live, isBatch: false);
            // A broker that remembers the session remembers the subscriptions too, but a new process needs the retained messages again.
            if (!connected.ConnAck.SessionPresent || !subscribedSinceStart)
                connected.Send(MqttWriter.Subscribe(NextId(), [topics.Ack, topics.AnyCommand], options.Protocol));
            Say(topics.VersionState, new("0.1.0", "fleet", "", 0), ContractsJson.Default.VersionStateMessage);
            (subscribedSinceStart, stateIsOld, stateAt) = (true, true, new(0));
            Turn(now);
        }
    }

    private void TakeTurn()
    {
        lock (gate) Turn(Instant.Now(time));
    }

    /// <summary>Everything that is due; the lock is held. Ends with the timer set for what is due next.</summary>
    private void Turn(Instant now)
    {
        NumberUpTo(now);
        if (link is not { } present || present.Ended.IsCompleted) return;
        if (ledger.Consider(now) is not null) meters.CountResend();
        while (ledger.Told < journal.LastSeq && lanes.HasRoom(Lane.Live)) SendOne(ledger.Told + 1, Lane.Live);
        SayState(now);
        while (ledger.Backlog is { } run && lanes.HasRoom(Lane.Backlog, ledger.Told < journal.LastSeq))
        {
            var count = pace.Allow(now, (int)Math.Min(run.Count, batchSize.Events));
            if (count == 0) break;
            if (count == 1) SendOne(run.First, Lane.Backlog);
            else if (!TrySendBatch(new(run.First, run.First + count - 1), present)) continue;
            pace.Spend(count);
        }

        var due = present.KeepUp(now);
        if (nextEvent is { } next) due = Earlier(due, started + next);
        if (stateIsOld) due = Earlier(due, stateAt + options.StateEvery);
        if (ledger.Backlog is { } waiting && lanes.HasRoom(Lane.Backlog)) due = Earlier(due, now + pace.Wait(now, (int)Math.Min(waiting.Count, batchSize.Events)));
        // The rule of resending wants to be asked every second while something is not acknowledged.
        if (journal.AcknowledgedSeq < journal.LastSeq) due = Earlier(due, now + TimeSpan.FromSeconds(1));
        var wait = due - now;
        timer.Change(wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private static Instant Earlier(Instant one, Instant other) => one < other ? one : other;

    private void NumberUpTo(Instant now)
    {
        while (nextEvent is { } at && at <= SinceStart(now))
        {
            if (at >= options.Length)
            {
                nextEvent = null;
                return;
            }

            // Central's acknowledgement is cumulative: behind a backlog it says when the backlog was told, not how long a new event took.
            journal.Append(at, timed: link is not null && journal.AcknowledgedSeq >= backlogEnd);
            if (link is not null) live.Add(new(journal.LastSeq, journal.LastSeq));
            stateIsOld = true;
            nextEvent = at + day.Next(at);
        }
    }

    private void SendOne(long seq, Lane lane)
    {
        var envelope = journal.EnvelopeOf(seq);
        var body = new ArrayBufferWriter<byte>(1024);
        envelope.Write(body);
        Publish(new(topics.Event(envelope.Type), body.WrittenMemory) { ContentType = EventEnvelope.ContentType }, new(seq, seq), lane, isBatch: false);
    }

    /// <returns>False where it would be too large; the next attempt is with fewer.</returns>
    private bool TrySendBatch(SeqRun run, FleetLink present)
    {
        var body = new ArrayBufferWriter<byte>(64 * 1024);
        body.Write("["u8);
        for (var seq = run.First; seq <= run.Last; seq++)
        {
            if (seq > run.First) body.Write(","u8);
            journal.EnvelopeOf(seq).Write(body);
        }

        body.Write("]"u8);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(body.WrittenSpan);
        var message = new MqttMessage(topics.EventBatch, compressed.ToArray()) { ContentType = EventEnvelope.BatchContentType };
        if (body.WrittenCount > BatchSize.MostRawBytes || message.Payload.Length > BatchSize.MostBytes
            || message.Payload.Length + MqttWriter.Overhead(message) > present.ConnAck.MaximumPacketSize)
        {
            batchSize.TooLarge((int)run.Count);
            return false;
        }

        Publish(message, run, Lane.Backlog, isBatch: true);
        meters.CountBatch();
        return true;
    }

    private void SayState(Instant now)
    {
        if (!stateIsOld || now < stateAt + options.StateEvery || !lanes.HasRoom(Lane.Live)) return;
        var oldest = journal.AcknowledgedSeq < journal.LastSeq ? SinceStart(now) - journal.MomentOf(journal.AcknowledgedSeq + 1) : TimeSpan.Zero;
        Say(topics.OutboxState, new(journal.Epoch, journal.LastSeq, journal.AcknowledgedSeq, Math.Round(Math.Max(0, oldest.TotalSeconds), 3), 0, pace.PerSecond),
            ContractsJson.Default.OutboxStateMessage);
        (stateIsOld, stateAt) = (false, now);
    }

    private void Say<T>(string topic, T state, JsonTypeInfo<T> type) =>
        Publish(new(topic, JsonSerializer.SerializeToUtf8Bytes(state, type)) { Retain = true, ContentType = "application/json" }, default, Lane.Live, isBatch: false);

    private MqttMessage StatusOf(string state, long birth) =>
        new(topics.Status, JsonSerializer.SerializeToUtf8Bytes(new StatusMessage(state, birth, journal.Epoch, journal.BootId, Version), ContractsJson.Default.StatusMessage))
        {
            Retain = true,
            ContentType = "application/json",
        };

    /// <summary>Hands a message over; <paramref name="run"/> is empty where it carries no events.</summary>
    private void Publish(MqttMessage message, SeqRun run, Lane lane, bool isBatch)
    {
        if (link is null) return;
        var id = NextId();
        unanswered[id] = (run, lane, isBatch, Instant.Now(time));
        lanes.Sent(lane, isBatch);
        meters.CountMessage();
        if (run.First > 0)
        {
            for (var seq = run.First; seq <= run.Last; seq++)
            {
                var (again, wasTaken) = journal.MarkSent(seq);
                meters.CountEvent(again, wasTaken);
            }

            ledger.Sent(run);
        }

        link.Send(MqttWriter.Publish(message, id, options.Protocol));
    }

    private ushort NextId()
    {
        do lastId = lastId == ushort.MaxValue ? (ushort)1 : (ushort)(lastId + 1);
        while (unanswered.ContainsKey(lastId));
        return lastId;
    }

    /// <summary>A packet came; on the connection's own task.</summary>
    private void Take(MqttPacket packet)
    {
        lock (gate)
        {
            if (link is null) return;
            var now = Instant.Now(time);
            if (packet.Kind == MqttPacketKind.PubAck && unanswered.Remove(packet.Id, out var answered)) TakeAnswer(packet.Reason, answered, now);
            else if (packet is { Kind: MqttPacketKind.SubAck, Reason: >= MqttPacket.FirstRefusal }) Refused();
            else if (packet.Message is { } message) TakeMessage(message, now);
            Turn(now);
        }
    }

    private void TakeAnswer(byte reason, (SeqRun Run, Lane Lane, bool IsBatch, Instant At) answered, Instant now)
    {
        lanes.Answered(answered.Lane, answered.IsBatch);
        switch (RefusalRule.Judge(reason))
        {
            case Refusal.None:
                if (answered.Run.First > 0)
                {
                    ledger.Taken(answered.Run);
                    journal.MarkTaken(answered.Run.First, answered.Run.Last);
                }

                if (answered.IsBatch) batchSize.Taken((int)answered.Run.Count, now - answered.At);
                break;
            case Refusal.TooLarge when answered.IsBatch && answered.Run.Count > 1:
                batchSize.TooLarge((int)answered.Run.Count);
                ledger.Return(answered.Run);
                break;
            default:
                Refused();
                break;
        }
    }

    /// <summary>A fleet has nobody who mends an access list: the connection ends, and the back-off keeps it from asking all the time.</summary>
    private void Refused()
    {
        meters.CountRefused();
        link?.Cut();
    }

    private void TakeMessage(MqttMessage message, Instant now)
    {
        if (message.Payload.IsEmpty || !Topics.TryParse(message.Topic, out var topic) || topic.StoreId != StoreId) return;
        try
        {
            if (topic.Kind == "ack") TakeAck(JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.AckMessage), now);
            else if (topic.Kind == "cmd")
            {
                meters.CountCommand();
                var answer = commands.Carry(topic.Name, message.Payload.Span, now);
                stateIsOld = true;
                Publish(
                    new(message.ResponseTopic ?? topics.Response(topic.Name), JsonSerializer.SerializeToUtf8Bytes(answer, ContractsJson.Default.ResponseMessage))
                    {
                        ContentType = "application/json",
                        CorrelationData = message.CorrelationData.ToArray(),
                    },
                    default, Lane.Live, isBatch: false);
            }
        }
        catch (JsonException)
        {
            meters.CountBad();
        }
    }

    private void TakeAck(AckMessage? ack, Instant now)
    {
        if (ack is null || ack.Epoch != journal.Epoch || ack.Seq < 0 || ack.Seq > journal.LastSeq)
        {
            meters.CountBad();
            return;
        }

        if (ack.Seq <= journal.AcknowledgedSeq) return;
        meters.CountAcknowledged(ack.Seq - journal.AcknowledgedSeq);
        journal.Acknowledge(ack.Seq, moment => meters.CountLatency(SinceStart(now) - moment));
        ledger.Acknowledge(ack.Seq);
        stateIsOld = true;
    }
}

using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Journey;

/// <summary>
/// The central journey service, as far as a store can tell: keeps every event, acknowledges the contiguous prefix, sends what is known about who arrived.
/// Survives restarts of the broker, and its own: the acknowledgement is said again on every connection, because a broker may have lost the retained one.
/// </summary>
/// <param name="options">Where the broker is.</param>
/// <param name="store">The table; owned by the service while it runs.</param>
/// <param name="standing">Retained messages to publish on every connection, such as the enrolment registry.</param>
/// <param name="answer">What to send because of a fresh event.</param>
/// <param name="watch">Sees every fresh event; must be quick.</param>
/// <param name="time">The clock.</param>
internal sealed class JourneyService(
    JourneyOptions options, JourneyStore store, IReadOnlyList<MqttMessage> standing, Func<ReceivedEvent, IEnumerable<MqttMessage>> answer, Action<ReceivedEvent> watch, TimeProvider time)
{
    private const int BatchSize = 500;

    private readonly Channel<Incoming> inbox = Channel.CreateBounded<Incoming>(new BoundedChannelOptions(4 * BatchSize) { SingleReader = true });

    // Sent by a loop of their own: the table must never wait for the broker, or a full inbox would hold up the very thread that brings the broker's answer.
    // A later acknowledgement says what an older one said, so the oldest may go.
    private readonly Channel<MqttMessage> outgoing =
        Channel.CreateBounded<MqttMessage>(new BoundedChannelOptions(256) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MosquittoClient? link;

    public JourneyCounts Counts { get; } = new();

    /// <summary>Completes when the first connection stands.</summary>
    public Task Connected => connected.Task;

    public async Task RunAsync(CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var loops = new[] { ConnectLoopAsync(both.Token), StoreLoopAsync(both.Token), SendLoopAsync(both.Token) };
        await Task.WhenAny(loops).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(false);
    }

    private async Task ConnectLoopAsync(CancellationToken stop)
    {
        var pause = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var client = new MosquittoClient(new(options.ClientId, options.Host, options.Port) { Protocol = options.Protocol, SessionExpiry = options.SessionExpiry }, m => Receive(m, stop), time);
            await using (client.ConfigureAwait(false))
            {
                try
                {
                    await client.ConnectAsync(stop).ConfigureAwait(false);
                    await GreetAsync(client).ConfigureAwait(false);
                    pause = TimeSpan.Zero;
                    await client.Ended.WaitAsync(stop).ConfigureAwait(false);
                }
                catch (MqttFailureException fault) when (fault.Failure.Kind is not (MqttFailureKind.LibraryMissing or MqttFailureKind.BadOption))
                {
                    // The broker is away; that is what this loop is for.
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
                finally
                {
                    Volatile.Write(ref link, null);
                }
            }

            pause = TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, TimeSpan.FromMilliseconds(100).Ticks, options.LongestPause.Ticks));
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task GreetAsync(MosquittoClient client)
    {
        // "+" stands for every store.
        var any = new Topics("+");
        foreach (var filter in new[] { Topics.EveryStoresEvents, any.Status, any.OutboxState, any.VersionState }) await client.SubscribeAsync(filter, MqttQos.AtLeastOnce).ConfigureAwait(false);
        foreach (var message in standing) await client.PublishAsync(message).ConfigureAwait(false);
        // Before the acknowledgements are said again: without a link they would be dropped, and nobody would say them until the next event.
        Volatile.Write(ref link, client);
        inbox.Writer.TryWrite(Incoming.Reconnected);
        Counts.CountConnection();
        connected.TrySetResult();
    }

    /// <summary>On the network thread: parse, count what is malformed, and hold the network up where the table is behind.</summary>
    private void Receive(MqttMessage message, CancellationToken stop)
    {
        try
        {
            if (!Topics.TryParse(message.Topic, out var topic)) throw new FormatException($"topic '{message.Topic}' is not of this contract");
            switch (topic.Kind, topic.Name)
            {
                case ("evt", _):
                    var envelope = EventEnvelope.Parse(message.Payload);
                    if (envelope.StoreId != topic.StoreId) throw new FormatException($"the envelope is of store '{envelope.StoreId}', the topic of '{topic.StoreId}'");
                    if (envelope.Type != topic.Name) throw new FormatException($"the envelope is of type '{envelope.Type}', the topic of '{topic.Name}'");
                    if (envelope.Seq < 1) throw new FormatException($"'sequence' is {envelope.Seq}; it counts from 1");
                    Enqueue(new(new(envelope, DataOf(envelope), message.Payload.ToArray(), time.GetUtcNow()), null), stop);
                    break;
                case ("state", "outbox"):
                    var outbox = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.OutboxStateMessage)!;
                    Counts.Note(topic.StoreId, outbox);
                    if (outbox.AcknowledgedSeq > 0) Enqueue(new(null, (topic.StoreId, outbox.Epoch), outbox.AcknowledgedSeq), stop);
                    break;
                case ("state", "version"):
                    Counts.Note(topic.StoreId, JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.VersionStateMessage)!);
                    break;
                case ("state", "status"):
                    var status = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.StatusMessage)!;
                    // Saying "0" for a journal that was never heard of tells the store that somebody is there.
                    if (Counts.Note(topic.StoreId, status)) Enqueue(new(null, (topic.StoreId, status.Epoch)), stop);
                    break;
            }
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            Counts.CountMalformed(fault.Message);
        }
    }

    private IEventData? DataOf(EventEnvelope envelope)
    {
        try
        {
            return ContractsJson.Read(envelope.Type, envelope.Data.Span);
        }
        catch (FormatException fault)
        {
            Counts.CountMalformed(fault.Message);
            return null;
        }
    }

    private void Enqueue(Incoming incoming, CancellationToken stop)
    {
        if (inbox.Writer.TryWrite(incoming)) return;
        try
        {
            inbox.Writer.WriteAsync(incoming, stop).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // Stopping: what was not taken is not acknowledged, and will be sent again.
        }
    }

    private async Task StoreLoopAsync(CancellationToken stop)
    {
        var batch = new List<ReceivedEvent>(BatchSize);
        try
        {
            while (await inbox.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
            {
                batch.Clear();
                var due = new Dictionary<(string StoreId, Guid Epoch), long>();
                while (batch.Count < BatchSize && inbox.Reader.TryRead(out var incoming))
                {
                    if (incoming.Event is { } received) batch.Add(received);
                    else if (incoming is { Epoch: { } told, Acknowledged: > 0 })
                    {
                        if (store.TakeOver(told.StoreId, told.Epoch, incoming.Acknowledged) is not { } end) continue;
                        due[told] = end;
                        Counts.CountTakenOver();
                    }
                    else if (incoming.Epoch is { } asked) due[asked] = store.ContiguousSeq(asked.StoreId, asked.Epoch);
                    else foreach (var (storeId, ack) in store.Journals()) due[(storeId, ack.Epoch)] = ack.Seq;
                }

                var taken = store.Take(batch);
                Counts.CountBatch(taken);
                foreach (var (storeId, ack) in taken.Acknowledgements) due[(storeId, ack.Epoch)] = ack.Seq;
                // One topic holds one retained message: the journal in use must be the last word.
                foreach (var (key, seq) in due.OrderBy(d => Counts.StatusOf(d.Key.StoreId)?.Epoch == d.Key.Epoch))
                    outgoing.Writer.TryWrite(Json(new Topics(key.StoreId).Ack, new(key.Epoch, seq)));
                foreach (var fresh in taken.Fresh)
                {
                    watch(fresh);
                    foreach (var message in answer(fresh)) outgoing.Writer.TryWrite(message);
                }

                await Task.Delay(options.AckInterval, time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private static MqttMessage Json(string topic, AckMessage ack) =>
        new(topic, JsonSerializer.SerializeToUtf8Bytes(ack, ContractsJson.Default.AckMessage)) { Retain = true, ContentType = "application/json" };

    private async Task SendLoopAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var message in outgoing.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                // Without a connection nothing is lost: acknowledgements are said again on the next, and an answer to an arrival long past is of no use.
                if (Volatile.Read(ref link) is { } client) await client.PublishAsync(message).WaitAsync(stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private sealed record Incoming(ReceivedEvent? Event, (string StoreId, Guid Epoch)? Epoch, long Acknowledged = 0)
    {
        public static Incoming Reconnected { get; } = new(null, null);
    }
}

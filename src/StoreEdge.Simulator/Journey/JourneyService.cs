using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Journey;

/// <summary>
/// The central journey service, as far as a store can tell: keeps every event, acknowledges the contiguous prefix, asks for what is missing, sends what is known
/// about who arrived. Survives restarts of the broker, and its own: the acknowledgement is said again on every connection, because a broker may have lost the
/// retained one. Several instances may share one table.
/// </summary>
/// <param name="options">Where the broker is, and which part of the stores is this instance's.</param>
/// <param name="store">The table; owned by the service while it runs.</param>
/// <param name="standing">Retained messages to publish on every connection, such as the enrolment registry.</param>
/// <param name="answer">What to send because of a fresh event.</param>
/// <param name="watch">Sees every fresh event; must be quick.</param>
/// <param name="time">The clock.</param>
internal sealed class JourneyService(
    JourneyOptions options, JourneyStore store, IReadOnlyList<MqttMessage> standing, Func<ReceivedEvent, IEnumerable<MqttMessage>> answer, Action<ReceivedEvent> watch, TimeProvider time)
{
    private const int BatchSize = 500;

    /// <summary>How often the table is looked at for what other instances did, and for what is missing.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // Counted in events, each of EventReader.LargestEvent at most, however many came in one message.
    private readonly Channel<Incoming> inbox = Channel.CreateBounded<Incoming>(new BoundedChannelOptions(4 * BatchSize) { SingleReader = true });
    private readonly Outgoing outgoing = new();
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ReplayWatch missing = new(options.Replay, store.Runs, store.IsRefused);
    private readonly ReplayBook replays = store.Replays(options.Replay, BootId());

    /// <summary>What this instance said last of the journals that it touched since the last look. Owned by the store's loop.</summary>
    private readonly Dictionary<JournalId, long> said = [];
    private EventReader? reader;
    private MosquittoClient? link;

    public JourneyCounts Counts { get; } = new();

    /// <summary>Hears, in a line, of what was asked of a store and what it answered.</summary>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>Completes when the first connection stands.</summary>
    public Task Connected => connected.Task;

    private EventReader Reader => reader ??= new(Counts.CountMalformed, time);

    public async Task RunAsync(CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var loops = new[] { ConnectLoopAsync(both.Token), StoreLoopAsync(both.Token), LookLoopAsync(both.Token), outgoing.RunAsync(() => Volatile.Read(ref link), both.Token) };
        await Task.WhenAny(loops).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(false);
    }

    private async Task ConnectLoopAsync(CancellationToken stop)
    {
        var pause = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var client = new MosquittoClient(
                new(options.ClientId, options.Host, options.Port)
                { Protocol = options.Protocol, SessionExpiry = options.SessionExpiry, Username = options.Username, Password = options.Password }, m => Receive(m, stop), time);
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
        // "+" stands for every store. States are heard by every instance: a shared subscription is not told what is retained.
        var any = new Topics("+");
        var shared = options.Share is { } group ? $"$share/{group}/" : "";
        string[] filters =
        [
            shared + Topics.EveryStoresEvents, shared + Topics.EveryStoresBatches, shared + Topics.EveryStoresResponses, any.Status, any.OutboxState, any.VersionState,
        ];
        foreach (var filter in filters)
        {
            var granted = await client.SubscribeAsync(filter, MqttQos.AtLeastOnce).ConfigureAwait(false);
            if (granted.IsRefused) throw new NotSupportedException($"the broker refuses the subscription to {filter} (reason {granted.Code})");
        }

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
            if (!options.Partition.Has(topic.StoreId)) return;
            switch (topic.Kind, topic.Name)
            {
                case ("evt", _):
                    Enqueue(new(Reader.Single(topic.StoreId, topic.Name, message.Payload), null), stop);
                    break;
                case ("evt-batch", _):
                    Counts.CountBatchMessage();
                    foreach (var received in Reader.Batch(topic.StoreId, message.Payload)) Enqueue(new(received, null), stop);
                    break;
                case ("res", _):
                    var response = Json(message, ContractsJson.Default.ResponseMessage);
                    if (response.Command == topic.Name) Enqueue(new(null, new(topic.StoreId, default)) { Response = response }, stop);
                    break;
                case ("state", "outbox"):
                    var outbox = Json(message, ContractsJson.Default.OutboxStateMessage);
                    Counts.Note(topic.StoreId, outbox);
                    if (outbox.AcknowledgedSeq is > 0 and <= EventReader.HighestSeq) Enqueue(new(null, new(topic.StoreId, outbox.Epoch), outbox.AcknowledgedSeq), stop);
                    break;
                case ("state", "version"):
                    Counts.Note(topic.StoreId, Json(message, ContractsJson.Default.VersionStateMessage));
                    break;
                case ("state", "status"):
                    var status = Json(message, ContractsJson.Default.StatusMessage);
                    // Saying "0" for a journal that was never heard of tells the store that somebody is there.
                    if (Counts.Note(topic.StoreId, status)) Enqueue(new(null, new(topic.StoreId, status.Epoch)), stop);
                    break;
            }
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            Counts.CountMalformed(fault.Message);
        }
    }

    private static T Json<T>(MqttMessage message, JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(message.Payload.Span, type) ?? throw new FormatException($"null on {message.Topic}");

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
                var due = new Dictionary<JournalId, long>();
                while (batch.Count < BatchSize && inbox.Reader.TryRead(out var incoming))
                {
                    if (incoming.Event is { } received) batch.Add(received);
                    else if (incoming is { Journal: { } answering, Response: { } response }) Note(answering.StoreId, response);
                    else if (incoming is { Journal: { } told, Acknowledged: > 0 })
                    {
                        if (store.TakeOver(told.StoreId, told.Epoch, incoming.Acknowledged) is not { } end) continue;
                        due[told] = end;
                        Counts.CountTakenOver();
                    }
                    else if (incoming.Journal is { } asked) due[asked] = store.ContiguousSeq(asked.StoreId, asked.Epoch);
                    else if (incoming == Incoming.Looked) LookAround(due);
                    else foreach (var (storeId, ack) in store.Journals().Where(j => options.Partition.Has(j.StoreId) && IsInUse(new(j.StoreId, j.Ack.Epoch)))) due[new(storeId, ack.Epoch)] = ack.Seq;
                }

                var taken = store.Take(batch);
                Counts.CountBatch(taken);
                foreach (var (storeId, ack) in taken.Acknowledgements) due[new(storeId, ack.Epoch)] = ack.Seq;
                foreach (var (journal, seq) in due)
                {
                    said[journal] = seq;
                    outgoing.Acknowledge(journal, seq, IsInUse(journal));
                }

                foreach (var bad in taken.Refused) Refuse(bad);
                foreach (var fresh in taken.Fresh)
                {
                    watch(fresh);
                    foreach (var message in answer(fresh)) outgoing.Send(message);
                }

                if (inbox.Reader.Count < BatchSize) await Task.Delay(options.AckInterval, time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>
    /// Another instance may have said less, later: two that store at once may publish in the other order. So whatever was touched is looked at once more, and
    /// then forgotten until it is touched again.
    /// </summary>
    private void LookAround(Dictionary<JournalId, long> due)
    {
        foreach (var (journal, seq) in said.ToList())
        {
            var now = store.ContiguousSeq(journal.StoreId, journal.Epoch);
            if (now == seq) said.Remove(journal);
            else due[journal] = now;
        }

        // Every second, so that the watch sees what changes; but asked only where somebody hears it.
        var wishes = missing.Look(Instant.Now(time), options.Partition.Has);
        if (Volatile.Read(ref link) is null) return;
        foreach (var asked in wishes.Select(w => replays.Claim(w, Instant.Now(time))).OfType<ReplayEntry>().Take(options.Replay.MostAtOnce)) Ask(asked);
    }

    private void Ask(ReplayEntry asked)
    {
        Counts.CountReplay();
        var command = new ReplayMessage(asked.Id, asked.Journal.Epoch, asked.From, asked.To);
        outgoing.Send(Command(asked.Journal.StoreId, "replay", JsonSerializer.SerializeToUtf8Bytes(command, ContractsJson.Default.ReplayMessage)));
        Tell($"{asked.Journal.StoreId} {asked.Journal.Epoch}: {asked.From}–{asked.To} missing, asked for it ({asked.Id}, attempt {asked.Attempt + 1})");
    }

    /// <summary>Its id is the event's, so however often the event comes before the store has understood, it is refused once.</summary>
    private void Refuse(ReceivedEvent bad)
    {
        Counts.CountRefused();
        var reason = bad.Fault!.Length > 500 ? bad.Fault[..500] : bad.Fault;
        var command = new RefuseMessage($"refuse-{bad.Envelope.Epoch:N}-{bad.Envelope.Seq}", bad.Envelope.Epoch, bad.Envelope.Seq, reason);
        outgoing.Send(Command(bad.Envelope.StoreId, "refuse", JsonSerializer.SerializeToUtf8Bytes(command, ContractsJson.Default.RefuseMessage)));
        Tell($"{bad.Envelope.Id} refused: {reason}");
    }

    private void Note(string storeId, ResponseMessage response)
    {
        Counts.CountAnswer(response);
        // Numbers that the store does not hold any more are named here and declared in a gap, which is what moves the acknowledgement.
        if (response.Command == "replay" && replays.Note(storeId, response)) Tell($"{storeId} {response.Id}: {response.Result}, {response.Text}");
        else if (response.Result != "done") Tell($"{storeId} {response.Id}: {response.Command} {response.Result}, {response.Text}");
    }

    private static MqttMessage Command(string storeId, string name, byte[] payload) =>
        new(new Topics(storeId).Command(name), payload) { ContentType = "application/json", Expiry = TimeSpan.FromMinutes(1) };

    private static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private async Task LookLoopAsync(CancellationToken stop)
    {
        using var beat = new PeriodicTimer(Look, time);
        try
        {
            while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false)) inbox.Writer.TryWrite(Incoming.Looked);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>Where the store never said which journal it uses, whichever it sends counts.</summary>
    private bool IsInUse(JournalId journal) => Counts.StatusOf(journal.StoreId) is not { } status || status.Epoch == journal.Epoch;

    private sealed record Incoming(ReceivedEvent? Event, JournalId? Journal, long Acknowledged = 0)
    {
        public ResponseMessage? Response { get; init; }

        public static Incoming Reconnected { get; } = new(null, null);

        public static Incoming Looked { get; } = new(null, null, -1);
    }
}

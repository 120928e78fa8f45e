using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Orders;

/// <summary>What carrying out an order comes to.</summary>
/// <param name="Results">The answers; usually one. Kept with the order's id where <see cref="Keeps"/>.</param>
/// <param name="Write">An effect in the journal's database, which gives the answer and is written in one transaction with it; null where there is none.</param>
/// <param name="Keeps">Whether the answer is kept and said again for the same id; not where it holds a customer's data.</param>
/// <param name="Fold">Whether it may only be said once what was deleted is off the disk.</param>
internal sealed record OrderOutcome(IReadOnlyList<OrderResult> Results, Func<JournalTransaction, OrderResult>? Write = null, bool Keeps = true, bool Fold = false)
{
    public static implicit operator OrderOutcome(OrderResult result) => new([result]);

    /// <summary>The one answer, for where an operator does not read well.</summary>
    public static OrderOutcome ToOrderOutcome(OrderResult result) => result;
}

/// <summary>Carries out one command. Effects outside of the database must bear being repeated: a kill may come before the answer is kept.</summary>
internal delegate Task<OrderOutcome> OrderHandler(ICommandMessage message);

/// <summary>
/// Takes commands from central, one at a time: each is carried out once, however often it comes, and answered as often as it comes. Answers wait while the link
/// is away.
/// </summary>
internal sealed class OrderDesk(
    string storeId, JournalStore journal, BrokerLink link, TrustedClock clock, IReadOnlyDictionary<string, OrderHandler> handlers, HealthBoard health, ILogger<OrderDesk> log)
{
    private const string NotSent = "answers-not-sent";

    /// <summary>Commands that wait for their turn; a central that sends more at once is told so.</summary>
    private const int MostWaiting = 64;

    /// <summary>Answers that are not kept and wait for the link; the oldest go first. A page of an export has 200 kB.</summary>
    private const int MostPassing = 64;

    private readonly Topics topics = new(storeId);
    private readonly Channel<(string Name, MqttMessage Message)> waiting = Channel.CreateBounded<(string, MqttMessage)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Channel<bool> unsent = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Queue<(AnswerRoad Road, byte[] Json)> passing = new();
    private readonly Lock gate = new();
    private long dropped;

    /// <summary>Answers that were dropped because too many waited for the link.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Subscribes; before the link runs.</summary>
    public void Listen() => link.Handle(topics.AnyCommand, Take);

    /// <summary>Takes a command off the link's hands, so that a long one does not hold up acknowledgements.</summary>
    internal ValueTask Take(MqttMessage message, CancellationToken stop)
    {
        if (!Topics.TryParse(message.Topic, out var topic)) throw new FormatException("its name is none");
        if (waiting.Writer.TryWrite((topic.Name, message))) return ValueTask.CompletedTask;
        if (OrderReader.TryRead(topic.Name, message.Payload, out var id, out _, out _) || id is not null)
            Say(id!, topic.Name, AnswerRoad.Of(topics, topic.Name, message), OrderResult.Refused($"{MostWaiting} commands wait already; send it again later"));
        return ValueTask.CompletedTask;
    }

    /// <summary>Carries out until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var (name, message) in waiting.Reader.ReadAllAsync(stop).ConfigureAwait(false)) await CarryOutAsync(name, message).ConfigureAwait(false);
    }

    /// <summary>Says answers until stopped: those of before this start too.</summary>
    public async Task AnswerAsync(CancellationToken stop)
    {
        while (true)
        {
            var session = await link.OnlineAsync(stop).ConfigureAwait(false);
            while (!session.Ended.IsCompleted)
            {
                if (!await SayAllAsync(stop).ConfigureAwait(false)) break;
                await Task.WhenAny(session.Ended, unsent.Reader.WaitToReadAsync(stop).AsTask()).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                unsent.Reader.TryRead(out _);
            }

            await session.Ended.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Carries out one command, or refuses it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the loop: a handler's fault is its command's answer, and is logged.")]
    internal async Task CarryOutAsync(string name, MqttMessage message)
    {
        var road = AnswerRoad.Of(topics, name, message);
        if (!OrderReader.TryRead(name, message.Payload, out var id, out var order, out var why))
        {
            if (id is not null)
            {
                Say(id, name, road, OrderResult.Refused(why));
                return;
            }

            health.Raise($"central-message-bad:{topics.AnyCommand}", Severity.Warning, $"A command '{name}' was ignored: {why}", "Correct whatever publishes commands (the contract is asyncapi.yaml).");
            return;
        }

        try
        {
            if (journal.Query(database => AnswersTable.Find(database, order.Id)) is { } known)
            {
                if (known.Command != name) Say(order.Id, name, road, OrderResult.Refused($"this id was used for a '{known.Command}'"));
                else await WriteAsync(transaction => AnswersTable.Again(transaction.Database, known.Number, road)).ConfigureAwait(false);
                return;
            }

            if (Late(order) is { } late) Say(order.Id, name, road, late);
            else if (!handlers.TryGetValue(name, out var handler)) Say(order.Id, name, road, OrderResult.Refused($"this store's program cannot '{name}'"));
            else await FinishAsync(name, order.Id, road, await handler(order).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "The command {Name} failed", name);
            Say(order.Id, name, road, OrderResult.Failed($"{fault.Message} It was not carried out in full; the same command may be sent again."));
        }
    }

    /// <summary>What is done is kept with its answer; what is not, is judged anew when it comes again.</summary>
    private async Task FinishAsync(string name, string id, AnswerRoad road, OrderOutcome outcome)
    {
        if (outcome.Write is { } write)
        {
            await WriteAsync(transaction => AnswersTable.Keep(transaction.Database, id, name, Json(id, name, write(transaction)), road, outcome.Fold)).ConfigureAwait(false);
            return;
        }

        if (outcome is { Keeps: true, Results: [{ Result: OrderResult.DoneWord } done] })
            await WriteAsync(transaction => AnswersTable.Keep(transaction.Database, id, name, Json(id, name, done), road, fold: false)).ConfigureAwait(false);
        else
            foreach (var result in outcome.Results) Say(id, name, road, result);
    }

    private OrderResult? Late(ICommandMessage order)
    {
        if (order.ExpiresAt is not { } expires) return null;
        if (clock.Trusted is { } now) return now <= expires ? null : OrderResult.Expired($"it expired at {expires:u}; here it is {now:u}");
        return clock.LowerBound > expires
            ? OrderResult.Expired($"it expired at {expires:u}; here it is {clock.LowerBound:u} at least")
            : OrderResult.Refused("this store's clock is not synchronized, so it cannot tell whether the command has expired; send it without expiresAt, or later");
    }

    private async Task WriteAsync(Action<JournalTransaction> write)
    {
        await journal.WriteAsync(transaction =>
        {
            write(transaction);
            return true;
        }).ConfigureAwait(false);
        unsent.Writer.TryWrite(true);
    }

    private void Say(string id, string name, AnswerRoad road, OrderResult result)
    {
        lock (gate)
        {
            if (passing.Count == MostPassing)
            {
                passing.Dequeue();
                dropped++;
            }

            passing.Enqueue((road, Json(id, name, result)));
        }

        unsent.Writer.TryWrite(true);
    }

    private static byte[] Json(string id, string name, OrderResult result) =>
        JsonSerializer.SerializeToUtf8Bytes(new ResponseMessage(id, name, result.Result, result.Text, result.Data), ContractsJson.Default.ResponseMessage);

    /// <summary>Says what waits.</summary>
    /// <returns>False when the link went away meanwhile.</returns>
    private async Task<bool> SayAllAsync(CancellationToken stop)
    {
        while (journal.Query(database => AnswersTable.Unsent(database, 1)) is [var kept])
        {
            if (kept.Fold)
            {
                // Deleted is not erased before the log is folded in. Readers are short; whoever reads for longer ends some time.
                if (!await journal.FoldAsync().ConfigureAwait(false))
                {
                    unsent.Writer.TryWrite(true);
                    return true;
                }

                await journal.WriteAsync(transaction => Marked(transaction, kept.Number, "fold")).ConfigureAwait(false);
            }

            if (!await SayAsync(kept.Road, kept.Json, stop).ConfigureAwait(false)) return false;
            await journal.WriteAsync(transaction => Marked(transaction, kept.Number, "sent")).ConfigureAwait(false);
        }

        while (true)
        {
            (AnswerRoad Road, byte[] Json) next;
            lock (gate)
                if (!passing.TryPeek(out next)) return true;
            if (!await SayAsync(next.Road, next.Json, stop).ConfigureAwait(false)) return false;
            lock (gate)
                if (passing.TryPeek(out var first) && ReferenceEquals(first.Json, next.Json)) passing.Dequeue();
        }
    }

    private static bool Marked(JournalTransaction transaction, long number, string column)
    {
        AnswersTable.Mark(transaction.Database, number, column);
        return true;
    }

    private async Task<bool> SayAsync(AnswerRoad road, byte[] json, CancellationToken stop)
    {
        var reason = await link.PublishAsync(new(road.Topic, json) { ContentType = "application/json", CorrelationData = road.Correlation }, stop).ConfigureAwait(false);
        if (reason.IsRefused)
            health.Raise(NotSent, Severity.Warning, $"The broker refuses an answer to central (reason {reason.Code}).", "Let this store's login publish to res/ and to the response topics that central asks for (the broker's access list).");
        else if (reason.IsAccepted) health.Clear(NotSent);
        return reason.IsRefused || reason.IsAccepted;
    }
}

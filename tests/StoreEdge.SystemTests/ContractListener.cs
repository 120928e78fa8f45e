using System.Collections.Concurrent;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Gate;
using StoreEdge.Tests.Contracts;

namespace StoreEdge.SystemTests;

/// <summary>
/// Hears everything of the contract that passes a test's broker, and judges it by the contract's schemas. A client among the others: it shares no subscription,
/// takes nobody's name, and comes back after the broker did.
/// </summary>
internal sealed class ContractListener : IAsyncDisposable
{
    private const string Filter = "stores/#", Bell = "contract-listener/bell";

    private readonly int port;
    private readonly (string User, string Password)? login;
    private readonly NetworkNamespace? inside;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, int> wrong = new();
    private readonly List<Func<string, bool>> expected = [];
    private readonly Lock gate = new();
    private readonly TaskCompletionSource rung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task listening;
    private TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MosquittoClient? client;

    /// <param name="port">Of the broker.</param>
    /// <param name="login">The broker's, where it wants one.</param>
    /// <param name="inside">The broker's network; null for this machine's own.</param>
    public ContractListener(int port, (string User, string Password)? login, NetworkNamespace? inside = null)
    {
        (this.port, this.login, this.inside) = (port, login, inside);
        listening = ListenAsync();
    }

    /// <summary>Completes when it listens at the broker that was started last.</summary>
    public Task Connected
    {
        get
        {
            lock (gate) return connected.Task;
        }
    }

    /// <summary>Messages on these topics are bad on purpose.</summary>
    public void Expect(Func<string, bool> topic)
    {
        lock (gate) expected.Add(topic);
    }

    /// <summary>Waits until everything that the broker has taken so far has been judged.</summary>
    /// <returns>What did not fit, each with its topic.</returns>
    public async Task<IReadOnlyList<string>> WrongAsync()
    {
        if (Volatile.Read(ref client) is { } link)
        {
            // The broker keeps the order of what it hands to one client, so what comes before the bell has been heard when it rings.
            await link.PublishAsync(new(Bell, Array.Empty<byte>()));
            await Task.WhenAny(rung.Task, link.Ended, Task.Delay(TimeSpan.FromSeconds(30)));
        }

        return [.. wrong.Select(w => $"{w.Value}× {w.Key}")];
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await listening;
        stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            // A session that the broker keeps, where it keeps any, so that nothing is missed while it restarts.
            var options = new MosquittoOptions("contract-listener", Broker.Host, port) { SessionExpiry = TimeSpan.FromMinutes(5), Username = login?.User, Password = login?.Password };
            await using var link = new MosquittoClient(options, Hear, TimeProvider.System);
            try
            {
                await (inside is null ? link.ConnectAsync(stop.Token) : inside.StartAsync(link, stop.Token));
                await link.SubscribeAsync(Filter, MqttQos.AtLeastOnce);
                await link.SubscribeAsync(Bell, MqttQos.AtLeastOnce);
                Volatile.Write(ref client, link);
                lock (gate) connected.TrySetResult();
                await link.Ended.WaitAsync(stop.Token);
                lock (gate) connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            catch (MqttFailureException)
            {
                // The broker is down, as tests would have it.
                await Task.Delay(TimeSpan.FromMilliseconds(50), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            finally
            {
                Volatile.Write(ref client, null);
            }
        }
    }

    private void Hear(MqttMessage message)
    {
        if (message.Topic == Bell)
        {
            rung.TrySetResult();
            return;
        }

        lock (gate)
            if (expected.Any(e => e(message.Topic))) return;
        // An empty payload on a retained topic takes back what was retained, and is no message.
        if (message.Payload.IsEmpty) return;
        var errors = ContractSchemas.ValidateOnTopic(message.Topic, message.Payload);
        if (errors.Count == 0) foreach (var name in Names(message)) SeenMessages.Note(name);
        // The same fault of a thousand messages is one.
        foreach (var error in errors)
            if (wrong.Count < 50) wrong.AddOrUpdate($"{message.Topic}: {error}", 1, (_, n) => n + 1);
    }

    private static IEnumerable<string> Names(MqttMessage message)
    {
        var name = ContractSchemas.NameOf(message.Topic)!;
        yield return name;
        if (name == "envelope" && Topics.TryParse(message.Topic, out var topic)) yield return topic.Name;
        if (name != "event-batch") yield break;
        foreach (var type in ContractSchemas.TypesOfBatch(message.Payload)) yield return type;
    }
}

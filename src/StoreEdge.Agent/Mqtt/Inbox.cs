using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>
/// What came down from central, waiting for its handlers. The network thread fills it and is held up when it is full, so that the broker feels it;
/// one loop empties it, so that handlers see messages one at a time and in order.
/// </summary>
internal sealed class Inbox(HealthBoard health, ILogger<BrokerLink> log, LinkIdentity identity)
{
    private const string Dropping = "central-messages-dropped";

    private const int Capacity = 1024;

    /// <summary>The network thread also answers pings, so it waits less than a keep-alive.</summary>
    private static readonly TimeSpan LongestHoldUp = TimeSpan.FromSeconds(5);

    private readonly Channel<MqttMessage> waiting = Channel.CreateBounded<MqttMessage>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly List<TopicRoute> routes = [];
    private long bad;
    private long dropped;
    private volatile bool isDropping;

    public IReadOnlyList<TopicRoute> Routes => routes;

    /// <summary>Messages that were not as the contract says.</summary>
    public long Bad => Interlocked.Read(ref bad);

    /// <summary>Messages lost because a handler took too long.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public void Add(TopicRoute route) => routes.Add(route);

    /// <summary>Called on the network thread.</summary>
    public void Put(MqttMessage message)
    {
        if (waiting.Writer.TryWrite(message)) return;
        using var patience = new CancellationTokenSource(LongestHoldUp);
        try
        {
            waiting.Writer.WriteAsync(message, patience.Token).AsTask().GetAwaiter().GetResult();
            return;
        }
        catch (OperationCanceledException)
        {
            isDropping = true;
        }

        Interlocked.Increment(ref dropped);
        health.Raise(identity.CodeOf(Dropping), Severity.Warning, $"Messages from {(identity.IsCentral ? "central" : $"the broker of {identity.Section}")} wait longer than {LongestHoldUp.TotalSeconds:0} s to be handled; {Dropped} were lost.",
            "Look for a slow disk or an overloaded machine on this page; restart the agent if it does not pass.");
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var message in waiting.Reader.ReadAllAsync(stop))
        {
            // An empty retained message is how MQTT deletes one; there is nothing in it to handle.
            if (message.Payload.IsEmpty) continue;
            foreach (var route in routes)
                if (route.Covers(message.Topic)) await HandleAsync(route, message, stop);
            if (!isDropping || waiting.Reader.Count > 0) continue;
            isDropping = false;
            health.Clear(identity.CodeOf(Dropping));
        }
    }

    private async Task HandleAsync(TopicRoute route, MqttMessage message, CancellationToken stop)
    {
        var code = $"central-message-bad:{route.Filter}";
        try
        {
            await route.Handler(message, stop);
            health.Clear(code);
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            health.Raise(code, Severity.Warning, $"A message on {route.Filter} is not as the contract says and was ignored: {fault.Message}",
                $"Correct whatever publishes on {route.Filter} (the contract is asyncapi.yaml); a retained message stays until a good one replaces it.");
            Interlocked.Increment(ref bad);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The boundary of the loop: one message must not take the others with it.
            log.LogError(fault, "The handler of {Filter} failed", route.Filter);
            health.Raise(code, Severity.Fault, $"A message on {route.Filter} could not be handled: {fault.Message}", "Look in the log (journalctl -u storeedge) and report it.");
        }
    }
}

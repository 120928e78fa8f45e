using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Conformance;

/// <summary>One broker in one version of the protocol, and what it is known not to do. A row that a broker lacks is skipped for it by name, never silently.</summary>
/// <param name="Name">How the tests call it.</param>
/// <param name="Protocol">How it is spoken to.</param>
/// <param name="Start">Makes it, not started yet.</param>
internal sealed record BrokerKind(string Name, MqttProtocol Protocol, Func<IBroker> Start)
{
    /// <summary>Kinds with one key share one running broker.</summary>
    public required string Package { get; init; }

    /// <summary>Whether it wants any user name and password rather than none.</summary>
    public bool WantsLogin { get; init; }

    /// <summary>A session with what waits in it survives an orderly restart of the broker.</summary>
    public bool KeepsSessions { get; init; } = true;

    /// <summary>A subscription with a wildcard is told what is retained.</summary>
    public bool RetainsForWildcards { get; init; } = true;

    /// <summary>A message that waits longer than its expiry is thrown away; MQTT 3.1.1 has no such thing.</summary>
    public bool Expires { get; init; }

    public override string ToString() => Name;
}

/// <summary>The brokers that the agent must work with, each started once for all rows and ended by its pid.</summary>
public sealed class Brokers : IAsyncLifetime
{
    /// <summary>Those of this run: mosquitto always, the others where everything was asked for, because they bring the Erlang machine and its packages along.</summary>
    internal static IReadOnlyList<BrokerKind> Asked => [.. All.Where(b => b.Package == "mosquitto" || Checkout.EverythingWasAskedFor)];

    private static IReadOnlyList<BrokerKind> All { get; } =
    [
        new("mosquitto MQTT 5", MqttProtocol.V5, () => new Broker(persistence: true)) { Package = "mosquitto", Expires = true },
        new("mosquitto MQTT 3.1.1", MqttProtocol.V311, () => new Broker(persistence: true)) { Package = "mosquitto" },
        new("ejabberd MQTT 5", MqttProtocol.V5, () => new ScriptedBroker("ejabberd.sh", "127.0.0.1", $"{Checkout.FreePort()}"))
        {
            Package = "ejabberd",
            WantsLogin = true,
            // Its sessions live in memory; retained messages are on disk. What expired while it waited for an absent session is delivered all the same.
            KeepsSessions = false,
        },
        new("RabbitMQ MQTT 3.1.1", MqttProtocol.V311, () => new ScriptedBroker("rabbitmq.sh", $"{TwoPorts()}"))
        {
            Package = "rabbitmq-server",
            RetainsForWildcards = false,
        },
        new("NATS MQTT 3.1.1", MqttProtocol.V311, () => new ScriptedBroker("nats.sh", $"{Checkout.FreePort()}")) { Package = "nats-server" },
    ];

    private readonly Dictionary<string, IBroker> running = new(StringComparer.Ordinal);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var broker in running.Values) await broker.DisposeAsync();
    }

    internal async Task<IBroker> RunningAsync(BrokerKind kind)
    {
        if (!running.TryGetValue(kind.Package, out var broker)) running[kind.Package] = broker = kind.Start();
        await broker.StartAsync();
        return broker;
    }

    /// <summary>The first of two ports in a row: epmd's, and the one for other nodes.</summary>
    private static int TwoPorts()
    {
        while (true)
        {
            var (one, next) = (Checkout.FreePort(), Checkout.FreePort());
            if (next == one + 1) return one;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Fleet;

/// <summary>Settings of a fleet. What is the agent's own has the agent's defaults.</summary>
/// <param name="Brokers">One or more; store n begins with number n modulo their count and takes the next after each failure.</param>
/// <param name="Stores">1–10,000.</param>
internal sealed record FleetOptions(IReadOnlyList<IPEndPoint> Brokers, int Stores)
{
    public const int MostStores = 10_000;

    /// <summary>Store ids are this and a number of five digits.</summary>
    public string Prefix { get; init; } = "fleet-";

    /// <summary>The same seed gives the same stores, the same visits and the same jitter.</summary>
    public ulong Seed { get; init; } = 1;

    public MqttProtocol Protocol { get; init; } = MqttProtocol.V5;

    /// <summary>With <c>{store}</c> for the store's id; null for no login.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>For how long events are numbered.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the last acknowledgements may take afterwards.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Visits a store and day on average, four events each; 0 for none.</summary>
    public double Visits { get; init; } = 1200;

    /// <summary>How fast the day goes.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>The hour of the day at the start, 0–24; null for a day without hours, at its mean all the time.</summary>
    public double? Hour { get; init; }

    /// <summary>Events that every store has in its journal when it starts.</summary>
    public int Backlog { get; init; }

    /// <summary>Over how long the stores start; nothing is a city whose power returns.</summary>
    public TimeSpan BootSpread { get; init; }

    /// <summary>How long the stores' network is away; nothing for no outage. Brokers are left alone.</summary>
    public TimeSpan Outage { get; init; }

    /// <summary>When it goes away, after the start.</summary>
    public TimeSpan OutageAfter { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A connection that ends sooner counts as another failure.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Messages in flight at most; the broker's Receive Maximum may lower it.</summary>
    public int Window { get; init; } = 50;

    /// <summary>How often <c>state/outbox</c> may change.</summary>
    public TimeSpan StateEvery { get; init; } = TimeSpan.FromSeconds(3);

    public ResendOptions Resend { get; init; } = new();

    /// <summary>How fast each store may send its backlog unless central says otherwise, events a second.</summary>
    public int BacklogPerSecond { get; init; } = DrainPace.Default;

    /// <summary>
    /// Where a store's connections come from: on the loopback, from sixteen addresses in turn, since one address has some 28,000 ports and those just left stay taken
    /// for a minute. Elsewhere the kernel chooses.
    /// </summary>
    public IPAddress? SourceOf(int index) => Brokers.All(b => IPAddress.IsLoopback(b.Address) && b.AddressFamily == AddressFamily.InterNetwork)
        ? new IPAddress([127, 0, 2, (byte)(1 + index % 16)]) : null;
}

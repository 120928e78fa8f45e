using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Journey;

/// <summary>Settings of the central journey service.</summary>
/// <param name="Host">The broker.</param>
/// <param name="Port">1–65,535.</param>
/// <param name="ClientId">Stays the same over restarts, so that the broker keeps the session.</param>
internal sealed record JourneyOptions(string Host, int Port, string ClientId)
{
    /// <summary>The shortest span between two acknowledgements, 0–1 s: events that come within it share a transaction.</summary>
    public TimeSpan AckInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two attempts to connect.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the broker keeps what comes while the service is away.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(24);

    public MqttProtocol Protocol { get; init; } = MqttProtocol.V5;

    /// <summary>User name, or null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Password, or null for none.</summary>
    public string? Password { get; init; }

    /// <summary>The events of all stores are shared with the other instances of this group (<c>$share</c>); null: they are not.</summary>
    public string? Share { get; init; }

    /// <summary>The stores that are this instance's; all where there is no partition.</summary>
    public Partition Partition { get; init; } = Partition.Whole;

    /// <summary>Whether an event whose data break the contract is refused, instead of kept and acknowledged as it is.</summary>
    public bool Refuses { get; init; }

    /// <summary>When missing numbers are asked for.</summary>
    public ReplayOptions Replay { get; init; } = new();
}

using System.Net;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Fleet.Wire;

/// <summary>Settings of one connection; the defaults are the agent's.</summary>
/// <param name="Broker">Where it listens.</param>
/// <param name="ClientId">The store's name in the fleet.</param>
internal sealed record FleetLinkOptions(IPEndPoint Broker, string ClientId)
{
    /// <summary>The address to come from; null leaves it to the kernel. One address has some 28,000 ports.</summary>
    public IPAddress? From { get; init; }

    public MqttProtocol Protocol { get; init; } = MqttProtocol.V5;

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>1 s–18 h; the broker may ask for less.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the connection and its CONNACK together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the broker keeps the session after the connection; MQTT 5 only.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(72);

    /// <summary>How many messages the broker may have unanswered here, 1–65,535; MQTT 5 only.</summary>
    public int ReceiveMaximum { get; init; } = 20;

    /// <summary>What the broker says when the store falls silent.</summary>
    public MqttMessage? Will { get; init; }
}

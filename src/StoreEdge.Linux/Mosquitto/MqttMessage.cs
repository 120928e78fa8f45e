namespace StoreEdge.Linux.Mosquitto;

/// <summary>The delivery promise of one message.</summary>
public enum MqttQos
{
    /// <summary>At most once; nothing is acknowledged.</summary>
    AtMostOnce = 0,

    /// <summary>At least once; the broker acknowledges with PUBACK.</summary>
    AtLeastOnce = 1,

    /// <summary>Exactly once on the wire. Not used by the product, which deduplicates by its own sequence.</summary>
    ExactlyOnce = 2,
}

/// <summary>The two protocol versions in use: 5 by default, 3.1.1 for brokers that speak no other (RabbitMQ 3.10, NATS 2.9).</summary>
public enum MqttProtocol
{
    /// <summary>MQTT 3.1.1: no properties, no reason codes on PUBACK.</summary>
    V311,

    /// <summary>MQTT 5.</summary>
    V5,
}

/// <summary>One application message, either way. The four properties travel only with MQTT 5 and are left out on 3.1.1.</summary>
/// <param name="Topic">Topic name, without wildcards.</param>
/// <param name="Payload">Up to 268,435,455 bytes.</param>
public sealed record MqttMessage(string Topic, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Delivery promise.</summary>
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>Whether the broker keeps it for later subscribers; on a received message, whether it was such a kept one.</summary>
    public bool Retain { get; init; }

    /// <summary>How long the broker may hold it for an absent subscriber; whole seconds, rounded up; null for ever.</summary>
    public TimeSpan? Expiry { get; init; }

    /// <summary>MIME type of the payload.</summary>
    public string? ContentType { get; init; }

    /// <summary>Where the sender wants its reply.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>What the reply must carry back; up to 65,535 bytes, empty when there is none.</summary>
    public ReadOnlyMemory<byte> CorrelationData { get; init; }
}

using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Fleet.Wire;

/// <summary>The kinds of packets that a broker may send to a client that subscribes with QoS 1; numbers are those of MQTT §2.1.2.</summary>
internal enum MqttPacketKind
{
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    SubAck = 9,
    PingResp = 13,
    Disconnect = 14,
}

/// <summary>One packet from the broker; members that its kind does not have are at their defaults.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Id">Packet identifier of PUBACK, SUBACK, and PUBLISH with QoS 1; 0 where there is none.</param>
/// <param name="Reason">Reason code; of SUBACK the worst.</param>
internal readonly record struct MqttPacket(MqttPacketKind Kind, ushort Id = 0, byte Reason = 0)
{
    /// <summary>128 and above say that something was refused (MQTT 5 §2.4; 3.1.1 uses 128 in SUBACK and 1–5 in CONNACK).</summary>
    public const byte FirstRefusal = 128;

    /// <summary>Of CONNACK.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>Of CONNACK: how many PUBLISH packets may be unanswered.</summary>
    public int ReceiveMaximum { get; init; }

    /// <summary>Of CONNACK: the largest packet that the broker takes, in bytes.</summary>
    public long MaximumPacketSize { get; init; }

    /// <summary>Of CONNACK: the broker's own wish; null where it takes the client's.</summary>
    public TimeSpan? ServerKeepAlive { get; init; }

    /// <summary>Of PUBLISH; its payload is a part of the buffer that was read from.</summary>
    public MqttMessage? Message { get; init; }
}

namespace StoreEdge.Linux.Mosquitto;

/// <summary>What the broker answered to a PUBLISH or SUBSCRIBE: an MQTT 5 reason code (§2.4), or that no answer can come any more.</summary>
/// <param name="Code">0–127 accepted (16 is success without subscribers), 128–255 refused, −1 not sent or not answered before the connection ended.</param>
public readonly record struct MqttReason(int Code)
{
    /// <summary>The connection ended first; the message may or may not have arrived.</summary>
    public static MqttReason Unanswered => new(-1);

    /// <summary>Packet too large (149) for this broker; nothing was sent.</summary>
    public static MqttReason PacketTooLarge => new(0x95);

    /// <summary>Whether the broker took responsibility.</summary>
    public bool IsAccepted => Code is >= 0 and < 0x80;

    /// <summary>Whether the broker said no; sending the same again will not help.</summary>
    public bool IsRefused => Code >= 0x80;
}

/// <summary>What CONNACK told.</summary>
/// <param name="SessionPresent">Whether the broker still knew the session: then subscriptions stand and held messages follow.</param>
/// <param name="ReceiveMaximum">Unacknowledged messages the broker accepts at once, 1–65,535; 65,535 when it names none.</param>
/// <param name="Server">The certificate that the broker showed; null without TLS.</param>
public sealed record MqttSession(bool SessionPresent, int ReceiveMaximum, CertificateFacts? Server = null);

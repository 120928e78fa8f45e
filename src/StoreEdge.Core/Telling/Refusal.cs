namespace StoreEdge.Core.Telling;

/// <summary>What a broker's answer to a message asks of the sender.</summary>
public enum Refusal
{
    /// <summary>It was taken.</summary>
    None,

    /// <summary>Not now: the same message may be taken later.</summary>
    Wait,

    /// <summary>A smaller one may be taken.</summary>
    TooLarge,

    /// <summary>The same message will never be taken as things are set up.</summary>
    ForGood,
}

/// <summary>
/// Reads the reason codes of a PUBACK (MQTT 5, §3.4.2.1 and §2.4). MQTT 3.1.1 has none: there a broker that refuses a message acknowledges it all the same or drops the connection, so a
/// refusal cannot be told from success, and only central's missing acknowledgement shows it.
/// </summary>
public static class RefusalRule
{
    /// <summary>The name of <see cref="Refusal.TooLarge"/>, which asks for another remedy than the rest.</summary>
    public const string TooLargeName = "too-large";

    /// <summary>Judges an answer.</summary>
    /// <param name="code">The reason code, 0–255.</param>
    public static Refusal Judge(int code) => code switch
    {
        < 0x80 => Refusal.None,
        // Packet too large.
        0x95 => Refusal.TooLarge,
        // Not authorised, topic name invalid, payload format invalid, retain or QoS not supported: set-ups, which no waiting mends.
        0x87 or 0x90 or 0x99 or 0x9A or 0x9B => Refusal.ForGood,
        // Unspecified or implementation specific error, server busy, packet identifier in use, rate too high, quota exceeded, and whatever a later version names.
        _ => Refusal.Wait,
    };

    /// <summary>The reason in words, as it is kept with a dead letter: stable, lower case.</summary>
    public static string Name(int code) => code switch
    {
        0x87 => "not-authorised",
        0x90 => "topic-invalid",
        0x95 => TooLargeName,
        0x97 => "quota-exceeded",
        0x99 => "payload-invalid",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"refused-{code}"),
    };
}

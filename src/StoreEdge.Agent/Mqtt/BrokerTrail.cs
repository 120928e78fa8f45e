using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>The steps of the way to the broker, in their order.</summary>
internal enum BrokerStep
{
    /// <summary>The broker's name becomes an address.</summary>
    Name,

    /// <summary>Somebody listens there.</summary>
    Tcp,

    /// <summary>Both sides know each other's certificates.</summary>
    Tls,

    /// <summary>The broker lets this store in.</summary>
    Login,

    /// <summary>The broker lets it read and write its topics.</summary>
    Access,

    /// <summary>What is written comes back.</summary>
    RoundTrip,
}

/// <summary>How far the way to the broker was gone, and what was seen on it.</summary>
/// <param name="Place">Which broker.</param>
/// <param name="UsesTls">Whether the step TLS is one of it.</param>
internal sealed record BrokerTrail(BrokerPlace Place, bool UsesTls)
{
    /// <summary>The last step that was reached, be it with success or not.</summary>
    public BrokerStep Reached { get; init; }

    /// <summary>Why it went no further than <see cref="Reached"/>; null where that step was well.</summary>
    public MqttFailure? Failure { get; init; }

    /// <summary>Addresses of the broker's name; empty where they were not asked for.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The name servers of this machine, from <c>/etc/resolv.conf</c>.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];

    /// <summary>How long the TCP handshake took; null where it was not measured.</summary>
    public TimeSpan? Handshake { get; init; }

    /// <summary>The certificate that the broker showed.</summary>
    public CertificateFacts? Server { get; init; }

    /// <summary>The topics that the broker refused, each with its reason code where it is known.</summary>
    public IReadOnlyList<(string Topic, int? Reason)> Refused { get; init; } = [];

    /// <summary>From publishing until the message was back; where only the broker's answer was waited for, until that. Null where nothing came.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The step at which a failure of this kind happens.</summary>
    public static BrokerStep StepOf(MqttFailureKind kind) => kind switch
    {
        MqttFailureKind.NameNotResolved => BrokerStep.Name,
        MqttFailureKind.ConnectionRefused or MqttFailureKind.Unreachable or MqttFailureKind.TimedOut => BrokerStep.Tcp,
        >= MqttFailureKind.Tls and <= MqttFailureKind.TlsNotSpoken => BrokerStep.Tls,
        _ => BrokerStep.Login,
    };
}

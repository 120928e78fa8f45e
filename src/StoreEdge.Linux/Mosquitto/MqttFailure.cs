namespace StoreEdge.Linux.Mosquitto;

/// <summary>Why there is no connection; each kind has its own remedy.</summary>
public enum MqttFailureKind
{
    /// <summary>libmosquitto.so.1 is not installed.</summary>
    LibraryMissing,

    /// <summary>The process holds so many descriptors that select(2) cannot watch another.</summary>
    TooManyDescriptors,

    /// <summary>An option was refused by the library before any traffic.</summary>
    BadOption,

    /// <summary>The host name has no address, or no name server answered.</summary>
    NameNotResolved,

    /// <summary>Nobody listens at that address and port.</summary>
    ConnectionRefused,

    /// <summary>No route to the address.</summary>
    Unreachable,

    /// <summary>Nothing answered in time: a black hole, or a listener that is no MQTT broker.</summary>
    TimedOut,

    /// <summary>TLS could not be agreed, and nothing more precise was found.</summary>
    Tls,

    /// <summary>A TLS file is missing, unreadable or holds no certificate or key.</summary>
    TlsFiles,

    /// <summary>The private key is not that of the client certificate.</summary>
    TlsKeyMismatch,

    /// <summary>The broker's certificate comes from an authority that is not trusted here.</summary>
    TlsAuthority,

    /// <summary>The broker's certificate is for another name.</summary>
    TlsName,

    /// <summary>The broker's certificate, or its authority's, has expired.</summary>
    TlsExpired,

    /// <summary>The broker's certificate, or its authority's, is not valid yet.</summary>
    TlsNotYetValid,

    /// <summary>Certificates seem out of date, but this machine cannot know the time.</summary>
    TlsClock,

    /// <summary>The client certificate has expired or is not valid yet, and the broker refused it.</summary>
    TlsClientExpired,

    /// <summary>The broker refused the client certificate, or wants one.</summary>
    TlsClientRefused,

    /// <summary>The broker speaks TLS on that port, and this side did not.</summary>
    TlsExpected,

    /// <summary>The broker speaks plain MQTT on that port, and this side spoke TLS.</summary>
    TlsNotSpoken,

    /// <summary>The broker wants other credentials.</summary>
    LoginRefused,

    /// <summary>The broker does not speak the MQTT version asked for.</summary>
    ProtocolRefused,

    /// <summary>The broker refused for another reason (see the code).</summary>
    Refused,

    /// <summary>An established connection broke.</summary>
    ConnectionLost,

    /// <summary>Another client connected with the same client id.</summary>
    SessionTakenOver,

    /// <summary>The broker said goodbye (shutting down, administrative, quota; see the code).</summary>
    Dismissed,

    /// <summary>This side ended it.</summary>
    Stopped,
}

/// <summary>How a connection or an attempt at one ended.</summary>
/// <param name="Kind">Which of the distinct ways.</param>
/// <param name="Code">MQTT reason code, libmosquitto error or errno, whichever the kind comes from.</param>
/// <param name="Detail">Evidence in English, without credentials.</param>
public sealed record MqttFailure(MqttFailureKind Kind, int Code, string Detail);

/// <summary>An attempt to connect failed, or the connection ended before the operation completed.</summary>
public sealed class MqttFailureException : Exception
{
    /// <summary>Wraps <paramref name="failure"/>.</summary>
    public MqttFailureException(MqttFailure failure)
        : base(failure?.Detail)
    {
        ArgumentNullException.ThrowIfNull(failure);
        Failure = failure;
    }

    /// <summary>What happened.</summary>
    public MqttFailure Failure { get; }
}

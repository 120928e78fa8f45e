namespace StoreEdge.Linux.Mosquitto;

/// <summary>Everything one connection needs to know.</summary>
/// <param name="ClientId">Unique per broker; here the store id.</param>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1–65,535; 1883 plain and 8883 TLS by custom.</param>
public sealed record MosquittoOptions(string ClientId, string Host, int Port)
{
    /// <summary>Protocol version.</summary>
    public MqttProtocol Protocol { get; init; } = MqttProtocol.V5;

    /// <summary>Whether the broker forgets an earlier session of this client id.</summary>
    public bool CleanStart { get; init; }

    /// <summary>How long the broker keeps the session after a disconnect (MQTT 5); zero ends it with the connection.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Silence after which a ping is sent; whole seconds, 5 s to 18 h.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait for TCP, TLS and CONNACK together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>User name, or null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Password, or null for none.</summary>
    public string? Password { get; init; }

    /// <summary>TLS, or null for plain TCP.</summary>
    public MosquittoTls? Tls { get; init; }

    /// <summary>The content of <see cref="Tls"/> to use; null to read the files at the attempt.</summary>
    public TlsMaterial? Material { get; init; }

    /// <summary>When certificates must be valid; null for the machine's clock.</summary>
    public DateTimeOffset? VerificationTime { get; init; }

    /// <summary>Whether that time is known to be right; where it is not, it is at least so late: a certificate that begins later is taken, and one that seems to have ended speaks against the clock as well.</summary>
    public bool TimeIsSure { get; init; } = true;

    /// <summary>What the broker publishes when this client vanishes, or null.</summary>
    public MqttMessage? Will { get; init; }

    /// <summary>
    /// Published messages in flight at most, 1–65,535; a smaller Receive Maximum of the broker takes precedence. Kept small because the library's queue
    /// is unbounded memory and its message ids wrap.
    /// </summary>
    public int MaximumInFlight { get; init; } = 50;

    /// <summary>Host and protocol; never the password, which a record would otherwise print.</summary>
    public override string ToString() => $"{ClientId}@{Host}:{Port} {(Tls is null ? "tcp" : "tls")} {Protocol}";
}

/// <summary>Files for TLS.</summary>
/// <param name="AuthorityFile">PEM file with the authorities to trust, or null for those of the operating system.</param>
/// <param name="CertificateFile">PEM file with this client's certificate chain, or null for none.</param>
/// <param name="KeyFile">PEM file with its unencrypted private key; present exactly when the certificate is.</param>
public sealed record MosquittoTls(string? AuthorityFile, string? CertificateFile, string? KeyFile);

using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>Where the broker is and how patiently it is sought.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1–65,535.</param>
internal sealed record BrokerOptions(string Host, int Port)
{
    public MqttProtocol Protocol { get; init; } = MqttProtocol.V5;

    public string? Username { get; init; }

    /// <summary>A file with the password on its first line, read at every attempt, so that a corrected one needs no restart.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Where a device without a certificate asks for one; null: where the others are.</summary>
    public int? ClaimPort { get; init; }

    /// <summary>Whether the device's certificate is renewed by the agent itself.</summary>
    public bool Renews { get; init; }

    /// <summary>Null for plain TCP.</summary>
    public MosquittoTls? Tls { get; init; }

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the broker keeps this store's session: a weekend without power must not cost the queued commands.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(72);

    /// <summary>The first retry comes within this time.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No retry is further away than this.</summary>
    public TimeSpan RetryMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A connection that ends sooner counts as another failure, so that being thrown out at once does not become a storm.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Brokers to use, in this order, while the one above cannot be reached. They share login, TLS and protocol with it.</summary>
    public IReadOnlyList<BrokerPlace> Fallbacks { get; init; } = [];

    /// <summary>
    /// How long a fallback is kept before the first broker is sought again; doubled, up to <see cref="SeekFirstLongest"/>, each time the first then failed. Most outages of a
    /// broker (a restart, an update, a network change) are over within minutes, and each look costs one TCP handshake; sooner would have a fleet swing back to a broker that has hardly started.
    /// </summary>
    public TimeSpan SeekFirstAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>However often the first broker disappointed, it is sought again after this.</summary>
    public TimeSpan SeekFirstLongest { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How often the TLS files are looked at for a renewal: three small files, read in well under a millisecond.</summary>
    public TimeSpan FilesEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The broker above, then the fallbacks.</summary>
    public IReadOnlyList<BrokerPlace> Places => [new(Host, Port), .. Fallbacks];

    /// <summary>Messages handed to the library and not answered yet; the broker's Receive Maximum may lower it.</summary>
    public int Window { get; init; } = 50;
}

/// <summary>One broker's address.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1–65,535.</param>
internal sealed record BrokerPlace(string Host, int Port)
{
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>What the link holds certificates against.</summary>
/// <param name="Now">The machine's clock, but never before what is known to be past.</param>
/// <param name="IsSure">Whether a time server confirms it.</param>
internal sealed record VerificationClock(Func<DateTimeOffset> Now, Func<bool> IsSure)
{
    /// <summary>Takes a clock as it is.</summary>
    public static VerificationClock Of(TimeProvider time) => new(time.GetUtcNow, () => true);
}

/// <summary>Who this store is, as birth and last will say it.</summary>
internal sealed record LinkIdentity(string StoreId, Guid Epoch, string BootId, string Version)
{
    /// <summary>The link's section of the configuration, which its advice names; links other than central's have it in the codes of their warnings too.</summary>
    public string Section { get; init; } = CentralSection;

    public const string CentralSection = "mqtt";

    /// <summary>Whether this is the link to central, which is told of birth and death and keeps the session; any other only listens.</summary>
    public bool IsCentral => Section == CentralSection;

    /// <summary>The code of a warning of this link.</summary>
    public string CodeOf(string code) => IsCentral ? code : $"{code}:{Section}";
}

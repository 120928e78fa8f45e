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

    /// <summary>Messages handed to the library and not answered yet; the broker's Receive Maximum may lower it.</summary>
    public int Window { get; init; } = 50;
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

using System.Net;

namespace StoreEdge.Agent.Gate;

/// <summary>Settings of the gate between the guest network and the Internet.</summary>
internal sealed record GateOptions
{
    /// <summary>The longest name of an interface (IFNAMSIZ without its end).</summary>
    public const int LongestInterface = 15;

    /// <summary>What guests never reach even when they may pass: the store's own networks. All private ranges of both protocols, shared address space and link-local addresses.</summary>
    public static IReadOnlyList<IPNetwork> PrivateNetworks { get; } =
        [.. new[] { "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10" }.Select(n => IPNetwork.Parse(n))];

    /// <summary>Where guests come in; at least one.</summary>
    public required IReadOnlyList<string> Guests { get; init; }

    /// <summary>Where the Internet is.</summary>
    public required string Upstream { get; init; }

    /// <summary>This machine's TCP port to which guests' plain HTTP is led before they may pass.</summary>
    public required int PortalPort { get; init; }

    /// <summary>Further TCP ports of this machine that guests may reach, such as the portal's HTTPS.</summary>
    public IReadOnlyList<int> OpenPorts { get; init; } = [];

    /// <summary>How long one acceptance lets pass, 1 min–24 h.</summary>
    public TimeSpan Passage { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Bytes a second that a guest may send; null: as fast as it goes.</summary>
    public long? UpBytesPerSecond { get; init; }

    /// <summary>Bytes a second that a guest may receive; null: as fast as it goes.</summary>
    public long? DownBytesPerSecond { get; init; }

    /// <summary>Bytes, both ways together, that a guest may move in one passage; null: as many as they want.</summary>
    public long? Quota { get; init; }

    /// <summary>Networks that everybody reaches before acceptance.</summary>
    public IReadOnlyList<IPNetwork> Walled { get; init; } = [];

    /// <summary>Names, with all below them, that everybody reaches before acceptance; dnsmasq tells the kernel their addresses.</summary>
    public IReadOnlyList<string> WalledNames { get; init; } = [];

    /// <summary>Networks that guests never reach through the gate, unless they are walled in.</summary>
    public IReadOnlyList<IPNetwork> Closed { get; init; } = PrivateNetworks;

    /// <summary>How many may pass at once, 1–10,000.</summary>
    public int MaxGuests { get; init; } = 500;

    /// <summary>Questions to the name server, per phone and second.</summary>
    public int DnsPerSecond { get; init; } = 20;

    /// <summary>The control sockets of this machine's access points (hostapd), such as <c>/run/hostapd/wlan0</c>: they say at once who leaves.</summary>
    public IReadOnlyList<string> AccessPoints { get; init; } = [];

    /// <summary>How long a phone that left the access point may be away before it has gone, 1 s–10 min: phones that change band or sleep for a moment leave as well.</summary>
    public TimeSpan LeftAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>dnsmasq's lease file, where who gives an address back disappears; null: not looked at.</summary>
    public string? LeaseFile { get; init; }

    /// <summary>How long nothing is heard of a phone, not even an answer to the kernel, until it has gone; 1 min–1 h.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromMinutes(5);
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// What this machine is called by the phones that reach it: its name on the guest network or the address that they have reached, never what they wrote into their request.
/// </summary>
/// <param name="hostName">The name; null where there is none.</param>
/// <param name="tlsOrigin">How the guests' HTTPS is reached just now, such as <c>https://wifi.shop.example</c>; null while it is not to be used.</param>
internal sealed class PortalOrigins(string? hostName, Func<string?> tlsOrigin)
{
    /// <summary>A machine has a handful of addresses; an IPv6 one that changes for ever must not fill the memory.</summary>
    private const int MostAddresses = 64;

    private readonly ConcurrentDictionary<(IPAddress Address, int Port), Here> known = new();

    /// <summary>How the guests' HTTPS is reached just now; null while it is not to be used.</summary>
    public string? Tls => tlsOrigin();

    /// <summary>Whether this is our name.</summary>
    public bool IsName(string host) => string.Equals(host, hostName, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the local end of a connection is called over plain HTTP.</summary>
    public Here Of(ConnectionInfo connection)
    {
        var at = (Address: connection.LocalIpAddress ?? IPAddress.Loopback, Port: connection.LocalPort);
        if (known.TryGetValue(at, out var here)) return here;
        here = new(hostName, at.Address.IsIPv4MappedToIPv6 ? at.Address.MapToIPv4() : at.Address, at.Port);
        if (known.Count < MostAddresses) known.TryAdd(at, here);
        return here;
    }
}

/// <summary>One end of this machine, and everything that does not change in an answer that leads to it.</summary>
internal sealed class Here
{
    private readonly string? name;
    private readonly string address;

    public Here(string? name, IPAddress local, int port)
    {
        // A browser cannot use the scope of a link-local address, and no other machine would know it.
        var plain = local.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{new IPAddress(local.GetAddressBytes())}]" : local.ToString();
        (this.name, address) = (name, plain);
        Origin = string.Create(CultureInfo.InvariantCulture, $"http://{name ?? plain}{(port == 80 ? "" : $":{port}")}");
        Portal = Origin + PortalPaths.Portal;
        Pointer = Encoding.ASCII.GetBytes($"<a href=\"{Portal}\">Wi-Fi</a>\n");
    }

    /// <summary>Scheme, name and port.</summary>
    public string Origin { get; }

    /// <summary>Where the portal is.</summary>
    public string Portal { get; }

    /// <summary>The same as a document, for whoever follows no redirect.</summary>
    public ReadOnlyMemory<byte> Pointer { get; }

    /// <summary>Whether a request for this host is meant for us, whatever port it names.</summary>
    /// <param name="host">As the request has it.</param>
    public bool IsCalled(ReadOnlySpan<char> host)
    {
        var end = host.EndsWith(']') ? -1 : host.LastIndexOf(':');
        if (end >= 0) host = host[..end];
        return host.Equals(address, StringComparison.OrdinalIgnoreCase) || name is not null && host.Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}

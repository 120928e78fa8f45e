using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using StoreEdge.Core;

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
    public Here Of(ConnectionInfo connection) => Of(connection.LocalIpAddress ?? IPAddress.Loopback, connection.LocalPort);

    /// <summary>What an end of this machine is called over plain HTTP.</summary>
    public Here Of(IPAddress address, int port)
    {
        var at = (Address: address, Port: port);
        if (known.TryGetValue(at, out var here)) return here;
        here = new(hostName, at.Address.IsIPv4MappedToIPv6 ? at.Address.MapToIPv4() : at.Address, at.Port);
        if (known.Count < MostAddresses) known.TryAdd(at, here);
        return here;
    }
}

/// <summary>One end of this machine, and everything that does not change in an answer that leads to it.</summary>
internal sealed class Here
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly string? name;
    private readonly string address;
    private Dated? dated;

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

    /// <summary>The whole answer that leads to the portal, from the status line on, as it is for a second: it says the time (RFC 9110, 6.6.1), and to ask for that costs more than all the rest.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="now">Now, by its monotonic side.</param>
    /// <param name="ends">Whether the connection ends with it.</param>
    /// <param name="withBody">Whether the document comes along.</param>
    public ReadOnlySpan<byte> Redirect(TimeProvider time, Instant now, bool ends, bool withBody)
    {
        var prepared = dated;
        // Two connections may both make it; each is right.
        if (prepared is null || now - prepared.At >= Second) dated = prepared = new(now, Whole(time.GetUtcNow(), "Connection: close\r\n"), Whole(time.GetUtcNow(), ""));
        var whole = ends ? prepared.Ending : prepared.Staying;
        return withBody ? whole : whole.AsSpan()[..^Pointer.Length];
    }

    private byte[] Whole(DateTimeOffset now, string connection) =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 302 Found\r\nContent-Length: {Pointer.Length}\r\n{connection}Content-Type: text/html; charset=utf-8\r\nDate: {now:R}\r\nCache-Control: no-store\r\nLocation: {Portal}\r\n\r\n")),
        .. Pointer.Span,
    ];

    /// <summary>Whether a request for this host is meant for us, whatever port it names.</summary>
    /// <param name="host">As the request has it.</param>
    public bool IsCalled(ReadOnlySpan<char> host)
    {
        var end = host.EndsWith(']') ? -1 : host.LastIndexOf(':');
        if (end >= 0) host = host[..end];
        return host.Equals(address, StringComparison.OrdinalIgnoreCase) || name is not null && host.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The same for a host as it came over the wire.</summary>
    /// <param name="host">ASCII, at most a name's 253 characters and a port.</param>
    public bool IsCalled(ReadOnlySpan<byte> host)
    {
        Span<char> text = stackalloc char[host.Length];
        return IsCalled(text[..Encoding.ASCII.GetChars(host, text)]);
    }

    private sealed record Dated(Instant At, byte[] Ending, byte[] Staying);
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using StoreEdge.Agent.Pages.Diagnostics;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>From which networks the technician's pages answer. The machine itself may always look.</summary>
internal sealed class TechnicianNetworks(IReadOnlyList<IPNetwork> networks)
{
    /// <summary>Private and link-local networks: RFC 1918, RFC 3927, RFC 4193, RFC 4291.</summary>
    public static TechnicianNetworks Default { get; } = new(
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ]);

    /// <summary>The networks, as they were named.</summary>
    public IReadOnlyList<IPNetwork> Networks => networks;

    /// <summary>Reads one, such as <c>192.168.10.0/24</c>; an address alone is a network of one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPNetwork? network)
    {
        network = null;
        if (IPNetwork.TryParse(text, out var read)) network = read;
        else if (IPAddress.TryParse(text, out var one) && text.Any(c => c is '.' or ':')) network = new IPNetwork(one, one.GetAddressBytes().Length * 8);
        return network is not null;
    }

    /// <summary>Whether a caller may see the pages; one without a network address came over a socket of this machine.</summary>
    public bool Admits(ConnectionInfo connection)
    {
        var address = Caller.AddressOf(connection);
        return connection.RemoteIpAddress is null || IPAddress.IsLoopback(address) || networks.Any(n => n.Contains(address));
    }

    /// <summary>The same endpoint, closed to everybody else in plain words.</summary>
    public RequestDelegate Guard(RequestDelegate inner) => http => Admits(http.Connection) ? inner(http)
        : SelfContained.WritePlainAsync(http, StatusCodes.Status403Forbidden, TechnicianWords.OtherNetwork.In(TonguePreference.Of(http.Request)));
}

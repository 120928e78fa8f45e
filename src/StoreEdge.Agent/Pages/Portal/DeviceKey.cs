using System.Net;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Which phone is asking, for the length of one visit. Raw network data: it lives in RAM only and is never logged, journaled or shown.</summary>
internal readonly record struct DeviceKey(string Value)
{
    /// <summary>Nothing: whoever formats a key by mistake must not print it.</summary>
    public override string ToString() => "device";
}

/// <summary>Finds the phone behind a request. A key stays with one phone for one visit; it is never taken from anything the phone could write into its request.</summary>
internal interface IDeviceLocator
{
    /// <summary>The phone's key, or null where the road of the request tells nothing (then nothing is bound to the phone).</summary>
    DeviceKey? Locate(HttpContext request);
}

/// <summary>
/// The phone is its source address. Holds where the agent is the phone's own gateway and leases outlive <see cref="PortalOptions.DeviceIdle"/>; behind a
/// proxy or a NAT all phones would look like one, so there this locator must not be used.
/// </summary>
internal sealed class SourceAddress : IDeviceLocator
{
    /// <inheritdoc/>
    public DeviceKey? Locate(HttpContext request)
    {
        var address = request.Connection.RemoteIpAddress;
        if (address is null) return null;
        return new((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes())).ToString());
    }
}

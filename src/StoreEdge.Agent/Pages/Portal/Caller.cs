using System.Net;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Who sent a request: the phone, as the door knows it, and the address that it asks from. Nothing of it comes from what the phone wrote.</summary>
/// <param name="Device">The phone; null where the door cannot tell.</param>
/// <param name="Address">Its source address; IPv4 where it came by IPv4.</param>
internal readonly record struct Caller(DeviceKey? Device, IPAddress Address)
{
    /// <summary>Nothing, as the key's.</summary>
    public override string ToString() => "caller";

    /// <summary>The source address of a request; no address (0.0.0.0) where its transport has none.</summary>
    public static IPAddress AddressOf(ConnectionInfo connection) => Plain(connection.RemoteIpAddress ?? IPAddress.Any);

    /// <summary>The address itself: IPv4 where it came by IPv4.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

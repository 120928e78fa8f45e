using System.Net;

namespace StoreEdge.Agent.Gate;

/// <summary>The guests' Wi-Fi, where this machine is its access point.</summary>
/// <param name="Interface">The radio's network interface, such as <c>wlan0</c>.</param>
/// <param name="Ssid">The network's name; 1–32 bytes of UTF-8 without control characters.</param>
/// <param name="Channel">One of <see cref="Channels"/>; up to 13 is 2.4 GHz.</param>
/// <param name="Country">Two capital letters, ISO 3166: decides channels and power.</param>
/// <param name="Address">This machine on that network; with <paramref name="PrefixLength"/> its size.</param>
/// <param name="PrefixLength">16–28.</param>
/// <param name="NameServers">Who answers guests' questions, behind dnsmasq.</param>
/// <param name="Encrypts">Whether the open network encrypts (OWE); phones that cannot do that do not see it then.</param>
internal sealed record AccessPointOptions(string Interface, string Ssid, int Channel, string Country, IPAddress Address, int PrefixLength, IReadOnlyList<IPAddress> NameServers, bool Encrypts)
{
    /// <summary>2.4 GHz, and the 20 MHz channels of 5 GHz; which of them are allowed says the country.</summary>
    public static IReadOnlyList<int> Channels { get; } =
        [.. Enumerable.Range(1, 13), 36, 40, 44, 48, 52, 56, 60, 64, .. Enumerable.Range(0, 12).Select(n => 100 + (4 * n)), 149, 153, 157, 161, 165];

    /// <summary>The first and last address that phones get, and the mask: nine are left free at the beginning for what the shop fixes itself, a few at the end.</summary>
    public (IPAddress First, IPAddress Last, IPAddress Mask) Range()
    {
        var mask = uint.MaxValue << (32 - PrefixLength);
        var network = Number(Address) & mask;
        var most = network | ~mask;
        return (Of(network + 10), Of(most - 5), Of(mask));
    }

    private static uint Number(IPAddress address) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress Of(uint number) => new([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}

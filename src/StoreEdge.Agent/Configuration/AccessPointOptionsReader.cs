using System.Net;
using System.Text;
using StoreEdge.Agent.Gate;

namespace StoreEdge.Agent.Configuration;

/// <summary>Reads <c>accessPoint</c>: the guests' Wi-Fi where this machine is its access point. What <c>storeedge ap render</c> writes comes from here.</summary>
internal static class AccessPointOptionsReader
{
    /// <summary>The section; null where there is none.</summary>
    /// <param name="section"><c>accessPoint</c>.</param>
    /// <param name="gate">The gate, which must hold whoever comes in here; null where there is none.</param>
    public static AccessPointOptions? Read(ConfigurationSection section, GateOptions? gate)
    {
        if (!section.IsPresent) return null;
        const string Interface = "the name of the radio's network interface, such as wlan0";
        var name = section.Required("interface", Interface);
        if (name.Length > 0 && (name.Length > GateOptions.LongestInterface || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))) section.Fail("interface", Interface);
        else if (name.Length > 0 && gate is not null && !gate.Guests.Contains(name)) section.Fail("interface", "one of gate.guests: whoever comes in here would pass the gate by");
        var ssid = section.Required("ssid", Ssid);
        if (ssid.Length > 0 && (Encoding.UTF8.GetByteCount(ssid) > 32 || ssid.Any(char.IsControl))) section.Fail("ssid", Ssid);
        var channel = section.Integer("channel", 6, 1, 165);
        if (!AccessPointOptions.Channels.Contains(channel)) section.Fail("channel", $"one of {string.Join(", ", AccessPointOptions.Channels)}; which of them are allowed says the country");
        const string Country = "two capital letters, such as BR";
        var country = section.Required("country", Country);
        if (country.Length > 0 && (country.Length != 2 || !country.All(char.IsAsciiLetterUpper))) section.Fail("country", Country);
        var (address, prefix) = Address(section);
        var servers = section.Texts("nameServers", ["9.9.9.9", "149.112.112.112"], t => IPAddress.TryParse(t, out _) ? t : null, "the address of a name server, such as 9.9.9.9");
        if (servers.Count == 0) section.Fail("nameServers", "at least one");
        var encrypts = section.OneOf("security", "open", "open", "owe") == "owe";
        section.Close();
        return new(name, ssid, channel, country, address, prefix, [.. servers.Select(IPAddress.Parse)], encrypts);
    }

    private const string Ssid = "the network's name: 1–32 bytes (a letter with an accent takes two)";

    private static (IPAddress Address, int Prefix) Address(ConfigurationSection section)
    {
        const string Allowed = "this machine's private IPv4 address there with the size of the network, /16 to /28, such as 10.48.0.1/22; neither its first nor its last address";
        var text = section.Text("address", "10.48.0.1/22")!;
        var parts = text.Split('/');
        if (parts.Length == 2 && IPAddress.TryParse(parts[0], out var address) && address.GetAddressBytes() is [var a, var b, _, _] bytes && address.ToString() == parts[0]
            && int.TryParse(parts[1], out var prefix) && prefix is >= 16 and <= 28 && (a == 10 || (a, b) is (192, 168) || (a == 172 && b is >= 16 and <= 31)))
        {
            var host = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) & (uint.MaxValue >> prefix);
            if (host != 0 && host != uint.MaxValue >> prefix) return (address, prefix);
        }

        section.Fail("address", Allowed);
        return (IPAddress.Parse("10.48.0.1"), 22);
    }
}

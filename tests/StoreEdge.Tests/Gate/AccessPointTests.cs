using System.Collections;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Gate;
using StoreEdge.Tests.Deploy;

namespace StoreEdge.Tests.Gate;

/// <summary>The guests' Wi-Fi on this machine: from the configuration to what hostapd and dnsmasq themselves take.</summary>
public sealed class AccessPointTests : IDisposable
{
    private const string Least = """ "interface": "wlan0", "ssid": "Loja Centro", "country": "BR" """;

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-ap-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("", "interface: is missing")]
    [InlineData(""" "interface": "wlan 0", "ssid": "a", "country": "BR" """, "interface: \"wlan 0\" is not allowed; the name of the radio's network interface")]
    [InlineData(""" "interface": "wlan1", "ssid": "a", "country": "BR" """, "interface: \"wlan1\" is not allowed; one of gate.guests")]
    [InlineData(""" "interface": "wlan0", "ssid": "ÇÇÇÇÇÇÇÇÇÇÇÇÇÇÇÇÇ", "country": "BR" """, "is not allowed; the network's name: 1–32 bytes")]
    [InlineData(""" "interface": "wlan0", "ssid": "a\nwpa=0", "country": "BR" """, "is not allowed; the network's name: 1–32 bytes")]
    [InlineData(""" "interface": "wlan0", "ssid": "a", "country": "br" """, "country: \"br\" is not allowed; two capital letters")]
    [InlineData(Least + """, "channel": 14 """, "channel: 14 is not allowed; one of 1, 2,")]
    [InlineData(Least + """, "address": "10.48.0.0/22" """, "address: \"10.48.0.0/22\" is not allowed; this machine's private IPv4 address")]
    [InlineData(Least + """, "address": "8.8.8.8/24" """, "address: \"8.8.8.8/24\" is not allowed")]
    [InlineData(Least + """, "address": "10.1/24" """, "address: \"10.1/24\" is not allowed")]
    [InlineData(Least + """, "nameServers": ["dns"] """, "nameServers[0]: \"dns\" is not allowed; the address of a name server")]
    [InlineData(Least + """, "nameServers": [] """, "nameServers: [] is not allowed; at least one")]
    [InlineData(Least + """, "security": "wep" """, "security: \"wep\" is not allowed; one of open, owe")]
    public void A_wrong_value_is_named_with_what_is_allowed(string section, string error) =>
        Assert.Contains(
            Assert.Throws<ConfigurationException>(() => Read(section)).Errors.Select(e => e.ToString()),
            e => e.Contains("accessPoint.", StringComparison.Ordinal) && e.Contains(error, StringComparison.Ordinal));

    [Fact]
    public void Phones_get_what_the_network_has_room_for_and_never_the_machines_own_address()
    {
        var (first, last, mask) = Read(Least).AccessPoint!.Range();
        Assert.Equal(("10.48.0.10", "10.48.3.250", "255.255.252.0"), (first.ToString(), last.ToString(), mask.ToString()));
        (first, last, mask) = Read(Least + """, "address": "192.168.7.17/28" """).AccessPoint!.Range();
        Assert.Equal(("192.168.7.26", "192.168.7.26", "255.255.255.240"), (first.ToString(), last.ToString(), mask.ToString()));
    }

    [Theory]
    [InlineData(Least)]
    [InlineData(""" "interface": "wlan0", "ssid": "Café São João", "country": "PT", "channel": 100, "address": "172.20.1.1/16", "nameServers": ["192.0.2.1", "2001:db8::53"], "security": "owe" """)]
    [InlineData(""" "interface": "wlan0", "ssid": " # not a comment", "country": "US", "channel": 36 """)]
    public void Hostapd_and_dnsmasq_take_what_is_made(string section)
    {
        var files = Files(section);
        Assert.All(files.Values, text => Assert.DoesNotContain("{{", text.Replace("{{…}}", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.All(files.Values, text => Assert.StartsWith("# Made by `storeedge ap render`", text, StringComparison.Ordinal));
        if (Shell.Has("dnsmasq"))
        {
            var (code, said) = Shell.Run("dnsmasq", "--test", "-C", Write("dnsmasq.conf", files["/etc/dnsmasq.d/storeedge.conf"].Replace("dhcp-optsfile=", "#", StringComparison.Ordinal)));
            Assert.True(code == 0, said);
        }

        if (!Shell.Has("hostapd")) return;
        // hostapd has no test of its own: it reads the whole file before it looks for the interface, which must not be there.
        var (_, read) = Shell.Run("hostapd", Write("hostapd.conf", files["/etc/hostapd/hostapd.conf"].Replace("interface=wlan0", "interface=no-such-wlan", StringComparison.Ordinal)));
        Assert.DoesNotContain("errors found in configuration file", read, StringComparison.Ordinal);
        var (_, refused) = Shell.Run("hostapd", Write("wrong.conf", files["/etc/hostapd/hostapd.conf"] + "no_such_word=1\n"));
        Assert.Contains("errors found in configuration file", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_not_plain_goes_out_byte_by_byte()
    {
        Assert.Contains("\nssid=Loja Centro\n", Files(Least)["/etc/hostapd/hostapd.conf"], StringComparison.Ordinal);
        Assert.Contains("\nssid2=436166c3a9\n", Files(""" "interface": "wlan0", "ssid": "Café", "country": "PT" """)["/etc/hostapd/hostapd.conf"], StringComparison.Ordinal);
    }

    [Fact]
    public void Five_gigahertz_and_encryption_are_said_to_hostapd()
    {
        var text = Files(Least + """, "channel": 52, "security": "owe" """)["/etc/hostapd/hostapd.conf"];
        foreach (var line in (string[])["hw_mode=a", "channel=52", "ieee80211h=1", "wpa_key_mgmt=OWE", "rsn_pairwise=CCMP", "ieee80211w=2", "ap_isolate=1"]) Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_gate_of_its_own_the_machine_passes_nothing_on()
    {
        var options = AgentOptionsReader.Read(Layers($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "accessPoint": { {{Least}} } }"""));
        Assert.DoesNotContain("/etc/sysctl.d/60-storeedge-gate.conf", AccessPointFiles.Render(options.AccessPoint!, null, options.Gate).Keys);
        Assert.DoesNotContain("address=/", AccessPointFiles.Render(options.AccessPoint!, null, options.Gate)["/etc/dnsmasq.d/storeedge.conf"], StringComparison.Ordinal);
    }

    private IReadOnlyDictionary<string, string> Files(string section)
    {
        var options = Read(section);
        return AccessPointFiles.Render(options.AccessPoint!, options.Portal.Site?.HostName, options.Gate);
    }

    private AgentOptions Read(string section) => AgentOptionsReader.Read(Layers($$"""
        { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "accessPoint": { {{section}} }, "portal": { "listen": "0.0.0.0:8481", "hostName": "wifi.shop.example" },
          "gate": { "mode": "own", "guests": ["wlan0"], "upstream": "eth0", "walledNames": ["loyalty.example"] } }
        """));

    private ConfigurationLayers Layers(string json) => ConfigurationLayers.Read(Write("storeedge.json", json), new Hashtable(), []);

    private string Write(string name, string text)
    {
        var file = Path.Combine(directory, name);
        File.WriteAllText(file, text);
        return file;
    }
}

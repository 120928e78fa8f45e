using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Gate;

/// <summary>
/// A shop's guest network without a radio: phones, the gateway that the agent runs on, and the Internet, each a network namespace of this machine, joined by virtual cables, over IPv4
/// and IPv6. The Internet knows the way back to the guests, so that whatever the gate lets through by mistake is answered. Names are this process's own; all of it goes at the end.
/// </summary>
internal sealed class GuestNetwork : IDisposable
{
    private static int made;

    private readonly string prefix = string.Create(CultureInfo.InvariantCulture, $"se{Environment.ProcessId}-{Interlocked.Increment(ref made)}");
    private readonly List<GuestPhone> phones = [];
    private readonly List<Process> programs = [];

    public GuestNetwork(int phones = 1)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("storeedge-guests-").FullName;
        Gateway = new($"{prefix}-gate");
        Internet = new($"{prefix}-net");
        try
        {
            // Guests share a bridge, as they share an access point; its ports are isolated, as they are there.
            // Its hardware address is given: else it takes the lowest of its ports', and a phone that joins later may change what the others remember.
            Gateway.Run("ip", "link", "add", GuestInterface, "address", "02:00:5e:00:00:01", "type", "bridge");
            Gateway.Run("ip", "addr", "add", $"{GatewayAddress}/24", "dev", GuestInterface);
            Gateway.Run("ip", "-6", "addr", "add", $"{GatewayAddress6}/64", "dev", GuestInterface, "nodad");
            Gateway.Run("ip", "link", "set", GuestInterface, "up");
            Gateway.Run("ip", "link", "add", UpstreamInterface, "type", "veth", "peer", "name", UpstreamInterface, "netns", Internet.Name);
            Gateway.Run("ip", "addr", "add", "203.0.113.1/24", "dev", UpstreamInterface);
            Gateway.Run("ip", "-6", "addr", "add", "2001:db8:113::1/64", "dev", UpstreamInterface, "nodad");
            Gateway.Run("ip", "link", "set", UpstreamInterface, "up");
            Internet.Run("ip", "addr", "add", $"{InternetAddress}/24", "dev", UpstreamInterface);
            Internet.Run("ip", "addr", "add", $"{OtherAddress}/24", "dev", UpstreamInterface);
            Internet.Run("ip", "-6", "addr", "add", $"{InternetAddress6}/64", "dev", UpstreamInterface, "nodad");
            Internet.Run("ip", "-6", "addr", "add", $"{OtherAddress6}/64", "dev", UpstreamInterface, "nodad");
            Internet.Run("ip", "link", "set", UpstreamInterface, "up");
            Internet.Run("ip", "route", "add", "192.168.50.0/24", "via", "203.0.113.1");
            Internet.Run("ip", "-6", "route", "add", "2001:db8:50::/64", "via", "2001:db8:113::1");
            Gateway.Run("ip", "route", "add", "default", "via", $"{InternetAddress}");
            Gateway.Run("ip", "-6", "route", "add", "default", "via", $"{InternetAddress6}");
            Gateway.Set("net.ipv4.ip_forward", "1");
            Gateway.Set("net.ipv6.conf.all.forwarding", "1");
            for (var i = 0; i < phones; i++) AddPhone();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where guests come in at the gateway.</summary>
    public const string GuestInterface = "guest0";

    /// <summary>Where the gateway's way to the Internet is, and the Internet's to the gateway.</summary>
    public const string UpstreamInterface = "wan0";

    public static IPAddress GatewayAddress { get; } = IPAddress.Parse("192.168.50.1");

    public static IPAddress GatewayAddress6 { get; } = IPAddress.Parse("2001:db8:50::1");

    /// <summary>A server of the Internet.</summary>
    public static IPAddress InternetAddress { get; } = IPAddress.Parse("203.0.113.80");

    public static IPAddress InternetAddress6 { get; } = IPAddress.Parse("2001:db8:113::80");

    /// <summary>Another one.</summary>
    public static IPAddress OtherAddress { get; } = IPAddress.Parse("203.0.113.81");

    public static IPAddress OtherAddress6 { get; } = IPAddress.Parse("2001:db8:113::81");

    public NetworkNamespace Gateway { get; }

    public NetworkNamespace Internet { get; }

    public IReadOnlyList<GuestPhone> Phones => phones;

    public GuestPhone Phone => phones[0];

    /// <summary>A directory that goes with the network.</summary>
    public string Directory { get; }

    /// <summary>dnsmasq's.</summary>
    public string LeaseFile => Path.Combine(Directory, "leases");

    /// <summary>One more phone, with an address already and the gateway as its way out.</summary>
    /// <param name="mac">Its hardware address; null for a number.</param>
    /// <param name="joined">Whether it has its IPv4 address already, or asks for one itself.</param>
    public GuestPhone AddPhone(string? mac = null, bool joined = true)
    {
        var number = phones.Count;
        var phone = new GuestPhone(new($"{prefix}-p{number}"), number, mac);
        phones.Add(phone);
        var port = string.Create(CultureInfo.InvariantCulture, $"port{number}");
        Gateway.Run("ip", "link", "add", port, "type", "veth", "peer", "name", GuestPhone.Interface, "netns", phone.Network.Name);
        Gateway.Run("ip", "link", "set", port, "master", GuestInterface);
        Gateway.Run("bridge", "link", "set", "dev", port, "isolated", "on");
        Gateway.Run("ip", "link", "set", port, "up");
        phone.SetUp(joined);
        return phone;
    }

    /// <summary>The agent on this gateway: its pages are asked for from within.</summary>
    /// <param name="configure">Changes the configuration after the gate is switched on.</param>
    /// <param name="mqttPort">Of a broker that listens in the gateway's network.</param>
    public AgentProcess Agent(Action<JsonObject>? configure = null, int? mqttPort = null) => new(
        mqttPort,
        configuration =>
        {
            var listen = (string)configuration["http"]!["listen"]!;
            configuration["http"] = new JsonObject { ["listen"] = $"[::]{listen[listen.LastIndexOf(':')..]}" };
            configuration["gate"] = new JsonObject { ["mode"] = "own", ["guests"] = new JsonArray(GuestInterface), ["upstream"] = UpstreamInterface };
            configure?.Invoke(configuration);
        },
        inside: Gateway);

    /// <summary>Starts a program in the gateway that ends with the network.</summary>
    public Process Run(NetworkNamespace where, params string[] command)
    {
        var program = where.Start(Path.Combine(Directory, $"{Path.GetFileName(command[0])}.log"), command);
        programs.Add(program);
        return program;
    }

    /// <summary>The guests' name server (and, with <c>dhcp-range=…</c> among the lines, DHCP server): the real dnsmasq, with the lines given besides.</summary>
    public async Task<Process> StartDnsmasqAsync(params string[] lines)
    {
        var file = Path.Combine(Directory, $"dnsmasq-{programs.Count}.conf");
        var ready = Path.Combine(Directory, $"dnsmasq-{programs.Count}.pid");
        File.WriteAllLines(file,
        [
            $"interface={GuestInterface}", "bind-interfaces", "except-interface=lo", "no-resolv", "no-hosts", "no-ping", "user=root", $"pid-file={ready}",
            $"dhcp-leasefile={LeaseFile}", .. lines,
        ]);
        var program = Run(Gateway, "dnsmasq", "--keep-in-foreground", $"--conf-file={file}", "--log-facility=-");
        await Eventually.True(() => File.Exists(ready) || program.HasExited, "dnsmasq");
        Assert.False(program.HasExited, $"dnsmasq ended: {File.ReadAllText(Path.Combine(Directory, "dnsmasq.log"))}");
        return program;
    }

    /// <summary>Hears every packet that reaches the Internet from the gateway, from now on.</summary>
    public PacketEar ListenUpstream() => new(Internet, UpstreamInterface);

    public void Dispose()
    {
        foreach (var program in programs)
        {
            if (!program.HasExited) program.Kill();
            program.Dispose();
        }

        foreach (var phone in phones) phone.Network.Dispose();
        Internet.Dispose();
        Gateway.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Mqtt;
using StoreEdge.SystemTests.Store;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Gate;

/// <summary>
/// The whole way of a guest, everything real but the radio: a phone that asks dnsmasq for its address and is told where the portal is, the agent with its gate, its HTTPS and its broker, and
/// the servers that devices ask whether they have the Internet.
/// </summary>
public sealed class GuestWalkTests(ITestOutputHelper output)
{
    private const string HostName = "wifi.shop.example", Login = "Maria.Silva@Mail.Example";
    private const int HttpPort = 8481;
    private const long Quota = 20_000_000;
    private static readonly Uri HttpPortal = new($"http://{HostName}:{HttpPort}/portal"), Portal = new($"https://{HostName}/portal"), Api = new($"https://{HostName}/captive-portal/api");

    [RootFact]
    public async Task A_phone_joins_is_led_to_the_portal_accepts_moves_leaves_comes_back_and_leaves_no_trace()
    {
        using var guests = new GuestNetwork(phones: 0);
        using var authority = new Authority(Path.Combine(guests.Directory, "authority"));
        await using var broker = new Broker(inside: guests.Gateway);
        await broker.StartAsync();
        await using var told = await Subscriber.StartedAsync(guests.Gateway, broker.Port);
        var (certificate, key) = authority.Issue("portal", host: HostName);
        var (run, registry) = (Directory.CreateDirectory(Path.Combine(guests.Directory, "run")).FullName, Path.Combine(guests.Directory, "enrolment.json"));
        await File.WriteAllTextAsync(registry, $$"""{ "version": 1, "entries": [ { "customer": "C-42", "role": "customer", "loyaltyNumber": "{{Login.ToLowerInvariant()}}" } ] }""");
        await using var agent = guests.Agent(
            configuration =>
            {
                configuration["portal"] = new JsonObject
                {
                    ["zone"] = "entrance",
                    ["listen"] = $"[::]:{HttpPort}",
                    ["tlsListen"] = "[::]:443",
                    ["hostName"] = HostName,
                    ["certificateFile"] = certificate,
                    ["keyFile"] = key,
                };
                configuration["enrolment"]!["file"] = registry;
                configuration["gate"]!["leaseFile"] = guests.LeaseFile;
                configuration["gate"]!["quotaMegabytes"] = Quota / 1_000_000;
                // Two dozen kinds of devices ask at once here, each by both protocols.
                configuration["gate"]!["dnsPerSecond"] = 300;
            },
            broker.Port);
        await agent.StartAsync(("RUNTIME_DIRECTORY", run));
        using var internet = new PlayedInternet(guests);
        using var servers = new Servers(guests, 443, Servers.Fountain);

        // dnsmasq is given what the agent says about the portal, as storeedge-dhcp.service does it.
        var options = Path.Combine(run, "dhcp-options");
        await Eventually.True(() => File.Exists(options) && new FileInfo(options).Length > 0, "the network's options");
        var reserved = Path.Combine(guests.Directory, "reserved");
        await File.WriteAllTextAsync(reserved, "");
        var dnsmasq = await guests.StartDnsmasqAsync(
            "dhcp-range=192.168.50.100,192.168.50.199,255.255.255.0,1h", $"dhcp-option=option:router,{GuestNetwork.GatewayAddress}", "dhcp-authoritative", $"dhcp-optsfile={options}", $"dhcp-hostsfile={reserved}",
            $"address=/{HostName}/{GuestNetwork.GatewayAddress}", $"address=/{HostName}/{GuestNetwork.GatewayAddress6}", $"address=/#/{GuestNetwork.InternetAddress}", $"address=/#/{GuestNetwork.InternetAddress6}");

        // Before acceptance.
        using var before = await PacketCount.StartAsync(guests);
        var phone = guests.AddPhone("02:9c:e1:57:a3:6b", joined: false);
        using var joining = DhcpClient.Start(guests, phone);
        var lease = await joining.GetAsync();
        Assert.Equal(Api.AbsoluteUri, lease.PortalApi);
        foreach (var ipv6 in new[] { false, true })
        {
            var document = await AskAsync(phone, authority, ipv6);
            Assert.Equal((true, Portal.AbsoluteUri), ((bool)document["captive"]!, (string?)document["user-portal-url"]));
            Assert.Null(document["seconds-remaining"]);
            await ProbeAsync(phone, ipv6, open: false);
        }

        Assert.Empty(internet.Asked);
        foreach (var there in new[] { GuestNetwork.InternetAddress, GuestNetwork.InternetAddress6 })
        {
            Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(there, 443));
            Assert.False(phone.Pings(there));
            Assert.Empty(await phone.AskAsync("leak.example", there));
            using var udp = phone.Network.Socket(there.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            for (var i = 0; i < 20; i++) Assert.Equal(1, await udp.SendToAsync(new byte[] { 1 }, new IPEndPoint(there, 443)));
        }

        Assert.Equal((0, 0), await before.StopAsync());

        // Accepted, as a browser does it where the API said.
        using var after = await PacketCount.StartAsync(guests);
        using var browser = phone.Browser(authority: authority.File);
        var own = await browser.AcceptAsync(Portal, Login);
        foreach (var ipv6 in new[] { false, true })
        {
            await ProbeAsync(phone, ipv6, open: true);
            var document = await AskAsync(phone, authority, ipv6);
            Assert.False((bool)document["captive"]!);
            Assert.InRange((long)document["seconds-remaining"]!, 7_000, 7_200);
            Assert.InRange((long)document["bytes-remaining"]!, Quota - 1_000_000, Quota);
        }

        Assert.All(Probe.All, p => Assert.Equal(2, internet.Asked[p.Url]));
        var passed = await after.StopAsync();
        output.WriteLine($"packets to the Internet before acceptance 0 by nft and 0 by tcpdump, after it {passed.Nft} and {passed.Tcpdump}; {Probe.All.Count} probes by IPv4 and by IPv6");
        Assert.True(passed is { Nft: > 0, Tcpdump: > 0 });
        var arrival = await agent.KeptAsync("arrival");
        Assert.Equal((await agent.KeptAsync("identified"))["subject"]!.ToString(), arrival["subject"]!.ToString());

        // Out of reach for a moment, and back with another address: the same visit.
        joining.Dispose();
        await File.WriteAllTextAsync(reserved, $"{phone.Mac},192.168.50.150\n");
        guests.Gateway.Run("kill", "-HUP", $"{dnsmasq.Id}");
        using (var moving = DhcpClient.Start(guests, phone))
        {
            var moved = await moving.GetAsync();
            Assert.NotEqual(lease.Address, moved.Address);
            Assert.True(phone.Pings(GuestNetwork.InternetAddress));
            using var again = phone.Browser(authority: authority.File);
            Assert.Equal(own.AbsolutePath, (await again.AcceptAsync(Portal)).AbsolutePath);
            Assert.False((bool)(await AskAsync(phone, authority, ipv6: false))["captive"]!);

            // Gone with the lease; the passage stays.
            await moving.ReleaseAsync();
            phone.Network.Run("ip", "link", "set", GuestPhone.Interface, "down");
        }

        var departure = await agent.KeptAsync("departure");
        Assert.Equal(arrival["visitId"]!.ToString(), departure["visitId"]!.ToString());
        Assert.Single(agent.Kept("arrival"));

        // Back within the passage: nobody asks anything, and the visit goes on.
        phone.SetUp(joined: false);
        using var back = DhcpClient.Start(guests, phone);
        await back.GetAsync();
        await Eventually.Get(
            () =>
            {
                Assert.True(phone.Pings(GuestNetwork.InternetAddress), "the passage lasts");
                return Task.FromResult(agent.Kept("arrival").Count);
            },
            count => count == 2, "the return");
        var returned = agent.Kept("arrival")[1];
        Assert.Equal((arrival["visitId"]!.ToString(), true), (returned["visitId"]!.ToString(), (bool)returned["returned"]!));
        using var last = phone.Browser(authority: authority.File);
        Assert.Contains("class=\"badge", await last.GetStringAsync(own), StringComparison.Ordinal);

        // The terms taken back: what is open is cut, and the portal is before the phone again.
        using (var talk = new Talk(await phone.Network.ConnectAsync(new(GuestNetwork.InternetAddress6, 443))))
        {
            await Eventually.True(() => talk.Answers > 5, "a talk");
            var tap = Stopwatch.GetTimestamp();
            await last.LeaveAsync(own);
            await talk.SilenceAsync();
            Assert.True(talk.LastAt > tap, "it went on until then");
            output.WriteLine($"terms taken back: the last answer came {Stopwatch.GetElapsedTime(tap, talk.LastAt).TotalMilliseconds:0} ms after the tap");
        }

        Assert.True((bool)(await AskAsync(phone, authority, ipv6: true))["captive"]!);
        await ProbeAsync(phone, ipv6: true, open: false);
        await agent.KeptAsync("departure", 2);

        // A second phone, by the road of the probes, uses up its quota.
        var other = guests.AddPhone("02:4d:b2:c8:0e:f7");
        using (var window = other.Browser())
        {
            using var led = await window.GetAsync(new Uri(Probe.All[0].Url));
            await window.AcceptAsync(led.Headers.Location!);
        }

        using (var rest = new Traffic("rest", await other.Network.ConnectAsync(new(GuestNetwork.InternetAddress, Servers.Fountain)), receives: true))
        {
            await Eventually.True(() => rest.Bytes > 0 && Stopwatch.GetElapsedTime(rest.LastAt) > TimeSpan.FromSeconds(1), "the rest stands still");
            output.WriteLine($"a quota of {Quota} bytes: the stream stood still after {rest.Bytes}");
            Assert.InRange(rest.Bytes, 0, Quota);
        }

        Assert.NotEqual("open", await other.ConnectAsync(GuestNetwork.InternetAddress, 443));
        // What was moved is read every ten seconds.
        await Eventually.Get(() => AskAsync(other, authority, ipv6: false), document => (bool)document["captive"]!, "the API's word about the quota");
        await ProbeAsync(other, ipv6: false, open: false);
        await Eventually.True(() => told.Of("arrival").Count == 3 && told.Of("departure").Count == 2, "every event at the broker");

        // Killed rather than stopped: a tidy end would empty the write-ahead log before it was searched.
        await agent.KillAsync();
        string[] secrets = [.. new[] { phone.Mac, other.Mac }.SelectMany(mac => new[] { mac, mac.Replace(":", ""), mac.Replace(':', '-') }), Login];
        var places = Directory.EnumerateFiles(agent.Directory, "*", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(run)).Append(broker.Log)
            .Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)).Select(f => (Name: f, Bytes: File.ReadAllBytes(f))).Concat(told.All.Select(m => (Name: m.Topic, Bytes: m.Content()))).ToList();
        output.WriteLine($"searched {places.Count} files and messages, {places.Sum(p => p.Bytes.Length)} bytes");
        // The search itself: dnsmasq has the address, the registry the login.
        Assert.NotEmpty(Found(await File.ReadAllBytesAsync(guests.LeaseFile), secrets));
        Assert.NotEmpty(Found(await File.ReadAllBytesAsync(registry), secrets));
        Assert.Contains(places, p => p.Name.EndsWith(".db-wal", StringComparison.Ordinal));
        Assert.Contains(places, p => p.Name == agent.LogFile);
        Assert.Equal([], places.SelectMany(p => Found(p.Bytes, secrets).Select(secret => $"{secret} in {p.Name}")));
    }

    [RootFact]
    public async Task What_a_click_takes_until_packets_pass_and_the_event_is_told_and_the_end_of_a_passage_cuts_what_is_open()
    {
        const int Rounds = 60;
        using var guests = new GuestNetwork(phones: 6);
        await using var broker = new Broker(inside: guests.Gateway);
        await broker.StartAsync();
        await using var central = await Central.ConnectedAsync(broker.Port, inside: guests.Gateway);
        await using var told = await Subscriber.StartedAsync(guests.Gateway, broker.Port);
        await using var agent = guests.Agent(
            configuration =>
            {
                configuration["portal"] = new JsonObject { ["zone"] = "entrance", ["listen"] = $"[::]:{HttpPort}", ["postsPerMinute"] = 1000 };
                configuration["gate"]!["passage"] = "10s";
            },
            broker.Port);
        await agent.StartAsync();
        using var servers = new Servers(guests, 443);
        var portal = new Uri($"http://{GuestNetwork.GatewayAddress}:{HttpPort}/portal");
        var browsers = guests.Phones.Select(p => p.Browser()).ToList();
        var (passes, tells) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var (phone, browser) = (guests.Phones[round % guests.Phones.Count], browsers[round % guests.Phones.Count]);
            var (click, took, own) = await Opening.AfterAcceptingAsync(phone, browser, portal);
            passes.Add(took);
            var arrivals = await Eventually.Get(() => Task.FromResult(told.Of("arrival")), all => all.Count > round, "the arrival at the subscriber");
            tells.Add(Stopwatch.GetElapsedTime(click, arrivals[round].At).TotalMilliseconds);
            await browser.LeaveAsync(own);
        }

        output.WriteLine($"{Rounds} acceptances: click → packets pass {Opening.Of(passes)}; click → arrival at an MQTT subscriber {Opening.Of(tells)}");
        browsers.ForEach(b => b.Dispose());

        // The time of a passage is over while something is under way.
        using var last = guests.Phone.Browser();
        await last.AcceptAsync(portal);
        var accepted = Stopwatch.GetTimestamp();
        var document = JsonNode.Parse(await last.GetStringAsync(new Uri(portal, "/captive-portal/api")))!;
        Assert.False((bool)document["captive"]!);
        Assert.InRange((long)document["seconds-remaining"]!, 0, 10);
        using var talk = new Talk(await guests.Phone.Network.ConnectAsync(new(GuestNetwork.InternetAddress6, 443)));
        await talk.SilenceAsync();
        Assert.True(talk.Answers > 0);
        output.WriteLine($"a passage of 10 s: the last answer came {Stopwatch.GetElapsedTime(accepted, talk.LastAt).TotalSeconds:0.000} s after the acceptance");
        Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        Assert.True((bool)JsonNode.Parse(await last.GetStringAsync(new Uri(portal, "/captive-portal/api")))!["captive"]!);
    }

    /// <summary>What the network's API says to a phone, with a certificate that the phone trusts.</summary>
    private static async Task<JsonNode> AskAsync(GuestPhone phone, Authority authority, bool ipv6)
    {
        using var browser = phone.Browser(ipv6, authority.File);
        using var answer = await browser.GetAsync(Api);
        Assert.Equal((HttpStatusCode.OK, "application/captive+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.True(answer.Headers.CacheControl?.Private);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    /// <summary>Asks as every kind of device does: led to the portal, and to nothing that could be taken for the Internet; or answered by the Internet itself.</summary>
    private static async Task ProbeAsync(GuestPhone phone, bool ipv6, bool open)
    {
        using var device = phone.Browser(ipv6);
        foreach (var probe in Probe.All)
        {
            using var answer = await device.GetAsync(new Uri(probe.Url));
            Assert.True(await probe.IsOpenAsync(answer) == open, $"{probe.Who} {probe.Url} by IPv{(ipv6 ? 6 : 4)}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            if (open) continue;
            Assert.Equal((HttpStatusCode.Found, HttpPortal), (answer.StatusCode, answer.Headers.Location));
        }
    }

    private static IEnumerable<string> Found(byte[] bytes, string[] secrets)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return secrets.Where(s => text.Contains(s, StringComparison.OrdinalIgnoreCase));
    }
}

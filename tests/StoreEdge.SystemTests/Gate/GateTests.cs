using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Pages.Portal;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Gate;

/// <summary>What passes the gate and what does not, told by the packets themselves: phones, gateway and Internet in networks of their own, over IPv4 and IPv6.</summary>
public sealed class GateTests(ITestOutputHelper output)
{
    private static readonly IPAddress[] Everywhere = [GuestNetwork.InternetAddress, GuestNetwork.InternetAddress6];

    [RootFact]
    public async Task Before_acceptance_no_packet_reaches_the_Internet()
    {
        using var guests = new GuestNetwork();
        using var gate = new GateInKernel(guests);
        using var servers = new Servers(guests);
        using var ear = guests.ListenUpstream();
        var phone = guests.Phone;
        foreach (var there in Everywhere)
        {
            // A reset, so that a browser tries elsewhere at once; never a connection.
            foreach (var port in new[] { 443, 853, 53, 22, 8080 }) Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(there, port));
            Assert.Empty(await phone.AskAsync("leak.example", there));
            Assert.Empty(await phone.AskAsync("leak.example", there, port: 5353));
            Assert.False(phone.Pings(there));
            using var udp = phone.Network.Socket(there.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            foreach (var port in new[] { 443, 123, 51820, 1194 })
                for (var i = 0; i < 20; i++) Assert.True(Sends(udp, new(there, port)));
        }

        // What the phone's own kernel sends by itself would be a leak, too.
        foreach (var there in Everywhere) Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(there, 443));
        Assert.Empty(ear.Heard);
        var refused = gate.List("chain inet storeedge leaving");
        output.WriteLine(refused);
        Assert.Matches(@"counter packets [1-9]\d* bytes \d+ reject with tcp reset", refused);
        Assert.Matches(@"counter packets [1-9]\d* bytes \d+ reject", refused);
    }

    [RootFact]
    public async Task Plain_HTTP_is_led_to_the_portal_and_the_rest_of_the_machine_stays_out_of_reach()
    {
        using var guests = new GuestNetwork();
        using var gate = new GateInKernel(guests);
        using var servers = new Servers(guests);
        using var portal = guests.Gateway.Listen(IPAddress.IPv6Any, gate.Options.PortalPort);
        using var secret = guests.Gateway.Listen(IPAddress.IPv6Any, 22);
        foreach (var there in Everywhere)
        {
            Assert.Equal("open", await guests.Phone.ConnectAsync(there, 80));
            using var led = await portal.AcceptAsync();
            Assert.Equal($"{(there.AddressFamily == AddressFamily.InterNetwork ? guests.Phone.Address : guests.Phone.Address6)}", $"{Plain(((IPEndPoint)led.RemoteEndPoint!).Address)}");
        }

        foreach (var gateway in new[] { GuestNetwork.GatewayAddress, GuestNetwork.GatewayAddress6, IPAddress.Parse("203.0.113.1") })
        {
            Assert.Equal("open", await guests.Phone.ConnectAsync(gateway, gate.Options.PortalPort));
            Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phone.ConnectAsync(gateway, 22));
        }
    }

    [RootFact]
    public async Task Who_accepted_passes_with_all_of_their_addresses_and_nobody_else()
    {
        using var guests = new GuestNetwork(phones: 2);
        using var gate = new GateInKernel(guests);
        using var servers = new Servers(guests);
        var (phone, other) = (guests.Phone, guests.Phones[1]);
        Assert.Equal("ConnectionRefused", await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        Assert.Equal("ConnectionRefused", await phone.ConnectAsync(GuestNetwork.InternetAddress6, 443));

        foreach (var source in new[] { phone.Address, phone.Address6 })
        {
            Assert.Equal(phone.Mac, gate.Find(source)?.Value);
            Assert.Equal(phone.Mac, gate.Find(source.MapToIPv6())?.Value);
        }

        Assert.Null(gate.Find(IPAddress.Parse("192.168.50.222")));
        Assert.False(gate.Door.PassageOf(new(phone.Mac)).IsOpen);
        Assert.True(gate.Open(phone, "receipt-1").IsOpen);

        foreach (var there in Everywhere)
        {
            foreach (var port in new[] { 80, 443, 53 }) Assert.Equal("open", await phone.ConnectAsync(there, port));
            Assert.True(phone.Pings(there));
            Assert.Equal(nameof(SocketError.ConnectionRefused), await other.ConnectAsync(there, 443));
            Assert.False(other.Pings(there));
        }

        var passage = gate.Door.PassageOf(new(phone.Mac));
        Assert.InRange(passage.Remaining!.Value, TimeSpan.FromMinutes(119), TimeSpan.FromHours(2));
        Assert.Null(passage.BytesRemaining);
        Assert.Equal([new(new(phone.Mac), "receipt-1")], gate.Door.Guests);
        // The kernel has it, and nobody else.
        Assert.Contains("comment \"receipt-1\"", gate.List("map inet storeedge guests"), StringComparison.Ordinal);

        gate.Close(phone);
        foreach (var there in Everywhere) Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(there, 443));
        Assert.Empty(gate.Door.Guests);
    }

    [RootFact]
    public async Task The_walled_garden_is_open_by_address_and_by_name_and_nothing_beside_it_is()
    {
        using var guests = new GuestNetwork();
        using var gate = new GateInKernel(guests, o => o with { Walled = [IPNetwork.Parse("203.0.113.81/32"), IPNetwork.Parse("2001:db8:113::81/128")], WalledNames = ["loyalty.example"] });
        using var servers = new Servers(guests, 80, 443);
        var phone = guests.Phone;
        foreach (var (walled, other) in new[] { (GuestNetwork.OtherAddress, GuestNetwork.InternetAddress), (GuestNetwork.OtherAddress6, GuestNetwork.InternetAddress6) })
        {
            Assert.Equal("open", await phone.ConnectAsync(walled, 443));
            Assert.Equal("open", await phone.ConnectAsync(walled, 80));
            Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(other, 443));
        }

        // The name's address is learned when somebody asks for it, from the Internet's name server through the gateway's.
        guests.Run(guests.Internet, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file", $"--listen-address={GuestNetwork.InternetAddress}",
            "--bind-interfaces", $"--address=/loyalty.example/{GuestNetwork.InternetAddress}", $"--address=/loyalty.example/{GuestNetwork.InternetAddress6}", $"--address=/other.example/{GuestNetwork.OtherAddress}");
        await guests.StartDnsmasqAsync([$"server={GuestNetwork.InternetAddress}", .. new GateRules(gate.Options).DnsmasqLines()]);
        await Eventually.Get(() => phone.AskAsync("shop.loyalty.example"), found => found.Contains(GuestNetwork.InternetAddress), "the walled name");
        Assert.Equal([GuestNetwork.InternetAddress6], await phone.AskAsync("shop.loyalty.example", type: 28));
        foreach (var there in Everywhere) await Eventually.Get(() => phone.ConnectAsync(there, 443), how => how == "open", $"{there} in the walled garden");
        // Its plain HTTP is its own, and no other packet than theirs passes.
        Assert.Equal("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 80));
        Assert.Empty(gate.Door.Guests);
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_passage_that_ends_cuts_what_is_established_both_ways(bool revoked)
    {
        using var guests = new GuestNetwork();
        using var gate = new GateInKernel(guests, o => o with { Passage = TimeSpan.FromSeconds(revoked ? 600 : 3) });
        using var servers = new Servers(guests, Servers.Fountain, Servers.Sink, 443);
        var phone = guests.Phone;
        using var udpServer = guests.Internet.Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udpServer.Bind(new IPEndPoint(IPAddress.Any, 9003));
        gate.Open(phone);
        var ends = Stopwatch.GetTimestamp() + (long)(gate.Options.Passage.TotalSeconds * Stopwatch.Frequency);
        List<Traffic> streams = [];
        foreach (var there in Everywhere)
        {
            streams.Add(new($"down {there.AddressFamily}", await phone.Network.ConnectAsync(new(there, Servers.Fountain)), receives: true));
            streams.Add(new($"up {there.AddressFamily}", await phone.Network.ConnectAsync(new(there, Servers.Sink)), receives: false));
        }

        // A stream that only comes, such as a call's picture: no packet of the phone's own would ask for it to be cut.
        using var udp = phone.Network.Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Connect(GuestNetwork.InternetAddress, 9003);
        udp.Send(new byte[10]);
        EndPoint nat = new IPEndPoint(IPAddress.Any, 0);
        udpServer.ReceiveFrom(new byte[10], ref nat);
        streams.Add(new("down only", udp, receives: true));
        using var over = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!over.IsCancellationRequested && await beat.WaitForNextTickAsync()) udpServer.SendTo(new byte[500], nat);
        });
        using var ear = guests.ListenUpstream();
        await Eventually.True(() => streams.All(s => s.Bytes > 0), "every stream flows");
        if (revoked)
        {
            gate.Close(phone);
            ends = Stopwatch.GetTimestamp();
        }

        // They stand still when none has moved for a second, which is asked every 20 ms.
        await Eventually.True(
            () => Stopwatch.GetElapsedTime(ends) > TimeSpan.Zero && streams.All(s => Stopwatch.GetElapsedTime(s.LastAt) > TimeSpan.FromSeconds(1)), "every stream stands still");
        foreach (var stream in streams.Where(s => s.Receives))
        {
            var late = Stopwatch.GetElapsedTime(ends, stream.LastAt);
            output.WriteLine($"{stream.Name}: last byte {late.TotalMilliseconds:0} ms after the end, {stream.Bytes / 1_000_000.0:0.0} MB");
            Assert.True(late < TimeSpan.FromSeconds(1), $"{stream.Name} went on for {late.TotalMilliseconds:0} ms");
        }

        Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        Assert.False(gate.Door.PassageOf(new(phone.Mac)).IsOpen);
        // Who accepts again begins anew: what was open before stays dead, what is opened now lives.
        gate.Open(phone, "r-2");
        Assert.Equal("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        await over.CancelAsync();
        await sending;
        streams.ForEach(s => s.Dispose());
    }

    [RootFact]
    public async Task A_quota_counts_both_ways_and_cuts_and_who_has_used_it_up_meets_the_portal_again()
    {
        const int Megabyte = 1_000_000;
        using var guests = new GuestNetwork(phones: 2);
        using var gate = new GateInKernel(guests, o => o with { Quota = 24 * Megabyte });
        using var servers = new Servers(guests, Servers.Fountain, Servers.Sink, 443);
        using var portal = guests.Gateway.Listen(IPAddress.IPv6Any, gate.Options.PortalPort);
        var phone = guests.Phone;
        Assert.Equal(24 * Megabyte, gate.Open(phone).BytesRemaining);
        using (var down = new Traffic("down", await phone.Network.ConnectAsync(new(GuestNetwork.InternetAddress, Servers.Fountain)), receives: true, most: 2 * Megabyte))
            await Eventually.True(() => down.Bytes >= 2 * Megabyte, "2 MB down");
        using (var up = new Traffic("up", await phone.Network.ConnectAsync(new(GuestNetwork.InternetAddress6, Servers.Sink)), receives: false, most: 2 * Megabyte))
            await Eventually.True(() => up.Bytes >= 2 * Megabyte, "2 MB up");
        var left = await Eventually.Get(
            () =>
            {
                gate.Door.ReadMoved();
                return Task.FromResult(gate.Door.PassageOf(new(phone.Mac)).BytesRemaining!.Value);
            },
            bytes => bytes < 20 * Megabyte, "what is left");
        output.WriteLine($"after 2 MB down and 2 MB up {left} bytes of 24 MB are left; what the kernels had under way counts too");
        Assert.InRange(left, 8 * Megabyte, 20 * Megabyte);

        using var rest = new Traffic("rest", await phone.Network.ConnectAsync(new(GuestNetwork.InternetAddress, Servers.Fountain)), receives: true);
        await Eventually.True(() => rest.Bytes > 0 && Stopwatch.GetElapsedTime(rest.LastAt) > TimeSpan.FromSeconds(1), "the rest stands still");
        output.WriteLine($"the rest stood still after {rest.Bytes} bytes");
        Assert.InRange(rest.Bytes, 0, left);
        Assert.NotEqual("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        Assert.Equal("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 80));
        (await portal.AcceptAsync()).Dispose();
        // What has been moved was last read before that: the kernel is asked.
        Assert.Equal(new Passage(false, BytesRemaining: 0), gate.Door.PassageOf(new(phone.Mac)));
        // Pressing the button again brings no more, nor does going and coming back.
        Assert.False(gate.Open(phone, "r-2").IsOpen);
        gate.Close(phone);
        Assert.False(gate.Open(phone, "r-3").IsOpen);
        Assert.True(gate.Open(guests.Phones[1]).IsOpen);
        Assert.Equal("open", await guests.Phones[1].ConnectAsync(GuestNetwork.InternetAddress, 443));
    }

    [RootFact]
    public async Task A_rate_holds_both_ways_for_each_phone_by_itself()
    {
        using var guests = new GuestNetwork(phones: 2);
        using var gate = new GateInKernel(guests, o => o with { DownBytesPerSecond = 1_000_000, UpBytesPerSecond = 500_000 });
        using var servers = new Servers(guests, Servers.Fountain, Servers.Sink);
        var streams = new List<Traffic>();
        foreach (var phone in guests.Phones)
        {
            gate.Open(phone);
            // Two connections are no way around it.
            foreach (var there in Everywhere) streams.Add(new($"{phone.Mac[^2..]} down", await phone.Network.ConnectAsync(new(there, Servers.Fountain)), receives: true));
        }

        foreach (var phone in guests.Phones) streams.Add(new($"{phone.Mac[^2..]} up", await phone.Network.ConnectAsync(new(GuestNetwork.InternetAddress, Servers.Sink)), receives: false));
        using var ear = guests.ListenUpstream();
        var (from, before, upBefore) = (Stopwatch.GetTimestamp(), streams.ToDictionary(s => s, s => s.Bytes), ear.Bytes);
        await Eventually.True(() => Stopwatch.GetElapsedTime(from) > TimeSpan.FromSeconds(4), "four seconds of traffic");
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        foreach (var phone in streams.Where(s => s.Receives).GroupBy(s => s.Name))
        {
            var rate = phone.Sum(s => s.Bytes - before[s]) / seconds;
            output.WriteLine($"{phone.Key}: {rate / 1000:0} kB/s of 1000");
            Assert.InRange(rate, 500_000, 1_080_000);
        }

        // What the phones send reaches the Internet, acknowledgements of what they receive among it.
        var up = (ear.Bytes - upBefore) / seconds;
        output.WriteLine($"both up: {up / 1000:0} kB/s of 1000");
        Assert.InRange(up, 400_000, 1_100_000);
        streams.ForEach(s => s.Dispose());
    }

    [RootFact]
    public async Task The_name_server_is_asked_no_faster_than_allowed_and_other_phones_are_not_held_up()
    {
        using var guests = new GuestNetwork(phones: 2);
        using var gate = new GateInKernel(guests, o => o with { DnsPerSecond = 10 });
        await guests.StartDnsmasqAsync($"address=/#/{GuestNetwork.InternetAddress}");
        var phone = guests.Phone;
        using var tunnel = phone.Network.Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        tunnel.Connect(GuestNetwork.GatewayAddress, 53);
        tunnel.ReceiveBufferSize = 1 << 20;
        var question = GuestPhone.Query("tunnel.example", 1);
        var from = Stopwatch.GetTimestamp();
        for (var i = 0; i < 2_000; i++) tunnel.Send(question);
        Assert.Equal([GuestNetwork.InternetAddress], await guests.Phones[1].AskAsync("other.example"));
        var allowed = 30 + 10 * (Stopwatch.GetElapsedTime(from).TotalSeconds + 1);
        var answered = 0;
        while (tunnel.Poll(500_000, SelectMode.SelectRead) && answered < 2_000)
        {
            tunnel.Receive(new byte[512]);
            answered++;
        }

        output.WriteLine($"{answered} of 2000 questions answered");
        Assert.InRange(answered, 10, allowed + 10);
    }

    [RootFact]
    public void Who_is_inside_is_known_again_with_their_receipts_after_a_restart()
    {
        using var guests = new GuestNetwork(phones: 2);
        string before;
        using (var former = new GateInKernel(guests, o => o with { Quota = 50_000_000 }))
        {
            former.Open(guests.Phone, "receipt-a");
            former.Open(guests.Phones[1], "receipt-b");
            Assert.True(guests.Phone.Pings(GuestNetwork.InternetAddress));
            before = former.List("set inet storeedge moved");
        }

        Assert.True(guests.Phone.Pings(GuestNetwork.InternetAddress), "nobody who is inside is cut");
        using var gate = new GateInKernel(guests, o => o with { Quota = 50_000_000, DownBytesPerSecond = 1_000_000 });
        Assert.Equal(["receipt-a", "receipt-b"], gate.Door.Guests.Select(g => g.Receipt).Order());
        Assert.InRange(gate.Door.PassageOf(new(guests.Phone.Mac)).Remaining!.Value, TimeSpan.FromMinutes(119), TimeSpan.FromHours(2) + TimeSpan.FromSeconds(1));
        gate.Door.ReadMoved();
        Assert.InRange(gate.Door.PassageOf(new(guests.Phone.Mac)).BytesRemaining!.Value, 1, 50_000_000 - 84);
        Assert.Contains("used", before, StringComparison.Ordinal);
        Assert.Contains("limit rate over", gate.List(), StringComparison.Ordinal);
        gate.Close(guests.Phones[1]);
        Assert.False(guests.Phones[1].Pings(GuestNetwork.InternetAddress));

        // Other sizes need other sets: the table is made anew, and still nobody is cut.
        using var larger = new GateInKernel(guests, o => o with { MaxGuests = 700 });
        Assert.Equal(["receipt-a"], larger.Door.Guests.Select(g => g.Receipt));
        Assert.True(guests.Phone.Pings(GuestNetwork.InternetAddress));
        Assert.Contains("size 700", larger.List("map inet storeedge guests"), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_full_gate_turns_away_nobody_while_somebody_inside_has_gone_and_warns()
    {
        using var guests = new GuestNetwork(phones: 3);
        using var gate = new GateInKernel(guests, o => o with { MaxGuests = 3 });
        using var servers = new Servers(guests, 443);
        // Two strangers come by another hand than the agent's.
        guests.Gateway.Run("nft", "add element inet storeedge guests { 02:00:00:00:00:01 timeout 1h : 7, 02:00:00:00:00:02 timeout 1h : 8 }");
        Assert.True(gate.Open(guests.Phone, "r-1").IsOpen);
        // The kernel has no room; nobody ever heard of the strangers, so one of them goes.
        Assert.True(gate.Open(guests.Phones[1], "r-2").IsOpen);
        Assert.True(gate.Open(guests.Phones[2], "r-3").IsOpen);
        Assert.Equal(["r-1", "r-2", "r-3"], gate.Door.Guests.Select(g => g.Receipt).Order());
        Assert.Contains(gate.Health.Warnings, w => w.Code == "gate-nearly-full");
        foreach (var phone in guests.Phones) Assert.Equal("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));

        // All three are here: the fourth is turned away, and that is another warning.
        var fourth = guests.AddPhone();
        Assert.False(gate.Open(fourth, "r-4").IsOpen);
        Assert.Contains(gate.Health.Warnings, w => w.Code == "gate-full");
        Assert.Equal(nameof(SocketError.ConnectionRefused), await fourth.ConnectAsync(GuestNetwork.InternetAddress, 443));
        // One has gone, and the next one finds a place.
        gate.Door.NoticeLeft(new(guests.Phones[1].Mac), StationEnd.Left);
        Assert.True(gate.Open(fourth, "r-4").IsOpen);
        Assert.Equal(["r-1", "r-3", "r-4"], gate.Door.Guests.Select(g => g.Receipt).Order());
        Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phones[1].ConnectAsync(GuestNetwork.InternetAddress, 443));
        Assert.Equal("open", await fourth.ConnectAsync(GuestNetwork.InternetAddress, 443));
        gate.Close(fourth);
        Assert.DoesNotContain(gate.Health.Warnings, w => w.Code == "gate-full");
    }

    [RootFact]
    public async Task Ten_thousand_invented_phones_do_not_lock_a_real_one_out()
    {
        // As deploy/access-point/sysctl.conf has it: with the kernel's own room for 1,024 a flood that goes on can keep a new phone out.
        using var room = new RoomForNeighbours(2_048, 16_384, 32_768);
        using var guests = new GuestNetwork(phones: 2);
        using var gate = new GateInKernel(guests);
        using var servers = new Servers(guests, 443);
        using var portal = guests.Gateway.Listen(IPAddress.IPv6Any, gate.Options.PortalPort);
        await guests.StartDnsmasqAsync($"address=/#/{GuestNetwork.InternetAddress}");
        var attacker = guests.Phone;
        using var flood = new SpoofedPhones(attacker.Network, GuestPhone.Interface);
        flood.Knock(10_000);
        output.WriteLine($"neighbours known after the flood: {guests.Gateway.Run("ip", "neigh", "show", "dev", GuestNetwork.GuestInterface).Split('\n').Length - 1}; room for {File.ReadAllText("/proc/sys/net/ipv6/neigh/default/gc_thresh3").Trim()} of each protocol");

        // While they go on, as fast as a radio carries them, a phone that nobody has seen yet comes, asks for a name, meets the portal, accepts and passes.
        using var over = new CancellationTokenSource();
        var going = Task.Run(async () =>
        {
            using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            while (!over.IsCancellationRequested && await beat.WaitForNextTickAsync()) flood.Knock(20);
        });
        var real = guests.Phones[1];
        var from = Stopwatch.GetTimestamp();
        await Eventually.Get(() => real.AskAsync("shop.example"), found => found.Count == 1, "the name server", TimeSpan.FromSeconds(20));
        Assert.Equal("open", await real.ConnectAsync(GuestNetwork.InternetAddress, 80, TimeSpan.FromSeconds(60)));
        var device = await Eventually.Get(() => Task.FromResult(gate.Find(real.Address)), found => found is not null, "the kernel knows the real phone");
        Assert.Equal(real.Mac, device!.Value.Value);
        Assert.True(gate.Open(real).IsOpen);
        foreach (var there in Everywhere)
            await Eventually.Get(() => real.ConnectAsync(there, 443), how => how == "open", $"{there} through the flood", TimeSpan.FromSeconds(20));
        output.WriteLine($"name, portal, acceptance and Internet for a real phone within {Stopwatch.GetElapsedTime(from).TotalMilliseconds:0} ms");
        await over.CancelAsync();
        await going;
        Assert.Equal([real.Mac], gate.Door.Guests.Select(g => g.Device.Value));
        output.WriteLine($"{flood.Sent} frames of invented phones");
    }

    [RootFact]
    public async Task From_the_click_to_the_first_packet_it_takes_milliseconds()
    {
        using var guests = new GuestNetwork();
        using var gate = new GateInKernel(guests);
        using var servers = new Servers(guests, 443);
        var phone = guests.Phone;
        // A shop's worth of others.
        for (var i = 0; i < 450; i++) await gate.Door.OpenAsync(new($"02:aa:00:00:{i / 256:x2}:{i % 256:x2}"), $"other-{i}", default);
        var (opening, passing, finding) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < 200; i++)
        {
            Assert.NotEqual("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
            var clicked = Stopwatch.GetTimestamp();
            gate.Open(phone);
            opening.Add(Stopwatch.GetElapsedTime(clicked).TotalMilliseconds);
            Assert.Equal("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
            passing.Add(Stopwatch.GetElapsedTime(clicked).TotalMilliseconds);
            gate.Close(phone);
        }

        guests.Gateway.Inside(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                var asked = Stopwatch.GetTimestamp();
                Assert.NotNull(gate.Door.FindAsync(phone.Address, default).AsTask().Result);
                finding.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }

            return 0;
        });
        output.WriteLine($"look-up p50/p95 {At(finding, .5):0.000}/{At(finding, .95):0.000} ms; opening {At(opening, .5):0.00}/{At(opening, .95):0.00} ms; opening → connected through the gate {At(passing, .5):0.00}/{At(passing, .95):0.00} ms (450 others inside)");

        static double At(List<double> all, double share) => all.Order().ElementAt((int)(all.Count * share));
    }

    private static bool Sends(Socket socket, IPEndPoint to)
    {
        try
        {
            return socket.SendTo(new byte[64], to) == 64;
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.AccessDenied)
        {
            // The refusal of the packet before.
            return true;
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

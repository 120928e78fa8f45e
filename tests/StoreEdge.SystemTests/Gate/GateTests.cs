using System.Net;
using System.Net.Sockets;
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

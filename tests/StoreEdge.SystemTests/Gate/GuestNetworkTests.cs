using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>The test's own network does what the tests of the gate take for granted: without a gate everything passes, so that a closed gate is what stops it.</summary>
public sealed class GuestNetworkTests
{
    [RootFact]
    public async Task Without_a_gate_phones_reach_the_Internet_and_the_ear_upstream_hears_them()
    {
        using var guests = new GuestNetwork(phones: 2);
        using var server = guests.Internet.Listen(System.Net.IPAddress.IPv6Any, 80);
        using var ear = guests.ListenUpstream();

        Assert.Equal("open", await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 80));
        Assert.Equal("open", await guests.Phones[1].ConnectAsync(GuestNetwork.InternetAddress6, 80));
        Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 81));
        Assert.True(guests.Phone.Pings(GuestNetwork.InternetAddress6));
        Assert.False(guests.Phone.Pings(guests.Phones[1].Address), "phones reach each other, past an access point that isolates them");
        await Eventually.True(() => ear.Heard.Contains($"{guests.Phone.Address} → {GuestNetwork.InternetAddress} protocol 6"), "the first phone upstream");
        await Eventually.True(() => ear.Heard.Contains($"{guests.Phones[1].Address6} → {GuestNetwork.InternetAddress6} protocol 6"), "the second phone upstream");
        await Eventually.True(() => ear.Heard.Contains($"{guests.Phone.Address6} → {GuestNetwork.InternetAddress6} protocol 58"), "an echo request upstream");
    }

    [RootFact]
    public async Task The_guests_name_server_answers()
    {
        using var guests = new GuestNetwork();
        await guests.StartDnsmasqAsync($"address=/#/{GuestNetwork.InternetAddress}", $"address=/#/{GuestNetwork.InternetAddress6}");
        Assert.Equal([GuestNetwork.InternetAddress], await guests.Phone.AskAsync("connectivitycheck.gstatic.com"));
        Assert.Equal([GuestNetwork.InternetAddress6], await guests.Phone.AskAsync("captive.apple.com", type: 28));
    }
}

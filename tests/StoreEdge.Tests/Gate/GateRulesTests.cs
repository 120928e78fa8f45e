using System.Net;
using StoreEdge.Agent.Gate;
using StoreEdge.Core;
using StoreEdge.Linux.Neighbours;

namespace StoreEdge.Tests.Gate;

public sealed class GateRulesTests
{
    private static readonly GateOptions Options = new() { Guests = ["wlan0", "wlan1"], Upstream = "eth0", PortalPort = 8480 };

    private static readonly Guest Ana = new(new(0x025e00000010), "0192b1c4-7a00-7000-8000-000000000001", 0x12345678, Instant.Origin);

    [Fact]
    public void An_established_connection_is_asked_for_its_guest_before_it_passes()
    {
        var leaving = Chain(Text(Options), "leaving");
        // Nothing lets a connection pass for being established: only the map of guests does, packet by packet.
        Assert.DoesNotContain("established", leaving, StringComparison.Ordinal);
        Assert.True(leaving.IndexOf("closed4", StringComparison.Ordinal) < leaving.IndexOf("@guests goto inside", StringComparison.Ordinal), leaving);
        var returning = Chain(Text(Options), "returning");
        foreach (var line in returning.Split('\n').Where(l => l.Contains("established", StringComparison.Ordinal)))
            Assert.True(line.Contains("@passages", StringComparison.Ordinal) || line.Contains("saddr @walled", StringComparison.Ordinal) || line.Contains("saddr @named", StringComparison.Ordinal), line);
    }

    [Fact]
    public void Whatever_is_said_for_one_protocol_is_said_for_the_other()
    {
        var text = Text(Options);
        Assert.Equal(Count(text, "ip daddr @"), Count(text, "ip6 daddr @"));
        Assert.Equal(Count(text, "ip saddr @"), Count(text, "ip6 saddr @"));
    }

    [Fact]
    public void Rates_and_quotas_are_there_when_they_are_wanted_only()
    {
        var plain = Text(Options);
        Assert.DoesNotContain("limit rate over 250000 bytes/second", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("quota over", plain, StringComparison.Ordinal);
        var bound = Text(Options with { UpBytesPerSecond = 250_000, DownBytesPerSecond = 1_000_000, Quota = 5_000_000 });
        Assert.Contains("update @sending { ct mark limit rate over 250000 bytes/second burst 62500 bytes } drop", Chain(bound, "inside"), StringComparison.Ordinal);
        Assert.Contains("update @receiving { ct mark limit rate over 1000000 bytes/second burst 250000 bytes } drop", Chain(bound, "received"), StringComparison.Ordinal);
        Assert.Contains("update @moved { ct mark quota over 5000000 bytes } add @spent { ether saddr } reject", Chain(bound, "inside"), StringComparison.Ordinal);
        Assert.Contains("update @moved { ct mark quota over 5000000 bytes } drop", Chain(bound, "received"), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_used_up_the_quota_is_led_to_the_portal_again()
    {
        var welcome = Chain(Text(Options), "welcome");
        Assert.True(welcome.IndexOf("@spent tcp dport 80 redirect to :8480", StringComparison.Ordinal) < welcome.IndexOf("@guests accept", StringComparison.Ordinal), welcome);
    }

    [Fact]
    public void A_guest_is_let_in_with_the_receipt_beside_them_and_both_ways_for_the_same_time() => Assert.Equal(
        """
        add element inet storeedge guests { 02:5e:00:00:00:10 timeout 5400000ms comment "0192b1c4-7a00-7000-8000-000000000001" : 305419896 }
        add element inet storeedge passages { 305419896 timeout 5400000ms }

        """,
        GateRules.Add(Ana, TimeSpan.FromMinutes(90)));

    [Fact]
    public void A_guest_without_a_receipt_is_put_back_without_one() =>
        Assert.StartsWith("add element inet storeedge guests { 02:5e:00:00:00:10 timeout 1000ms : 305419896 }\n", GateRules.Add(Ana with { Receipt = "" }, TimeSpan.FromSeconds(1)), StringComparison.Ordinal);

    [Theory]
    [InlineData("0192b1c4-7a00-7000-8000-000000000001", true)]
    [InlineData("", false)]
    [InlineData("a\" : 1 } ; flush ruleset", false)]
    [InlineData("a\\", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    public void A_receipt_cannot_say_more_than_itself(string receipt, bool isOne) => Assert.Equal(isOne, GateRules.IsReceipt(receipt));

    [Fact]
    public void Walled_names_become_lines_of_dnsmasq() => Assert.Equal(
        ["nftset=/loyalty.example/4#inet#storeedge#named4,6#inet#storeedge#named6"], new GateRules(Options with { WalledNames = ["loyalty.example"] }).DnsmasqLines());

    [Fact]
    public void Networks_go_into_the_set_of_their_protocol()
    {
        var text = Text(Options with { Walled = [IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("2001:db8::/32")] });
        Assert.Contains("add element inet storeedge walled4 { 203.0.113.0/24 }", text, StringComparison.Ordinal);
        Assert.Contains("add element inet storeedge walled6 { 2001:db8::/32 }", text, StringComparison.Ordinal);
        Assert.Contains("add element inet storeedge closed6 { fc00::/7 }", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_size_of_the_sets_is_another_table_and_another_rate_is_not()
    {
        var former = new GateRules(Options).Fingerprint;
        Assert.NotEqual(former, new GateRules(Options with { MaxGuests = 501 }).Fingerprint);
        Assert.Equal(former, new GateRules(Options with { UpBytesPerSecond = 1 }).Fingerprint);
        Assert.Equal(former, GateListing.Fingerprint(Text(Options)));
        Assert.Null(GateListing.Fingerprint("table inet storeedge {\n}"));
    }

    [Fact]
    public void Nobody_prints_an_address()
    {
        Assert.Equal("guest", $"{Ana}");
        Assert.Equal("station", $"{Ana.Station}");
        Assert.Equal("neighbour Stale", $"{new Neighbour(3, IPAddress.Loopback, Ana.Station, NeighbourState.Stale)}");
    }

    private static string Text(GateOptions options) => new GateRules(options).Install([]);

    /// <summary>The rules of a chain: where it is named last, behind the declarations.</summary>
    private static string Chain(string text, string name)
    {
        var from = text.LastIndexOf($"chain {name} {{", StringComparison.Ordinal);
        return text[from..text.IndexOf("\n  }", from, StringComparison.Ordinal)];
    }

    private static int Count(string text, string what) => text.Split(what).Length - 1;
}

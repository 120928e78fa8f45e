using System.Net;
using System.Text.Json.Nodes;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

/// <summary>How phones find out that there is a portal, client by client, and what they are told once they pass.</summary>
public sealed class DetectionTests
{
    public static TheoryData<string, string> Probes => new()
    {
        { "Android", "http://connectivitycheck.gstatic.com/generate_204" },
        { "Android", "http://www.gstatic.com/generate_204" },
        { "ChromeOS", "http://www.google.com/gen_204" },
        { "Android", "http://play.googleapis.com/generate_204" },
        { "Android", "http://clients3.google.com/generate_204" },
        { "iOS", "http://captive.apple.com/hotspot-detect.html" },
        { "iOS", "http://captive.apple.com/" },
        { "macOS", "http://www.apple.com/library/test/success.html" },
        { "Windows", "http://www.msftconnecttest.com/connecttest.txt" },
        { "Windows", "http://www.msftconnecttest.com/redirect" },
        { "Firefox", "http://detectportal.firefox.com/canonical.html" },
        { "Firefox", "http://detectportal.firefox.com/success.txt?ipv4" },
        { "Ubuntu", "http://connectivity-check.ubuntu.com/" },
        { "GNOME", "http://nmcheck.gnome.org/check_network_status.txt" },
        { "Kindle", "http://spectrum.s3.amazonaws.com/kindle-wifi/wifistub.html" },
        { "Xiaomi", "http://connect.rom.miui.com/generate_204" },
        { "Huawei", "http://connectivitycheck.platform.hicloud.com/generate_204" },
        { "vivo", "http://wifi.vivo.com.cn/generate_204" },
        { "a browser", "http://news.example/2026/11/22?from=there#here" },
    };

    [Theory]
    [MemberData(nameof(Probes))]
    public async Task A_probe_leads_to_the_portal_and_once_the_phone_passes_it_never_sounds_like_the_real_server(string client, string probe)
    {
        await using var shop = await Shop.OpenAsync(door: new PlayedDoor(), servesGuestsOnly: true);
        var captive = await shop.GetAsync(probe);
        Assert.True(captive.Status == HttpStatusCode.Found, client);
        Assert.Equal("http://portal.test:8481/portal", captive.Location);
        Assert.Equal("no-store", captive.Headers["Cache-Control"]);
        Assert.InRange(captive.Html.Length, 5, 100);

        await shop.AcceptAsync();
        var passing = await shop.GetAsync(probe);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, passing.Status);
        Assert.Equal("close", passing.Headers["Connection"]);
        Assert.Contains("You are connected, but the Internet does not answer", passing.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"http://portal.test:8481/portal?lang=en\"", passing.Html, StringComparison.Ordinal);
        foreach (var open in new[] { "Success", "Microsoft Connect Test", "NetworkManager is online", "81ce4465-7167-4dcb-835b-dcc9e44c112a" })
            Assert.DoesNotContain(open, passing.Html, StringComparison.Ordinal);
        Assert.False(passing.Headers.ContainsKey("X-NetworkManager-Status"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("OPTIONS")]
    public async Task Whatever_is_done_to_another_host_leads_to_the_portal_and_nowhere_else(string method)
    {
        await using var shop = await Shop.OpenAsync(door: new PlayedDoor(), servesGuestsOnly: true);
        foreach (var host in new[] { "evil.example", "portal.test.evil.example", "xportal.test", "10.0.0.10", "10.0.0.1.evil.example", "[fd00::1]", "evil.example:8481" })
        {
            var answer = await shop.SendAsync(new(method), $"http://{host}/portal/accept?redir=http://evil.example", method == "POST" ? "token=x" : null);
            Assert.Equal((HttpStatusCode.Found, "http://portal.test:8481/portal"), (answer.Status, answer.Location));
            Assert.DoesNotContain("evil", answer.Html, StringComparison.Ordinal);
        }

        Assert.Empty(shop.Presence.Arrivals);
    }

    [Theory]
    [InlineData("http://portal.test/portal")]
    [InlineData("http://PORTAL.test:8481/portal")]
    [InlineData("http://10.0.0.1/portal")]
    [InlineData("http://10.0.0.1:8481/portal")]
    public async Task Our_name_and_our_address_are_us_with_any_port(string url)
    {
        await using var shop = await Shop.OpenAsync(door: new PlayedDoor(), servesGuestsOnly: true);
        Assert.Equal(HttpStatusCode.OK, (await shop.GetAsync(url)).Status);
    }

    [Fact]
    public async Task A_phone_that_the_door_does_not_know_is_led_to_the_portal_like_any_other()
    {
        await using var shop = await Shop.OpenAsync(door: new PlayedDoor(), servesGuestsOnly: true);
        Assert.Equal(HttpStatusCode.Found, (await shop.GetAsync("http://captive.apple.com/", "192.168.1.50")).Status);
    }

    [Fact]
    public async Task The_api_says_captive_before_and_how_long_and_how_much_after()
    {
        var door = new PlayedDoor { Passing = new(true, TimeSpan.FromSeconds(3599.5), 5_000_000_000) };
        await using var shop = await Shop.OpenAsync(door: door, servesGuestsOnly: true);
        shop.Tls = "https://portal.test:8482";
        var before = await shop.GetAsync("/captive-portal/api");
        Assert.Equal("application/captive+json", before.Headers["Content-Type"]);
        Assert.Contains("private", before.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.Equal(
            """{"captive":true,"user-portal-url":"https://portal.test:8482/portal","venue-info-url":"https://portal.test:8482/portal","can-extend-session":true}""", before.Html);

        var accepted = await shop.AcceptAsync();
        var after = await shop.GetAsync("/captive-portal/api");
        var keys = JsonNode.Parse(after.Html)!.AsObject();
        Assert.Equal(
            ["captive", "user-portal-url", "venue-info-url", "can-extend-session", "seconds-remaining", "bytes-remaining"], keys.Select(k => k.Key));
        Assert.False((bool)keys["captive"]!);
        Assert.Equal((3599L, 5_000_000_000L), ((long)keys["seconds-remaining"]!, (long)keys["bytes-remaining"]!));
        Assert.Equal("https://portal.test:8482" + accepted.Location!.Split('?')[0], (string?)keys["venue-info-url"]);
        Assert.True(after.Html.Length <= 4096);

        // Others hear nothing of it.
        foreach (var other in new[] { Shop.OtherPhone, "192.168.1.50" }) Assert.Equal(before.Html, (await shop.GetAsync("/captive-portal/api", other)).Html);
        var head = await shop.SendAsync(HttpMethod.Head, "/captive-portal/api");
        Assert.Equal((HttpStatusCode.OK, "", after.Html.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)), (head.Status, head.Html, head.Headers["Content-Length"]));
    }

    [Fact]
    public async Task A_passage_without_limits_names_none()
    {
        await using var shop = await Shop.OpenAsync(door: new PlayedDoor(), servesGuestsOnly: true);
        await shop.AcceptAsync();
        Assert.DoesNotContain("remaining", (await shop.GetAsync("/captive-portal/api")).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/portal", 200)]
    [InlineData("/captive-portal/api", 200)]
    [InlineData("/portal/me/AAAAAAAAAAAAAAAAAAAAAA", 404)]
    [InlineData("http://elsewhere.example/", 302)]
    public async Task Whoever_accepts_captive_documents_only_is_answered_as_anybody(string url, int status)
    {
        await using var shop = await Shop.OpenAsync(door: new PlayedDoor(), servesGuestsOnly: true);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            var answer = await shop.SendAsync(method, url, language: null, change: r => r.Headers.TryAddWithoutValidation("Accept", "application/captive+json"));
            Assert.Equal(status, (int)answer.Status);
        }
    }

    [Fact]
    public void A_machine_without_a_name_is_called_by_the_address_that_was_reached()
    {
        var here = new Here(null, IPAddress.Parse("fd00::1"), 80);
        Assert.Equal("http://[fd00::1]/portal", here.Portal);
        Assert.True(here.IsCalled("[fd00::1]"));
        Assert.True(here.IsCalled("[fd00::1]:80"));
        Assert.False(here.IsCalled("fd00::1"));
        Assert.False(here.IsCalled(""));
        Assert.Equal("http://[fe80::1]:8481", new Here(null, new IPAddress(IPAddress.Parse("fe80::1").GetAddressBytes(), 7), 8481).Origin);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace StoreEdge.SystemTests.Portal;

/// <summary>The guests' own web server at the socket: what it serves, what it never serves, and what crowds and dawdlers may do to it.</summary>
public sealed partial class GuestSiteTests(GuestSiteProcess site) : IClassFixture<GuestSiteProcess>
{
    [Theory]
    [InlineData("/portal", 200)]
    [InlineData("/captive-portal/api", 200)]
    [InlineData("/", 302)]
    [InlineData("/diagnostics", 404)]
    [InlineData("/diagnostics/status.json", 404)]
    [InlineData("/display/entrance", 404)]
    [InlineData("/health/ready", 404)]
    [InlineData("/health/live", 404)]
    [InlineData("/portal/../diagnostics", 404)]
    [InlineData("/portal/%2e%2e/diagnostics", 404)]
    [InlineData("/..%2f..%2fetc/passwd", 404)]
    public void Guests_have_the_portal_and_nothing_else(string path, int status) =>
        Assert.Equal(status, StatusOf(site.Ask($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")));

    [Theory]
    [InlineData("hEAD /portal", "127.0.0.1")]
    [InlineData("Head /captive-portal/api", "127.0.0.1")]
    [InlineData("head /", "captive.apple.com")]
    public void A_method_in_other_letters_is_no_fault_of_ours(string line, string host)
    {
        Assert.DoesNotContain("HTTP/1.1 500", site.Ask($"{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", site.Agent.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stores_own_pages_are_without_the_portal_then()
    {
        using var answer = await site.Agent.Http.GetAsync(new Uri("/portal", UriKind.Relative));
        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("GET /generate_204 HTTP/1.1\r\nHost: connectivitycheck.gstatic.com\r\n\r\n")]
    [InlineData("GET http://captive.apple.com/hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: \r\n\r\n")]
    [InlineData("GET /portal?next=//evil.example HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n\r\n")]
    [InlineData("POST /login HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\na=b")]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1]:1\r\nAccept: application/captive+json\r\n\r\n")]
    public void Whatever_is_meant_for_another_host_is_led_to_the_portal_and_nowhere_else(string request)
    {
        var answer = site.Ask(request);
        Assert.StartsWith("HTTP/1.1 302 Found", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nLocation: {site.Origin}/portal\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nCache-Control: no-store\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_probe_is_told_the_same_however_it_arrives()
    {
        const string Probe = "GET /generate_204 HTTP/1.1\r\nHost: connectivitycheck.gstatic.com\r\nConnection: close\r\n\r\n";
        using var inPieces = site.Connect("127.0.7.8");
        inPieces.Send(Encoding.ASCII.GetBytes(Probe[..40]));
        // So that the two pieces are two for the agent as well.
        Assert.False(inPieces.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead));
        inPieces.Send(Encoding.ASCII.GetBytes(Probe[40..]));
        string[] Lines(string answer) => [.. answer.Split("\r\n").Where(l => !l.StartsWith("Date:", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        var whole = site.Ask(Probe, "127.0.7.8");
        Assert.Matches("\r\nDate: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT\r\n", whole);
        Assert.Equal(Lines(whole), Lines(Encoding.ASCII.GetString(Read(inPieces))));
    }

    [Fact]
    public void Probes_one_behind_the_other_are_answered_in_turn_and_so_is_what_follows_for_us()
    {
        const string Probe = "GET / HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n";
        var answers = site.AskUntilClosed(
            Encoding.ASCII.GetBytes($"{Probe}HEAD / HTTP/1.1\r\nHost: neverssl.com\r\n\r\n{Probe}GET /captive-portal/api HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n{Probe.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)}"), "127.0.7.9");
        Assert.Equal(["302", "302", "302", "200", "302"], Statuses().Matches(answers).Select(m => m.Groups[1].Value));
        Assert.Equal(3, answers.Split($"<a href=\"{site.Origin}/portal\">Wi-Fi</a>").Length - 1);
        Assert.True(answers.Contains("\"captive\":", StringComparison.Ordinal), answers);
    }

    [Fact]
    public void Who_says_nothing_or_nothing_more_is_let_go()
    {
        using var silent = site.Connect("127.0.7.10");
        using var probed = site.Connect("127.0.7.10");
        probed.Send("GET / HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n"u8);
        Assert.True(probed.Receive(new byte[4096]) > 0);
        Assert.Equal(0, Closing(probed));
        Assert.Equal(0, Closing(silent));
    }

    [Fact]
    public void Who_asks_without_end_and_takes_no_answer_keeps_nobody_waiting()
    {
        using var greedy = site.Connect("127.0.7.11");
        greedy.Blocking = false;
        var probes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n", 1000)));
        var before = site.MemoryMegabytes;
        // Until the buffers of the kernel are full on both sides, or the agent has had enough.
        var sent = 0L;
        while (greedy.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectWrite))
        {
            var went = greedy.Send(probes, SocketFlags.None, out var fault);
            if (fault is not (SocketError.Success or SocketError.WouldBlock)) break;
            sent += went;
        }

        Assert.True(sent > 100_000, $"too little to fill anything: {sent} bytes");
        Assert.StartsWith("HTTP/1.1 302", site.Ask("GET / HTTP/1.1\r\nHost: captive.apple.com\r\nConnection: close\r\n\r\n", "127.0.7.11"), StringComparison.Ordinal);
        Assert.True(site.MemoryMegabytes - before < 20, $"one connection took {site.MemoryMegabytes - before:0.0} MB");
    }

    [Fact]
    public void After_the_acceptance_one_redirect_follows_and_what_was_led_here_is_cut_off()
    {
        const string Phone = "127.0.7.1";
        using var probing = site.Connect(Phone);
        probing.Send(Encoding.ASCII.GetBytes("GET /hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n"));
        Assert.True(probing.Receive(new byte[4096]) > 0);

        var token = Token().Match(site.Ask("GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: en\r\nConnection: close\r\n\r\n", Phone)).Groups[1].Value;
        var body = $"token={token}&lang=en";
        var accepted = site.Ask(
            $"POST /portal/accept HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}", Phone);
        Assert.StartsWith("HTTP/1.1 303 See Other", accepted, StringComparison.Ordinal);
        Assert.Matches(@"\r\nLocation: /portal/me/[A-Za-z0-9_-]{22}\?lang=en\r\n", accepted);
        Assert.Equal(0, Closing(probing));

        // No real server answers here, and nobody pretends that one did.
        var later = site.Ask("GET /hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n", Phone);
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable", later, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", later, StringComparison.Ordinal);
        Assert.Contains("\"captive\":false", site.Ask("GET /captive-portal/api HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", Phone), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\0c\r\n\r\n")]
    [InlineData(400, "GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData(400, "GET /portal HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData(400, "GET /portal\r\nSet-Cookie: a=b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")]
    [InlineData(400, "POST /portal/accept HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\na=b&c")]
    [InlineData(400, "POST /portal/accept HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData(505, "GET /portal HTTP/3.7\r\nHost: 127.0.0.1\r\n\r\n")]
    [InlineData(405, "DELETE /portal HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")]
    public void A_broken_request_is_answered_for_what_it_is(int status, string request) => Assert.Equal(status, StatusOf(site.Ask(request)));

    [Fact]
    public void Requests_larger_than_any_of_a_phone_are_refused()
    {
        Assert.Equal(431, StatusOf(site.Ask($"GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {new string('c', 20_000)}\r\n\r\n")));
        Assert.Equal(431, StatusOf(site.Ask($"GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\n{string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: a\r\n"))}\r\n")));
        Assert.Equal(414, StatusOf(site.Ask($"GET /{new string('p', 9000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")));
        Assert.Equal(413, StatusOf(site.Ask($"POST /portal/accept HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 999999\r\n\r\n")));
    }

    [Fact]
    public void Who_dawdles_over_the_headers_is_shown_out()
    {
        using var slow = site.Connect("127.0.7.2");
        slow.Send("GET /portal HTTP/1.1\r\nHost: 127."u8);
        Assert.Equal(408, StatusOf(Encoding.ASCII.GetString(Read(slow))));
    }

    [Fact]
    public void One_address_has_so_many_connections_and_others_are_served_meanwhile()
    {
        List<Socket> held = [];
        try
        {
            for (var i = 0; i < 40; i++) held.Add(site.Connect("127.0.7.3"));
            Assert.True(SpinWait.SpinUntil(() => held.Count(s => s.Poll(0, SelectMode.SelectRead) && s.Available == 0) == 8, TimeSpan.FromSeconds(60)));
            Assert.Equal(200, StatusOf(site.Ask("GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", "127.0.7.4")));
        }
        finally
        {
            held.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task Where_the_process_has_no_descriptor_left_the_oldest_guest_makes_room()
    {
        var own = new GuestSiteProcess();
        await own.InitializeAsync();
        List<Socket> held = [];
        try
        {
            var open = Directory.GetFiles($"/proc/{own.Agent.ProcessId}/fd").Length;
            using (var limit = Process.Start("prlimit", ["--pid", string.Create(CultureInfo.InvariantCulture, $"{own.Agent.ProcessId}"), string.Create(CultureInfo.InvariantCulture, $"--nofile={open + 60}")])) await limit.WaitForExitAsync();
            for (var i = 0; i < 100; i++) held.Add(own.Connect(string.Create(CultureInfo.InvariantCulture, $"127.2.0.{i + 1}")));
            Assert.StartsWith("HTTP/1.1 302", own.Ask("GET / HTTP/1.1\r\nHost: captive.apple.com\r\nConnection: close\r\n\r\n", "127.2.1.1"), StringComparison.Ordinal);
            Assert.Equal(200, StatusOf(own.Ask("GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", "127.2.1.2")));
        }
        finally
        {
            held.ForEach(s => s.Dispose());
            await own.DisposeAsync();
        }
    }

    [Fact]
    public void Two_thousand_silent_connections_of_invented_phones_keep_no_real_one_out()
    {
        List<Socket> held = [];
        try
        {
            for (var i = 0; i < 2000; i++)
            {
                held.Add(site.Connect(string.Create(CultureInfo.InvariantCulture, $"127.1.{i / 250}.{i % 250 + 1}")));
                if (i % 500 == 499) Assert.Equal(200, StatusOf(site.Ask("GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", "127.0.7.5")));
            }
        }
        finally
        {
            held.ForEach(s => s.Dispose());
        }
    }

    private static int StatusOf(string answer)
    {
        Assert.StartsWith("HTTP/1.1 ", answer, StringComparison.Ordinal);
        return int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    private static int Closing(Socket socket)
    {
        try
        {
            return socket.Receive(new byte[16]);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    private static byte[] Read(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = socket.Receive(buffer)) > 0;) all.Write(buffer, 0, read);
        return all.ToArray();
    }

    [GeneratedRegex("HTTP/1.1 ([0-9]{3}) ")]
    private static partial Regex Statuses();

    [GeneratedRegex("name=\"token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}

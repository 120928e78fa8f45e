using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Portal;

/// <summary>Requests as phones send them, damaged at random on the wire: nothing crashes, nothing fails without its cause in the log, nothing that was sent comes back as a place to go, and memory is bounded.</summary>
public sealed partial class RequestMutationTests(GuestSiteProcess site, ITestOutputHelper output) : IClassFixture<GuestSiteProcess>
{
    private const int Seed = 20261122, PerConnection = 8, Hands = 6;

    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "\r\n", "\n", "\r", "\0", "\r\n\r\n", " ", "\t", ":", "%", "%00", "%0d%0aX-Injected: 1", "\r\nX-Injected: 1\r\n", "\r\nLocation: http://evil.example/\r\n", "../", "..%2f", "%2e%2e/", "//", "\\",
            "http://evil.example/", "@evil.example", "Host: evil.example\r\n", "Host: 127.0.0.1\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 0\r\n", "Content-Length: -1\r\n",
            "Content-Length: 18446744073709551616\r\n", "Expect: 100-continue\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n", "Connection: close\r\n", "Accept: application/captive+json\r\n",
            "Accept-Language: ;q=,*;q=9,-\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n", "Content-Encoding: gzip\r\n", "X: " + new string('x', 900) + "\r\n", "\u00ff\u00fe", "\u00c0\u0080", "é", "&&==", "&token=",
            "<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{7*7}}", "%u0041", "+", ";", "#", "?", "lang=xx&done=xx", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET", "POST",
            "HEAD", "OPTIONS *", "CONNECT evil.example:443", "TRACE", "\u0016\u0003\u0001\u0002", "0\r\n\r\n", "ffffffff\r\n", "1;ext=\"x\r\n",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    /// <summary>Whatever a damaged request still waits for, a body or the end of its head, this gives it, and then is no request itself: the connection ends at once and not by a timeout.</summary>
    private static readonly byte[] Filler = Encoding.ASCII.GetBytes(new string('x', 10_000) + "\r\n\r\n");

    [Fact]
    public void Twenty_thousand_damaged_requests() => Send(20_000);

    [SlowFact]
    public void A_million_damaged_requests() => Send(1_000_000);

    private void Send(long wanted)
    {
        Batch(new Random(Seed), 500);
        var before = site.MemoryMegabytes;
        var watch = Stopwatch.StartNew();
        var statuses = new long[600];
        long answered = 0;
        Parallel.For(0, Hands, new() { MaxDegreeOfParallelism = Hands }, hand =>
        {
            var random = new Random(Seed + hand + 1);
            while (Interlocked.Read(ref answered) < wanted)
            {
                foreach (var status in Batch(random, 50))
                {
                    Interlocked.Increment(ref statuses[status]);
                    Interlocked.Increment(ref answered);
                }
            }
        });

        var after = site.MemoryMegabytes;
        var counts = string.Join(", ", statuses.Select((count, status) => (count, status)).Where(s => s.count > 0).Select(s => $"{s.status}: {s.count}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answered} answers in {watch.Elapsed.TotalSeconds:0} s ({counts}); {before:0} MB before, {after:0} MB after"));

        Assert.StartsWith("HTTP/1.1 200 ", site.Ask("GET /portal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.True(statuses[500] == 0, $"{counts}\n{site.Agent.Log}");
        // What a phone that passes is told of a host that does not answer, and of a version of HTTP that nobody has, are the only ones of this kind.
        Assert.Equal(0, statuses[501..503].Sum() + statuses[504] + statuses[506..].Sum());
        Assert.DoesNotContain("Exception", site.Agent.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", site.Agent.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("portal-failed", site.Agent.Log, StringComparison.Ordinal);
        Assert.True(after < before + 64, $"{before:0} MB before, {after:0} MB after");
    }

    /// <summary>Sends so many connections' worth of damaged requests, one behind the other, and returns the statuses that came back.</summary>
    private List<int> Batch(Random random, int connections)
    {
        var statuses = new List<int>();
        for (var c = 0; c < connections; c++)
        {
            var from = string.Create(CultureInfo.InvariantCulture, $"127.{random.Next(2, 10)}.{random.Next(250)}.{random.Next(1, 250)}");
            var bytes = new List<byte>();
            for (var i = 0; i < PerConnection; i++) bytes.AddRange(Damaged(random));
            bytes.AddRange(Filler);
            var answer = site.AskUntilClosed([.. bytes], from);
            var before = statuses.Count;
            foreach (Match status in Status().Matches(answer)) statuses.Add(int.Parse(status.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            // The last one is the filler's, unless a request had ended the connection itself: rather one too few.
            if (statuses.Count > before) statuses.RemoveAt(statuses.Count - 1);
            foreach (Match location in Location().Matches(answer))
                Assert.True(location.Groups[1].Value is "/portal" || location.Groups[1].Value.StartsWith("/portal/me/", StringComparison.Ordinal) || location.Groups[1].Value == $"{site.Origin}/portal", location.Value);
            Assert.DoesNotContain("\nX-Injected", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", answer, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", answer, StringComparison.OrdinalIgnoreCase);
        }

        return statuses;
    }

    private byte[] Damaged(Random random)
    {
        var bytes = new List<byte>(Encoding.Latin1.GetBytes(Sound(random)));
        // Most with one fault, which goes deepest; some sound, some in ruins.
        var faults = random.Next(10) switch { 0 => 0, < 7 => 1, < 9 => 2, _ => random.Next(3, 20) };
        for (var i = 0; i < faults && bytes.Count > 0; i++)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
                case 4: bytes.Insert(at, (byte)random.Next(256)); break;
                default: bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]); break;
            }
        }

        return [.. bytes];
    }

    private string Sound(Random random)
    {
        var host = random.Next(4) switch { 0 => "captive.apple.com", 1 => $"127.0.0.1:{site.Port}", _ => "127.0.0.1" };
        var headers = $"Host: {host}\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nAccept-Language: pt-BR,en;q=0.8\r\n";
        return random.Next(7) switch
        {
            0 => $"GET /portal?lang=en HTTP/1.1\r\n{headers}\r\n",
            1 => $"HEAD /captive-portal/api HTTP/1.1\r\n{headers}\r\n",
            2 => $"GET /captive-portal/api HTTP/1.1\r\n{headers}Accept: application/captive+json\r\n\r\n",
            3 => $"GET /portal/me/AAAAAAAAAAAAAAAAAAAAAA?lang=es&done=stop HTTP/1.1\r\n{headers}\r\n",
            4 => $"GET http://www.msftconnecttest.com/redirect HTTP/1.1\r\n{headers.Replace(host, "www.msftconnecttest.com", StringComparison.Ordinal)}\r\n",
            5 => Form("/portal/accept", headers, "token=" + Convert.ToBase64String(BitConverter.GetBytes(random.NextInt64())) + "&lang=en&number=4242&loyalty=on&marketing=on"),
            _ => Form("/portal/me/AAAAAAAAAAAAAAAAAAAAAA/choice", headers, "proof=x&offer=chair&decision=d&choice=want"),
        };
    }

    private static string Form(string path, string headers, string body) =>
        $"POST {path} HTTP/1.1\r\n{headers}Origin: http://127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    [GeneratedRegex(@"^HTTP/1\.[01] (\d{3}) ", RegexOptions.Multiline)]
    private static partial Regex Status();

    [GeneratedRegex(@"^Location: ([^\r\n]*)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Location();
}

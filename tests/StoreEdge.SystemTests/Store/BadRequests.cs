using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StoreEdge.SystemTests.Store;

/// <summary>Requests as no browser sends them, written by hand onto the wire.</summary>
public sealed class BadRequests(BadRequests.Open store) : IClassFixture<BadRequests.Open>
{
    [Theory]
    [InlineData("no such path", 404, "GET /nowhere HTTP/1.1\r\nHost: s\r\n\r\n")]
    [InlineData("a path of another charset", 404, "GET /display/%ff%fe HTTP/1.1\r\nHost: s\r\n\r\n")]
    [InlineData("a path that climbs", 404, "GET /display/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: s\r\n\r\n")]
    [InlineData("a wrong method", 405, "POST /diagnostics HTTP/1.1\r\nHost: s\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a method that deletes", 405, "DELETE /portal HTTP/1.1\r\nHost: s\r\n\r\n")]
    [InlineData("no user agent", 200, "GET /portal HTTP/1.1\r\nHost: s\r\n\r\n")]
    [InlineData("nonsense languages", 200, "GET /portal HTTP/1.1\r\nHost: s\r\nAccept-Language: ;;q=x,-,*-\r\n\r\n")]
    [InlineData("a header of another charset", 400, "GET /portal HTTP/1.1\r\nHost: s\r\nAccept-Language: \u00ff\r\n\r\n")]
    [InlineData("a path that ends in zeros", 400, "GET /portal/me/%00%00 HTTP/1.1\r\nHost: s\r\n\r\n")]
    [InlineData("a token that is none", 404, "GET /portal/me/AAAAAAAAAAAAAAAAAAAAA! HTTP/1.1\r\nHost: s\r\n\r\n")]
    [InlineData("no host", 400, "GET /portal HTTP/1.1\r\n\r\n")]
    [InlineData("no HTTP", 400, "\u0016\u0003\u0001garbage\r\n\r\n")]
    [InlineData("a form of another type", 415, "POST /portal/accept HTTP/1.1\r\nHost: s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("a form in broken escapes", 400, "POST /portal/accept HTTP/1.1\r\nHost: s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\ntoken=%zz")]
    [InlineData("a body said to be huge", 413, "POST /portal/accept HTTP/1.1\r\nHost: s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000000\r\n\r\n")]
    [InlineData("an acknowledgement that is none", 400, "POST /display/entrance/ack HTTP/1.1\r\nHost: s\r\nContent-Length: 4\r\n\r\nnull")]
    [InlineData("an acknowledgement of broken UTF-8", 400, "POST /display/entrance/ack HTTP/1.1\r\nHost: s\r\nContent-Length: 6\r\n\r\n{\"\u00ff\":1")]
    [InlineData("an acknowledgement without a length", 413, "POST /display/entrance/ack HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public async Task A_broken_request_is_answered_for_what_it_is(string what, int expected, string request)
    {
        var status = await AskAsync(Encoding.Latin1.GetBytes(request));
        Assert.True(status == expected, $"{what}: {status}, not {expected}");
        await AssertWellAsync();
    }

    [Fact]
    public async Task Requests_larger_than_any_of_ours_are_refused_before_they_are_read()
    {
        Assert.Equal(431, await AskAsync(Encoding.ASCII.GetBytes($"GET /portal HTTP/1.1\r\nHost: s\r\nX: {new string('x', 60_000)}\r\n\r\n")));
        Assert.Equal(414, await AskAsync(Encoding.ASCII.GetBytes($"GET /portal?{new string('x', 60_000)} HTTP/1.1\r\nHost: s\r\n\r\n")));
        var chunk = $"2000\r\n{new string('x', 0x2000)}\r\n";
        Assert.Equal(413, await AskAsync(Encoding.ASCII.GetBytes(
            $"POST /portal/accept HTTP/1.1\r\nHost: s\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}{chunk}0\r\n\r\n")));
        await AssertWellAsync();
    }

    /// <summary>The status that answers raw bytes.</summary>
    private async Task<int> AskAsync(byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, store.Agent.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request);
        }
        catch (IOException)
        {
            // The agent had read enough; its answer may still be there.
        }

        using var reader = new StreamReader(stream, Encoding.Latin1);
        var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.StartsWith("HTTP/1.1 ", line, StringComparison.Ordinal);
        return int.Parse(line!.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    /// <summary>Others are served as before, and nobody had to be told of a fault.</summary>
    private async Task AssertWellAsync()
    {
        Assert.Equal("ready\n", await store.Agent.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative)));
        Assert.DoesNotContain((await store.Agent.StatusAsync())["checks"]!.AsArray(), c => (string?)c!["verdict"] == "fail" && (string?)c["code"] == "portal");
        Assert.DoesNotContain("Exception", store.Agent.Log, StringComparison.Ordinal);
    }

    /// <summary>One store for all of them: what one does must not be felt by the next.</summary>
    public sealed class Open : IAsyncLifetime
    {
        internal AgentProcess Agent { get; } = new(mqttPort: null);

        public Task InitializeAsync() => Agent.StartAsync();

        public async Task DisposeAsync() => await Agent.DisposeAsync();
    }
}

using System.Text;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

/// <summary>What the doorstep answers by itself, and what it leaves to the web server.</summary>
public sealed class ProbeHeadTests
{
    [Theory]
    [InlineData("GET /hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n", "captive.apple.com", true, false)]
    [InlineData("HEAD /generate_204 HTTP/1.1\r\nhost:connectivitycheck.gstatic.com:80 \r\nUser-Agent: Dalvik/2.1.0 (Linux; U)\r\nConnection: Keep-Alive\r\n\r\n", "connectivitycheck.gstatic.com:80", false, false)]
    [InlineData("GET / HTTP/1.1\r\nAccept: */*\r\nConnection: close\r\nHost: 10.0.0.7:65535\r\n\r\nGET", "10.0.0.7:65535", true, true)]
    [InlineData("GET /a?b=c%20d HTTP/1.1\r\nHost: a\r\nCookie: x=y; z=\"w\"\r\nX-Connection: upgrade\r\n\r\n", "a", true, false)]
    public void A_plain_probe_is_read_to_its_end(string bytes, string host, bool wantsBody, bool ends)
    {
        Assert.True(ProbeHead.TryRead(Encoding.Latin1.GetBytes(bytes), out var head));
        Assert.Equal(host, Encoding.ASCII.GetString(head.Host));
        Assert.Equal((wantsBody, ends, bytes.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4), (head.WantsBody, head.Ends, head.Length));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("get / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nUser-Agent: none\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: \r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a:655350\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n: none\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-A: b\nc\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, keep-alive\r\n\r\n")]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("")]
    public void Whatever_is_not_plain_beyond_doubt_is_left_alone(string bytes) => Assert.False(ProbeHead.TryRead(Encoding.Latin1.GetBytes(bytes), out _));

    [Fact]
    public void A_plain_probe_cut_anywhere_is_not_one_yet()
    {
        var whole = "GET /success.txt HTTP/1.1\r\nHost: detectportal.firefox.com\r\nAccept: */*\r\n\r\n"u8;
        for (var length = 0; length < whole.Length; length++) Assert.False(ProbeHead.TryRead(whole[..length], out _));
        Assert.True(ProbeHead.TryRead(whole, out _));
    }
}

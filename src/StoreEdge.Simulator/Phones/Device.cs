using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.Phones;

/// <summary>What tells one phone from another: its source address, its browser and its language.</summary>
/// <param name="Source">Each phone has a loopback address of its own where the portal is on loopback; null leaves the choice to the system.</param>
/// <param name="UserAgent">Of a browser in use.</param>
/// <param name="KeepsCookies">Apple's captive assistant keeps none.</param>
internal sealed record Device(IPAddress? Source, string UserAgent, bool KeepsCookies)
{
    // As sent by current browsers and captive-portal assistants; weights roughly as phones are sold in Brazil.
    private static readonly IReadOnlyList<((string Text, bool Cookies) Agent, double Weight)> Browsers =
    [
        (("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36", true), 5),
        (("Mozilla/5.0 (Linux; Android 14; SM-A546E Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.81 Mobile Safari/537.36", true), 2),
        (("Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A325M) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", true), 2),
        (("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", false), 2),
        (("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", true), 1),
        (("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", true), 1),
    ];

    public static Device Draw(ulong seed, int number, bool onLoopback)
    {
        var chance = Xoshiro.For(seed, "browser", number);
        var (agent, cookies) = chance.Weighted(Browsers);
        // 127.64–127.127, by seed and person: two runs with different seeds are different phones to an agent that still remembers the first.
        var source = onLoopback ? new IPAddress([127, (byte)(64 + seed % 64), (byte)(number / 250), (byte)(1 + number % 250)]) : null;
        return new(source, agent, cookies);
    }

    public HttpClient Open(string language)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = 5,
            UseCookies = KeepsCookies,
            AutomaticDecompression = DecompressionMethods.All,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        if (Source is { } source)
        {
            handler.ConnectCallback = async (context, stop) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    socket.Bind(new IPEndPoint(source, 0));
                    await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", UserAgent);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        var plain = language.Split('-')[0];
        client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Accept-Language", plain == language ? $"{language};q=1.0" : string.Create(CultureInfo.InvariantCulture, $"{language},{plain};q=0.9"));
        return client;
    }
}

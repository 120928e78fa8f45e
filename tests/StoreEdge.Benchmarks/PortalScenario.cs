using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace StoreEdge.Benchmarks;

/// <summary>
/// The guests' web server beside nginx, in turns and under the same load (wrk, 32 connections kept open): the redirect that a probe gets, against nginx's static one, and the portal's page,
/// which has a token of its own each time, against a file of the same size. Then what 500 guests cost in memory.
/// </summary>
internal static partial class PortalScenario
{
    private const int Connections = 32, Guests = 500;
    private const string Redirect = "/hotspot-detect.html", Page = "/portal";
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(4);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Setting setting)
    {
        if (!IsThere("nginx") || !IsThere("wrk"))
        {
            Console.Error.WriteLine("portal: left out; it needs nginx and wrk: apt-get install nginx-light wrk");
            return [];
        }

        using var publishes = new Publishes(setting);
        using var scratch = setting.Scratch();
        var (guests, other) = (Broker.FreePort(), Broker.FreePort());
        using var agent = await AgentProcess.StartAsync(publishes.Portable, scratch.Path, guests: guests);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{guests}") };
        var page = await EventuallyAsync(http);
        using var nginx = Nginx(scratch.Path, other, guests, page);
        try
        {
            using var theirs = new HttpClient { BaseAddress = new($"http://127.0.0.1:{other}") };
            await EventuallyAsync(theirs);
            return await MeasureAsync(setting, agent, guests, other);
        }
        finally
        {
            nginx.Kill(entireProcessTree: true);
            await nginx.WaitForExitAsync();
        }
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(Setting setting, AgentProcess agent, int guests, int other)
    {
        List<(double, double)> redirects = [], pages = [], slowest = [];
        for (var round = -1; round < setting.Rounds; round++)
        {
            var (theirs, _) = await AskAsync(other, Redirect);
            var (ours, _) = await AskAsync(guests, Redirect);
            var (theirPages, theirSlowest) = await AskAsync(other, Page);
            var (ourPages, ourSlowest) = await AskAsync(guests, Page);
            if (round < 0) continue;
            redirects.Add((ours, theirs));
            pages.Add((ourPages, theirPages));
            slowest.Add((ourSlowest, theirSlowest));
        }

        var (_, before) = agent.MemoryMegabytes();
        for (var guest = 0; guest < Guests; guest++) await AcceptAsync(guests, string.Create(CultureInfo.InvariantCulture, $"127.3.{guest / 200}.{guest % 200 + 1}"));
        var (resident, after) = agent.MemoryMegabytes();
        return
        [
            Figure.Of("redirects to the portal", "/s", "nginx, static 302", redirects),
            Figure.Of("portal pages, each with its token", "/s", "nginx, a file of the size", pages),
            Figure.Of($"portal page, p99 at {Connections} connections", "ms", "nginx, a file of the size", slowest),
            new($"resident with {Guests} sessions, after the load", resident, "MB"),
            new($"private, {Guests} sessions more", after - before, "MB"),
        ];
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(d => File.Exists(Path.Combine(d, program)));

    private static async Task<byte[]> EventuallyAsync(HttpClient http)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await beat.WaitForNextTickAsync())
        {
            try
            {
                return await http.GetByteArrayAsync(new Uri(Page, UriKind.Relative));
            }
            catch (HttpRequestException)
            {
                // The guests' server starts a moment after the store's own.
            }
        }

        throw new UnreachableException();
    }

    private static Process Nginx(string directory, int port, int portal, byte[] page)
    {
        File.WriteAllBytes(Path.Combine(directory, "page"), page);
        var file = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            user root;
            worker_processes auto;
            pid {{directory}}/nginx.pid;
            error_log {{directory}}/nginx.log;
            events { worker_connections 1024; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              server {
                listen 127.0.0.1:{{port}};
                add_header Cache-Control no-store;
                location = {{Page}} { default_type text/html; alias {{directory}}/page; }
                location / { return 302 http://127.0.0.1:{{portal}}/portal; }
              }
            }
            """);
        return Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-c", file, "-e", $"{directory}/nginx.log"]))!;
    }

    private static async Task<(double PerSecond, double SlowestMilliseconds)> AskAsync(int port, string path)
    {
        string[] arguments =
        [
            "-t1", $"-c{Connections}", string.Create(CultureInfo.InvariantCulture, $"-d{Load.TotalSeconds:0}s"), "--latency", "-H", path == Page ? "Accept-Language: en" : "Host: captive.apple.com",
            $"http://127.0.0.1:{port}{path}",
        ];
        using var wrk = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        var said = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        // wrk counts a redirect as what it is; anything else that is no success would make a figure of nothing.
        if (said.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException($"{path} on {port} was not answered:\n{said}");
        var slowest = Slowest().Match(said);
        var scale = slowest.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
        return (double.Parse(PerSecond().Match(said).Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(slowest.Groups[1].Value, CultureInfo.InvariantCulture) * scale);
    }

    private static async Task AcceptAsync(int port, string from)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (context, stop) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = new($"http://127.0.0.1:{port}") };
        var page = await http.GetStringAsync(new Uri(Page + "?lang=en", UriKind.Relative));
        using var form = new FormUrlEncodedContent([new("token", Token().Match(page).Groups[1].Value), new("lang", "en")]);
        using var accepted = await http.PostAsync(new Uri("/portal/accept", UriKind.Relative), form);
        if (accepted.StatusCode != HttpStatusCode.SeeOther) throw new InvalidOperationException($"a guest was not let in: {accepted.StatusCode}");
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Slowest();

    [GeneratedRegex("name=\"token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Gate;

/// <summary>
/// How long after the tap the Internet is there, beside nodogsplash in the same run: two guest networks of the same make, in turns. Whoever has built nodogsplash names the directory with it in
/// STOREEDGE_NODOGSPLASH.
/// </summary>
public sealed partial class BesideNodogsplashTests(ITestOutputHelper output)
{
    private const int Rounds = 100, Phones = 5, HttpPort = 8481, TheirPort = 2050;

    [NodogsplashFact]
    public async Task From_the_tap_until_packets_pass()
    {
        using var ours = new GuestNetwork(Phones);
        using var theirs = new GuestNetwork(Phones);
        using var servers = new Servers(ours, 443);
        using var theirServers = new Servers(theirs, 443);
        await using var agent = ours.Agent(configuration => configuration["portal"] = new JsonObject { ["zone"] = "entrance", ["listen"] = $"[::]:{HttpPort}", ["postsPerMinute"] = 1000 });
        await agent.StartAsync();
        var other = await Nodogsplash.StartAsync(theirs);
        var (portal, splash) = (new Uri($"http://{GuestNetwork.GatewayAddress}:{HttpPort}/portal"), new Uri($"http://{GuestNetwork.GatewayAddress}:{TheirPort}/"));
        List<double> oursTook = [], theirsTook = [];
        for (var round = 0; round < Rounds; round++)
        {
            var phone = ours.Phones[round % Phones];
            using (var browser = phone.Browser())
            {
                var (_, took, own) = await Opening.AfterAcceptingAsync(phone, browser, portal);
                oursTook.Add(took);
                await browser.LeaveAsync(own);
            }

            phone = theirs.Phones[round % Phones];
            using (var browser = phone.Browser())
            {
                Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
                var page = await browser.GetStringAsync(splash);
                using var opening = new Opening(phone);
                var click = Stopwatch.GetTimestamp();
                var accepting = browser.GetAsync(new Uri(splash, "/nodogsplash_auth/?tok=" + Token().Match(page).Groups[1].Value + "&redir=http%3A%2F%2Fexample.com"));
                var opened = opening.AtAsync();
                using var accepted = await accepting;
                theirsTook.Add(Stopwatch.GetElapsedTime(click, await opened).TotalMilliseconds);
            }

            other.Leave(phone.Address);
        }

        output.WriteLine($"{Rounds} times, in turns: the agent {Opening.Of(oursTook)}; nodogsplash {Opening.Of(theirsTook)}");
        if (ours.Phone.Network.Try("wrk", "-v").Output.Contains("not found", StringComparison.Ordinal)) return;
        var elsewhere = new Uri($"http://{GuestNetwork.InternetAddress}/hotspot-detect.html");
        for (var round = 0; round < 3; round++)
        {
            output.WriteLine($"redirects/s: the agent {PerSecond(ours, elsewhere)}, nodogsplash {PerSecond(theirs, elsewhere)}");
            output.WriteLine($"pages/s: the agent {PerSecond(ours, portal)}, nodogsplash {PerSecond(theirs, splash)}");
        }
    }

    /// <summary>Answers to one phone over 16 connections that stay open, as wrk counts them.</summary>
    private static string PerSecond(GuestNetwork guests, Uri what) =>
        Rate().Match(guests.Phones[^1].Network.Run("wrk", "-t1", "-c16", "-d3s", $"{what}")).Groups[1].Value;

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex("name=\"tok\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    private sealed class Nodogsplash(GuestNetwork guests, string directory, string socket)
    {
        public static async Task<Nodogsplash> StartAsync(GuestNetwork guests)
        {
            var directory = Environment.GetEnvironmentVariable(NodogsplashFactAttribute.Variable)!;
            var (file, socket) = (Path.Combine(guests.Directory, "nodogsplash.conf"), Path.Combine(guests.Directory, "ndsctl"));
            await File.WriteAllTextAsync(file, $$"""
                GatewayInterface {{GuestNetwork.GuestInterface}}
                GatewayAddress {{GuestNetwork.GatewayAddress}}
                GatewayPort {{TheirPort}}
                WebRoot {{directory}}/resources
                NdsctlSocket {{socket}}
                StateFile {{guests.Directory}}/state
                FirewallRuleSet authenticated-users {
                  FirewallRule allow all
                }

                """);
            var program = guests.Run(guests.Gateway, $"{directory}/nodogsplash", "-f", "-d", "1", "-c", file);
            using var browser = guests.Phone.Browser();
            await Eventually.True(() => program.HasExited || guests.Phone.ConnectAsync(GuestNetwork.GatewayAddress, TheirPort).GetAwaiter().GetResult() == "open", "nodogsplash");
            Assert.False(program.HasExited, File.ReadAllText(Path.Combine(guests.Directory, "nodogsplash.log")));
            return new(guests, directory, socket);
        }

        public void Leave(IPAddress address) => guests.Gateway.Run($"{directory}/ndsctl", "-s", socket, "deauth", $"{address}");
    }
}

/// <summary>Skipped where no nodogsplash was named.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodogsplashFactAttribute : FactAttribute
{
    public const string Variable = "STOREEDGE_NODOGSPLASH";

    public NodogsplashFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "only root may make networks";
        else if (Environment.GetEnvironmentVariable(Variable) is null) Skip = $"{Variable} names no directory with nodogsplash, ndsctl and resources (build it from its own sources)";
    }
}

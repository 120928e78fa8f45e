using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Satellites;

/// <summary>Two real processes: a store, and a second device that hears for it.</summary>
public sealed class SatelliteTests
{
    [Fact]
    public async Task Who_stands_by_a_satellite_arrives_and_its_sudden_death_makes_nobody_leave()
    {
        await using var agent = Store(out _);
        await using var satellite = await SatelliteProcess.PairedAsync(agent);
        await agent.StartAsync();
        satellite.Start();
        await using (var visitor = await Visitor.ComesInAsync(satellite.Socket))
        {
            await EventAsync(agent, "arrival");
            var receiver = await ReceiverAsync(agent, r => (bool)r["connected"]! && (string?)r["link"] is { } link && link.Contains("round trip", StringComparison.Ordinal));
            Assert.True((long)receiver["frames"]! > 0);

            await satellite.KillAsync();
            await ReceiverAsync(agent, r => !(bool)r["connected"]!);
        }

        // Nobody can hear the visitor now. Blindness holds exits up: longer than the longest learned silence of a tag that sends ten times a second.
        using (var longer = new PeriodicTimer(TimeSpan.FromSeconds(12))) await longer.WaitForNextTickAsync();
        Assert.Equal(1, (await agent.StatusAsync())["presentNow"]!.GetValue<int>());
        Assert.DoesNotContain(await EventsAsync(agent), e => e.EndsWith("departure", StringComparison.Ordinal));

        // Healed, and the visitor really gone: now silence counts.
        satellite.Start();
        using var stranger = await Visitor.ReachAsync(satellite.Socket);
        await stranger.SendAsync(Visitor.Header());
        await ReceiverAsync(agent, r => (bool)r["connected"]!);
        await EventAsync(agent, "departure");
    }

    [Fact]
    public async Task A_satellite_that_is_not_paired_any_more_is_out_within_seconds_forgets_everybody_and_the_store_says_whom_to_pair()
    {
        await using var agent = Store(out _);
        await using var satellite = await SatelliteProcess.PairedAsync(agent);
        await agent.StartAsync();
        satellite.Start();
        await using var visitor = await Visitor.ComesInAsync(satellite.Socket);
        await EventAsync(agent, "arrival");

        await satellite.UnpairAsync();
        await ReceiverAsync(agent, r => !(bool)r["connected"]!);
        await Eventually.True(() => satellite.Log.Contains("forgotten", StringComparison.Ordinal), "the satellite to say that it forgot");
        await CheckAsync(agent, $"satellite-refused:{SatelliteProcess.Name}", c => ((string)c["nextAction"]!).Contains($"satellite pair {SatelliteProcess.Name}", StringComparison.Ordinal));

        // A certificate of our own making under its name is a stranger's all the same.
        var (certificate, key) = StoreEdge.Agent.Satellites.SatelliteIdentity.Create("impostor");
        var pairing = JsonNode.Parse(await File.ReadAllTextAsync(satellite.PairingFile))!.AsObject();
        (pairing["certificate"], pairing["key"]) = (certificate, key);
        await satellite.KillAsync();
        await File.WriteAllTextAsync(satellite.PairingFile, pairing.ToJsonString());
        satellite.Start();
        await CheckAsync(agent, "satellite-refused", c => ((string)c["evidence"]!).Contains("calls itself impostor", StringComparison.Ordinal));

        await satellite.KillAsync();
        await satellite.PairAsync();
        satellite.Start();
        await using var again = await Visitor.ComesInAsync(satellite.Socket);
        await ReceiverAsync(agent, r => (bool)r["connected"]!);
    }

    [Fact]
    public async Task A_satellite_tells_nothing_to_a_store_that_is_not_its_own_and_a_scanner_gets_nothing()
    {
        await using var agent = Store(out var port);
        await using var satellite = await SatelliteProcess.PairedAsync(agent);
        var pairing = JsonNode.Parse(await File.ReadAllTextAsync(satellite.PairingFile))!.AsObject();
        pairing["storeFingerprint"] = new string('a', 64);
        await File.WriteAllTextAsync(satellite.PairingFile, pairing.ToJsonString());
        await agent.StartAsync();
        satellite.Start();
        await Eventually.True(() => satellite.Log.Contains("is not the store that this satellite was paired with", StringComparison.Ordinal), "the satellite to turn away");
        Assert.False((bool)(await ReceiverAsync(agent, _ => true))["connected"]!);

        using var scanner = new TcpClient();
        await scanner.ConnectAsync(IPAddress.Loopback, port);
        await scanner.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        var answer = new MemoryStream();
        try
        {
            await scanner.GetStream().CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(15));
        }
        catch (IOException)
        {
            // Thrown out.
        }

        Assert.InRange(answer.Length, 0, 16);
        Assert.Equal(200, (int)(await agent.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task What_passes_between_the_two_shows_no_address_no_beacon_no_customer_and_no_pseudonym()
    {
        await using var agent = Store(out var port);
        await using var wire = new Relay(port);
        await using var satellite = await SatelliteProcess.PairedAsync(agent, new(IPAddress.Loopback, wire.Port));
        await agent.StartAsync();
        satellite.Start();
        await using var visitor = await Visitor.ComesInAsync(satellite.Socket);
        await EventAsync(agent, "arrival");
        await Eventually.True(() => wire.Seen.Length > 5000, "some seconds of sightings");
        var seen = wire.Seen;
        var (code, exported, _) = await AgentProcess.CommandAsync(null, "journal", "export", "--directory", agent.State);
        Assert.Equal(0, code);
        var subject = (string)JsonNode.Parse(exported.Split('\n')[0])!["data"]!["subject"]!;
        Assert.StartsWith("k1-", subject, StringComparison.Ordinal);
        byte[] uuid = Convert.FromHexString("f7826da64fa24e988024bc5b71e0893e"), address = [0x11, 0x22, 0x33, 0x44, 0x55, 0xC6];
        byte[][] secrets =
        [
            uuid, [.. uuid.Reverse()], address, [.. address.Reverse()], Encoding.ASCII.GetBytes("f7826da6-4fa2"), Encoding.ASCII.GetBytes("F7826DA6"), Encoding.ASCII.GetBytes("C6:55:44"),
            Encoding.ASCII.GetBytes("C-42"), Encoding.ASCII.GetBytes("4242"), Encoding.ASCII.GetBytes(subject), Encoding.ASCII.GetBytes("ibeacon"), Encoding.ASCII.GetBytes("5e5e5e5e"),
            Encoding.ASCII.GetBytes("entries"), Encoding.ASCII.GetBytes(SatelliteProcess.Name), Encoding.ASCII.GetBytes(SatelliteProcess.Receiver),
        ];
        Assert.All(secrets, s => Assert.True(seen.AsSpan().IndexOf(s) < 0, Encoding.Latin1.GetString(s)));
        // Nor has the satellite written any of it down.
        Assert.All(secrets.Skip(4).Take(8), s => Assert.DoesNotContain(Encoding.Latin1.GetString(s), satellite.Log, StringComparison.Ordinal));
    }

    private static AgentProcess Store(out int port)
    {
        var chosen = 0;
        var agent = new AgentProcess(null, c =>
        {
            AgentProcess.EnrolFromFile(c);
            chosen = SatelliteProcess.Place(c);
        });
        port = chosen;
        return agent;
    }

    private static Task<List<string>> EventAsync(AgentProcess agent, string type) => Eventually.Get(() => EventsAsync(agent), e => e.Any(t => t.EndsWith(type, StringComparison.Ordinal)), type);

    private static async Task<List<string>> EventsAsync(AgentProcess agent) => [.. (await agent.StatusAsync())["events"]!.AsArray().Select(e => (string)e!["type"]!)];

    private static async Task<JsonNode> ReceiverAsync(AgentProcess agent, Func<JsonNode, bool> enough, TimeSpan? within = null) =>
        await Eventually.Get(async () => (await agent.StatusAsync())["receivers"]![0]!, enough, "the receiver", within);

    private static Task<JsonArray> CheckAsync(AgentProcess agent, string code, Func<JsonNode, bool> enough) => Eventually.Get(
        async () => (await agent.StatusAsync())["checks"]!.AsArray(), checks => checks.Any(c => (string)c!["code"]! == code && enough(c)), $"the check {code}");

    /// <summary>Hands bytes on both ways and keeps a copy, as a tap on the cable would.</summary>
    private sealed class Relay : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, Checkout.FreePort());
        private readonly CancellationTokenSource stop = new();
        private readonly ConcurrentQueue<byte[]> seen = [];
        private readonly Task running;

        public Relay(int to)
        {
            listener.Start();
            running = RunAsync(to);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public byte[] Seen => [.. seen.SelectMany(b => b)];

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            listener.Stop();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }

        private async Task RunAsync(int to)
        {
            while (true)
            {
                using var satellite = await listener.AcceptTcpClientAsync(stop.Token);
                using var store = new TcpClient();
                try
                {
                    await store.ConnectAsync(IPAddress.Loopback, to, stop.Token);
                    await Task.WhenAny(CopyAsync(satellite, store), CopyAsync(store, satellite));
                }
                catch (SocketException)
                {
                    // The store is not up yet: the satellite comes again.
                }
            }
        }

        private async Task CopyAsync(TcpClient from, TcpClient to)
        {
            var buffer = new byte[4096];
            try
            {
                while (await from.GetStream().ReadAsync(buffer, stop.Token) is > 0 and var count)
                {
                    seen.Enqueue(buffer[..count]);
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count), stop.Token);
                }
            }
            catch (IOException)
            {
                // One side left.
            }
        }
    }
}

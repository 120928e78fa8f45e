using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Store;

/// <summary>What must not be kept or told is looked for byte by byte, wherever a store leaves bytes.</summary>
public sealed class PrivacyTests
{
    private const string Scenario = "default";
    private const int Seconds = 20, Seed = 7;

    [Fact]
    public async Task No_address_no_strangers_id_and_no_customer_number_is_anywhere_but_in_the_enrolment()
    {
        var told = new ConcurrentQueue<(string Topic, byte[] Payload)>();
        await using var broker = await Broker.StartedAsync();
        await using var listener = new MosquittoClient(new("listener", Broker.Host, broker.Port), m => told.Enqueue((m.Topic, m.Payload.ToArray())), TimeProvider.System);
        await listener.ConnectAsync(CancellationToken.None);
        await listener.SubscribeAsync($"{Topics.Root}/#", MqttQos.AtLeastOnce);
        await using var agent = new AgentProcess(broker.Port, c => c["footfall"] = new JsonObject { ["enabled"] = true });
        await using var simulation = new Simulation(agent, broker.Port);
        await agent.StartAsync();
        var result = await simulation.ResultOf(simulation.Run(Scenario, Seconds, Seed), TimeSpan.FromSeconds(90));
        Assert.True((int)result["arrivals_reported"]! > 0, result.ToJsonString());
        var places = new List<(string Name, byte[] Bytes)>();
        foreach (var page in new[] { "/diagnostics", "/diagnostics/status.json", "/portal", "/display/entrance" })
        {
            using var answer = await agent.Http.GetAsync(new Uri(page, UriKind.Relative));
            places.Add((page, await answer.Content.ReadAsByteArrayAsync()));
        }

        // Killed rather than stopped: a tidy end would empty the write-ahead log before it was searched.
        await agent.KillAsync();
        places.AddRange(Directory.EnumerateFiles(agent.State, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)).Select(f => (f, File.ReadAllBytes(f))));
        places.Add((agent.LogFile, await File.ReadAllBytesAsync(agent.LogFile)));
        // What central sends down is the list itself; a store's own words are the rest.
        places.AddRange(told.Where(m => !m.Topic.EndsWith("/desired/enrolment", StringComparison.Ordinal)).Select(m => (m.Topic, m.Payload)));
        Assert.Contains(places, p => p.Name.EndsWith(".db-wal", StringComparison.Ordinal) && p.Bytes.Length > 0);

        var (addresses, strangers, enrolled, customers) = await AirAsync();
        Assert.True(addresses.Count > 50 && strangers.Count > 3 && enrolled.Count > 5 && customers.Count > 5, $"{addresses.Count} {strangers.Count} {enrolled.Count} {customers.Count}");
        var copy = Assert.Single(places, p => Path.GetFileName(p.Name) == "enrolment.last-good.json");
        // The search itself: what must be in the copy is found there.
        Assert.Equal(enrolled.Count, enrolled.Count(e => Forms(e).Any(form => copy.Bytes.AsSpan().IndexOf(form) >= 0)));

        var leaks = new List<string>();
        foreach (var (name, bytes) in places)
        {
            void Search(string what, IEnumerable<string> ids, Func<string, IEnumerable<byte[]>> forms) =>
                leaks.AddRange(ids.Where(id => forms(id).Any(form => bytes.AsSpan().IndexOf(form) >= 0)).Select(id => $"{what} {id} in {name}"));

            Search("address", addresses, Forms);
            Search("stranger", strangers, Forms);
            if (name == copy.Name) continue;
            Search("beacon", enrolled, Forms);
            Search("customer", customers, c => [Encoding.UTF8.GetBytes(c)]);
        }

        Assert.True(leaks.Count == 0, string.Join(Environment.NewLine, leaks.Take(20)));
    }

    /// <summary>The same air once more, written to files and read with the agent's own decoder.</summary>
    private static async Task<(HashSet<string> Addresses, HashSet<string> Strangers, HashSet<string> Enrolled, HashSet<string> Customers)> AirAsync()
    {
        var directory = Directory.CreateTempSubdirectory("storeedge-air-").FullName;
        var log = Path.Combine(directory, "render.log");
        using (var render = Checkout.Start(
            Checkout.Simulator, log, ["render", "--scenario", Scenario, "--seed", Seed.ToString(CultureInfo.InvariantCulture), "--seconds", Seconds.ToString(CultureInfo.InvariantCulture), "--output", directory]))
        {
            await render.WaitForExitAsync();
            Assert.True(render.ExitCode == 0, await File.ReadAllTextAsync(log));
        }

        var list = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(directory, "enrolment.json")))!["entries"]!.AsArray();
        var registered = list.SelectMany(e => e!["beacons"]!.AsArray()).Select(b => (string)b!).ToHashSet();
        var customers = list.SelectMany(e => new[] { (string?)e!["customer"], (string?)e["loyaltyNumber"] }).Where(c => c is not null).Select(c => $"\"{c}\"").ToHashSet();
        var hex = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(directory, "*.btsnoop"))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            // 16 bytes of header; each record: original length, included length (big-endian), flags, drops and time stamp, 24 bytes together; the packet begins with its H4 type.
            for (int at = 16, length; at < bytes.Length; at += 24 + length)
            {
                length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 4));
                hex.AppendLine(Convert.ToHexStringLower(bytes.AsSpan(at + 24, length)));
            }
        }

        var (code, output, error) = await AgentProcess.CommandAsync(hex.ToString(), "decode");
        Assert.True(code == 0, error);
        HashSet<string> addresses = [], strangers = [], enrolled = [];
        foreach (var frame in output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!))
        {
            addresses.Add(((string)frame["address"]!).Replace(":", "", StringComparison.Ordinal));
            if (Id(frame) is var (search, registry)) (registered.Contains(registry) ? enrolled : strangers).Add(search);
        }

        return (addresses, strangers, enrolled, customers);
    }

    // The part of an id that is random by itself (major and minor alone would be found in any file), and the id as the registry writes it.
    private static (string Search, string Registry)? Id(JsonNode frame) => (string)frame["format"]! switch
    {
        "ibeacon" => ((string)frame["uuid"]!, $"ibeacon:{frame["uuid"]}/{frame["major"]}/{frame["minor"]}"),
        "altbeacon" => ((string)frame["id"]!, $"altbeacon:{(string)frame["manufacturer"]!}/{(string)frame["id"]!}"),
        "eddystone-uid" => ((string)frame["namespace"]!, $"eddystone-uid:{(string)frame["namespace"]!}/{(string)frame["instance"]!}"),
        _ => null,
    };

    /// <summary>How a program may write bytes: as they are, turned round, in hexadecimal of either case, with colons or dashes.</summary>
    private static IEnumerable<byte[]> Forms(string id)
    {
        var bytes = Convert.FromHexString(id.Replace("-", "", StringComparison.Ordinal));
        foreach (var order in new[] { bytes, bytes.Reverse().ToArray() })
        {
            yield return order;
            foreach (var text in new[] { Convert.ToHexString(order), BitConverter.ToString(order), BitConverter.ToString(order).Replace('-', ':'), id })
            {
                yield return Encoding.ASCII.GetBytes(text.ToUpperInvariant());
                yield return Encoding.ASCII.GetBytes(text.ToLowerInvariant());
            }
        }

        // .NET's own binary form of a UUID turns its first three fields round.
        if (Guid.TryParse(id, out var uuid)) yield return uuid.ToByteArray();
    }
}

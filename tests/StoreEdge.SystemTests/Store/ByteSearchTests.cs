using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Store;

/// <summary>A thousand enrolled devices of all kinds and a thousand others at the door: whoever takes the machine afterwards finds none of their addresses, ids and keys.</summary>
public sealed class ByteSearchTests
{
    private const int Enrolled = 1000, Others = 1000, Exponent = 10;
    private static readonly DateTimeOffset Registered = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<string> secrets = [];
    private readonly List<string> words = [];
    private readonly List<byte[]> frames = [];

    [Fact]
    public async Task Of_a_thousand_enrolled_and_a_thousand_other_devices_no_address_id_or_key_is_left_anywhere()
    {
        var told = new ConcurrentQueue<(string Topic, byte[] Payload)>();
        await using var broker = await Broker.StartedAsync(extra: "max_queued_messages 0");
        await using var listener = new MosquittoClient(new("listener", Broker.Host, broker.Port), m => told.Enqueue((m.Topic, m.Payload.ToArray())), TimeProvider.System);
        await listener.ConnectAsync(CancellationToken.None);
        await listener.SubscribeAsync($"{Topics.Root}/#", MqttQos.AtLeastOnce);
        var list = Crowd();
        var registry = Path.Combine(Directory.CreateTempSubdirectory("storeedge-crowd-").FullName, "enrolment.json");
        await File.WriteAllTextAsync(registry, list);
        await using var agent = new AgentProcess(broker.Port, configuration => configuration["enrolment"]!["file"] = registry);
        await agent.StartAsync();

        // The search itself: what stands in the list is found there, all but the addresses, ids and keys of strangers.
        var search = new Search(secrets.Concat(words));
        Assert.True(search.In(await File.ReadAllBytesAsync(registry)).Count >= Enrolled);

        using (var door = await Visitor.ReachAsync(agent, "door-in"))
        {
            await door.SendAsync(Visitor.Header());
            await Eventually.Get(
                async () =>
                {
                    foreach (var frame in frames) await door.SendAsync(frame);
                    return (int)(await agent.StatusAsync())["presentNow"]!;
                },
                present => present >= Enrolled, "everybody enrolled is present", TimeSpan.FromSeconds(60));
        }

        var arrivals = await Eventually.Get(
            () => Task.FromResult(told.Where(m => m.Topic.EndsWith("/evt/arrival", StringComparison.Ordinal)).Select(m => JsonNode.Parse(m.Payload)!["data"]!).ToList()),
            all => all.Count >= Enrolled, "every arrival at the broker", TimeSpan.FromSeconds(30));
        Assert.Equal(Enrolled, arrivals.Select(a => (string)a["subject"]!).Distinct().Count());
        Assert.Equal((600, 400), (arrivals.Count(a => (string)a["assurance"]! == "low"), arrivals.Count(a => (string)a["assurance"]! == "medium")));
        Assert.Equal(300, arrivals.Count(a => a["proof"] is not null));

        var places = new List<(string Name, byte[] Bytes)>();
        foreach (var page in new[] { "/diagnostics", "/diagnostics/status.json", "/metrics", "/portal", "/display/entrance", "/health/ready" })
        {
            using var answer = await agent.Http.GetAsync(new Uri(page, UriKind.Relative));
            places.Add((page, await answer.Content.ReadAsByteArrayAsync()));
        }

        var identity = JsonNode.Parse(places[1].Bytes)!["identity"]!;
        Assert.Equal((600, 300, 100, 100), ((int)identity["static"]!, (int)identity["rotating"]!, (int)identity["resolvable"]!, (int)identity["unknownAddressesLastHour"]!));
        // Killed rather than stopped: a tidy end would empty the write-ahead log before it was searched.
        await agent.KillAsync();
        places.AddRange(Directory.EnumerateFiles(agent.State, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)).Select(f => (f, File.ReadAllBytes(f))));
        places.Add((agent.LogFile, await File.ReadAllBytesAsync(agent.LogFile)));
        places.AddRange(told.Select(m => (m.Topic, m.Payload)));
        Assert.Contains(places, p => p.Name.EndsWith(".db-wal", StringComparison.Ordinal) && p.Bytes.Length > 0);

        var leaks = places.SelectMany(p => search.In(p.Bytes).Select(found => $"{found} in {p.Name}")).ToList();
        Assert.True(leaks.Count == 0, string.Join(Environment.NewLine, leaks.Take(20)));
        Directory.Delete(Path.GetDirectoryName(registry)!, recursive: true);
    }

    /// <summary>Six in ten with a static id, three with a rotating one, one known by the key of its address; the others likewise, enrolled nowhere.</summary>
    private string Crowd()
    {
        var entries = new JsonArray();
        using var calculator = new EphemeralId();
        var window = (uint)(TimeProvider.System.GetUtcNow() - Registered).TotalSeconds >> Exponent;
        for (var i = 0; i < Enrolled + Others; i++)
        {
            var entry = new JsonObject { ["customer"] = Word(), ["role"] = "customer", ["beacons"] = new JsonArray() };
            switch (i % 10)
            {
                case < 6:
                    var id = Secret(16);
                    entry["beacons"] = new JsonArray($"eddystone-uid:{Convert.ToHexStringLower(id[..10])}/{Convert.ToHexStringLower(id[10..])}");
                    Frame(StaticAddress(), [2, 1, 6, 3, 3, 0xAA, 0xFE, 21, 0x16, 0xAA, 0xFE, 0, 0xEE, .. id]);
                    break;
                case < 9:
                    var key = Secret(16);
                    entry["eid"] = new JsonArray(new JsonObject { ["identityKey"] = Convert.ToHexStringLower(key), ["rotationExponent"] = Exponent, ["registeredAt"] = "2026-01-01T00:00:00Z" });
                    var ids = new ulong[1];
                    calculator.Compute(key, Exponent, window, ids);
                    var eid = new byte[8];
                    BinaryPrimitives.WriteUInt64BigEndian(eid, ids[0]);
                    secrets.Add(Convert.ToHexStringLower(eid));
                    Frame(StaticAddress(), [2, 1, 6, 3, 3, 0xAA, 0xFE, 13, 0x16, 0xAA, 0xFE, 0x30, 0xEE, .. eid]);
                    break;
                default:
                    var irk = Secret(16);
                    entry["irk"] = new JsonArray(Convert.ToHexStringLower(irk));
                    var random = (uint)RandomNumberGenerator.GetInt32(1 << 22) | 1u << 22;
                    var address = new byte[8];
                    BinaryPrimitives.WriteUInt64BigEndian(address, (ulong)random << 24 | ResolvableAddress.Hash(irk, random));
                    secrets.Add(Convert.ToHexStringLower(address[2..]));
                    Frame(address[2..], [2, 1, 0x1A, 14, 0xFF, 0x4C, 0, 0x10, 9, .. RandomNumberGenerator.GetBytes(9)]);
                    break;
            }

            if (i < Enrolled) entries.Add(entry);
        }

        return new JsonObject { ["version"] = 1, ["entries"] = entries }.ToJsonString();
    }

    private byte[] Secret(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        secrets.Add(Convert.ToHexStringLower(bytes));
        return bytes;
    }

    private string Word()
    {
        words.Add($"customer-{Guid.NewGuid()}");
        return words[^1];
    }

    private byte[] StaticAddress()
    {
        var address = RandomNumberGenerator.GetBytes(6);
        address[0] |= 0xC0;
        secrets.Add(Convert.ToHexStringLower(address));
        return address;
    }

    private void Frame(byte[] address, byte[] payload)
    {
        byte[] packet = [0x04, 0x3E, (byte)(12 + payload.Length), 0x02, 1, 0x03, 0x01, .. address.Reverse(), (byte)payload.Length, .. payload, 0xCE];
        var record = new byte[24 + packet.Length];
        BinaryPrimitives.WriteInt32BigEndian(record, packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(4), packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(8), 3);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(16), 0x00E03AB44A676000);
        packet.CopyTo(record, 24);
        frames.Add(record);
    }

    /// <summary>Looks for thousands of things at once: by their first six bytes, then whole.</summary>
    private sealed class Search
    {
        private readonly Dictionary<ulong, List<(byte[] Form, string What)>> forms = [];

        public Search(IEnumerable<string> wanted)
        {
            foreach (var what in wanted)
                foreach (var form in FormsOf(what))
                {
                    if (!forms.TryGetValue(Head(form), out var alike)) forms.Add(Head(form), alike = []);
                    alike.Add((form, what));
                }
        }

        public HashSet<string> In(ReadOnlySpan<byte> bytes)
        {
            HashSet<string> found = [];
            for (var i = 0; i + 6 <= bytes.Length; i++)
            {
                if (!forms.TryGetValue(Head(bytes[i..]), out var alike)) continue;
                foreach (var (form, what) in alike)
                    if (bytes[i..].StartsWith(form)) found.Add(what);
            }

            return found;
        }

        private static ulong Head(ReadOnlySpan<byte> bytes) => (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes) << 16 | BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);

        /// <summary>How a program may write bytes: as they are, turned round, in hexadecimal of either case, with colons or dashes; a word only as it is.</summary>
        private static IEnumerable<byte[]> FormsOf(string what)
        {
            if (what[0] == 'c' && what.Contains('-', StringComparison.Ordinal)) return [Encoding.UTF8.GetBytes(what)];
            var bytes = Convert.FromHexString(what);
            // A static id stands in the list with a slash after its namespace.
            return new[] { bytes, bytes.Reverse().ToArray() }.SelectMany(order => (IEnumerable<byte[]>)
            [
                order, .. new[] { Convert.ToHexString(order), BitConverter.ToString(order), BitConverter.ToString(order).Replace('-', ':') }
                    .Concat(order.Length == 16 ? [Convert.ToHexString(order[..10])] : [])
                    .SelectMany(text => new[] { text.ToUpperInvariant(), text.ToLowerInvariant() }).Select(Encoding.ASCII.GetBytes),
            ]);
        }
    }
}

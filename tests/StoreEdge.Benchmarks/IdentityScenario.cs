using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Rotating ids of 100,000 customers, five windows each, against a dictionary of as many plain numbers; what their turning over costs; whether any of 10^8 random frames is taken
/// for a customer; and what a stranger's address costs beside the bare AES of 300 keys.
/// </summary>
internal static class IdentityScenario
{
    private const int Customers = 100_000, Windows = 5, Exponent = 10, Phones = 300, Lookups = 1_000_000, Strangers = 2000;
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<Figure> Run(Setting setting)
    {
        List<Figure> figures = [];
        var clock = new SetClock(Start);
        var random = new Random(20261122);
        var list = new EnrolmentList(1, [.. Enumerable.Range(0, Customers).Select(i => Customer(i, random))]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var registry = new EnrolmentRegistry(Key(), clock);
        var began = Stopwatch.GetTimestamp();
        registry.Replace(list);
        figures.Add(new("a list of 100,000 rotating devices taken", Stopwatch.GetElapsedTime(began).TotalSeconds, "s"));
        figures.Add(new("memory per customer", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Customers, "B"));

        var known = KnownIds(list);
        before = GC.GetTotalMemory(forceFullCollection: true);
        var floor = known.Select((id, i) => (id, i)).ToFrozenDictionary(p => p.id, p => p.i);
        figures[^1] = figures[^1] with { Floor = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Customers, Against = "frozen dictionary of the 500,000 numbers" };
        figures[^1] = figures[^1] with { Ratio = figures[^1].Value / figures[^1].Floor };

        ulong[] strangers = [.. Enumerable.Range(0, Lookups).Select(_ => (ulong)random.NextInt64() << 1)];
        ulong[] customers = [.. Enumerable.Range(0, Lookups).Select(_ => known[random.Next(Customers) * Windows + 2])];
        figures.Add(Look("a stranger's rotating id looked up", registry, floor, strangers, setting.Rounds, 0));
        figures.Add(Look("a customer's rotating id looked up", registry, floor, customers, setting.Rounds, Lookups));
        figures.AddRange(Turn(registry, clock));
        figures.AddRange(RandomFrames(registry, clock, setting.Frames));
        figures.Add(Addresses(setting.Rounds));
        return figures;
    }

    private static Figure Look(string name, EnrolmentRegistry registry, FrozenDictionary<ulong, int> floor, ulong[] ids, int rounds, int expected)
    {
        Heard[] heard = [.. ids.Select(id => Of(id))];
        List<(double, double)> figures = [];
        for (var round = 0; round <= rounds; round++)
        {
            var found = 0;
            var start = Stopwatch.GetTimestamp();
            foreach (var one in heard)
                if (registry.TryFind(one, out _)) found++;
            var ours = Stopwatch.GetElapsedTime(start).TotalNanoseconds / heard.Length;
            if (found != expected) throw new InvalidOperationException($"{found} of {ids.Length} were found, {expected} should have been");
            start = Stopwatch.GetTimestamp();
            foreach (var id in ids)
                if (floor.TryGetValue(id, out _)) found++;
            // The first round warms up.
            if (round > 0) figures.Add((ours, Stopwatch.GetElapsedTime(start).TotalNanoseconds / ids.Length));
            GC.KeepAlive(found);
        }

        return Figure.Of(name, "ns", "frozen dictionary of the 500,000 numbers", figures);
    }

    /// <summary>A whole window's length in steps of a quarter of a second: everybody is turned over once.</summary>
    private static IEnumerable<Figure> Turn(EnrolmentRegistry registry, SetClock clock)
    {
        var longest = TimeSpan.Zero;
        var began = Stopwatch.GetTimestamp();
        for (var step = 0; step < 4 << Exponent; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            var start = Stopwatch.GetTimestamp();
            registry.Turn();
            var took = Stopwatch.GetElapsedTime(start);
            longest = took > longest ? took : longest;
        }

        var total = Stopwatch.GetElapsedTime(began);
        yield return new("one device turned over", total.TotalMicroseconds / Customers, "µs");
        yield return new("the same, of one core, at windows of 1,024 s", total.TotalSeconds / (1 << Exponent) * 100, "%");
        yield return new("longest turn in that window", longest.TotalMilliseconds, "ms");
    }

    private static IEnumerable<Figure> RandomFrames(EnrolmentRegistry registry, SetClock clock, long frames)
    {
        byte[] packet = [0x04, 0x3E, 33, 0x02, 0x01, 0x03, 0x01, 1, 2, 3, 4, 5, 0xC6, 21, 2, 1, 6, 3, 3, 0xAA, 0xFE, 13, 0x16, 0xAA, 0xFE, 0x30, 0xE7, 0, 0, 0, 0, 0, 0, 0, 0, 0xC8];
        var (state, falseCustomers) = (0x9E3779B97F4A7C15UL, 0L);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (long i = 0; i < frames; i++)
        {
            // splitmix64: every one of its 2^64 values once, each as likely as AES output.
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(27), z ^ z >> 31);
            if (!HciEvent.TryRead(packet, out var reports, out _)) throw new InvalidOperationException("the frame is not as the decoder wants it");
            foreach (var report in reports)
            {
                if (!AdvertisementDecoder.TryDecode(report.Data, out var frame, out _) || !frame.TryGetBeaconId(out var beacon)) throw new InvalidOperationException("the frame is no Eddystone-EID");
                if (registry.TryFind(new(beacon, report.Address, report.AddressType, new(i)), out _)) falseCustomers++;
            }

            // The ids of the customers go on meanwhile.
            if (i % 1_000_000 == 0) clock.Advance(TimeSpan.FromSeconds(1));
        }

        var took = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        yield return new(string.Create(CultureInfo.InvariantCulture, $"false customers in {frames:#,0} random frames"), falseCustomers, "");
        yield return new("a random frame decoded and looked up", took.TotalNanoseconds / frames, "ns");
        yield return new("allocated for all of them", allocated, "B");
    }

    private static Figure Addresses(int rounds)
    {
        UInt128[] keys = [.. Enumerable.Range(0, Phones).Select(_ => BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16)))];
        var registry = new EnrolmentRegistry(Key(), new SetClock(Start));
        registry.Replace(new(1, [new("C", BeaconRole.Customer, null, null, []) { Irk = keys }]));
        ICryptoTransform[] ciphers = [.. keys.Select(_ =>
        {
            using var aes = Aes.Create();
            (aes.Mode, aes.Padding) = (CipherMode.ECB, PaddingMode.None);
            return aes.CreateEncryptor(RandomNumberGenerator.GetBytes(16), null);
        })];
        byte[] block = new byte[16], result = new byte[16];
        List<(double, double)> figures = [];
        ulong next = 0x4000_0000_0000;
        long at = 0;
        for (var round = 0; round <= rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            // Every 20 ms a new one: below the bound that the registry sets to a flood.
            for (var i = 0; i < Strangers; i++) registry.TryFind(new(default, new(next++), 1, new(at += 20_000_000)), out _);
            var ours = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Strangers;
            start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Strangers; i++)
                foreach (var cipher in ciphers)
                    cipher.TransformBlock(block, 0, 16, result, 0);
            if (round > 0) figures.Add((ours, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Strangers));
        }

        foreach (var cipher in ciphers) cipher.Dispose();
        return Figure.Of("a stranger's address against 300 keys", "µs", "300 blocks of AES", figures);
    }

    private static EnrolmentEntry Customer(int i, Random random) => new($"C-{i}", BeaconRole.Customer, null, null, [])
    {
        // Registered at all moments of the past weeks, so that they come due one after another, as in life.
        Eid = [new((UInt128)(ulong)random.NextInt64() << 64 | (uint)i, Exponent, Start.AddSeconds(-random.Next(1, 4_000_000)), (uint)random.Next())],
    };

    private static ulong[] KnownIds(EnrolmentList list)
    {
        using var calculator = new EphemeralId();
        var ids = new ulong[Customers * Windows];
        var key = new byte[16];
        for (var i = 0; i < Customers; i++)
        {
            var device = list.Entries[i].Eid[0];
            BinaryPrimitives.WriteUInt128BigEndian(key, device.IdentityKey);
            var window = (uint)((long)(Start - device.RegisteredAt).TotalSeconds + device.ClockAtRegistration >> Exponent);
            calculator.Compute(key, Exponent, window - 2, ids.AsSpan(i * Windows, Windows));
        }

        return ids;
    }

    private static Heard Of(ulong id) => BeaconId.TryParse($"eddystone-eid:{id:x16}", out var beacon) ? new(beacon, new(0xC600_0000_0001), 1, new(1)) : throw new InvalidOperationException("no id");

    private static PseudonymKey Key() => new(1, RandomNumberGenerator.GetBytes(32));

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset now = now;

        public override DateTimeOffset GetUtcNow() => now;

        public void Advance(TimeSpan by) => now += by;
    }
}

using System.Diagnostics;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Benchmarks;

/// <summary>
/// HCI events to beacon ids, as Sensing does it for every frame on the air. The crowd is one of a shop: nine in ten frames are of phones and toys that nobody
/// enrolled and are dropped after decoding. The floor touches every byte of the same frames once.
/// </summary>
internal static class DecodeScenario
{
    private const int Frames = 4096, Passes = 1000;

    /// <summary>The runtime compiles hot code anew in the background, some 100 ms after it was last asked to compile anything; before that one would measure its first, quick translation.</summary>
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<Figure> Run(Setting setting)
    {
        var frames = Crowd(new Random(20261121));
        var enrolled = frames.Where((_, i) => i % 10 == 0).Select(Identify).OfType<BeaconId>().ToHashSet();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Warming;)
        {
            Decode(frames, enrolled);
            Touch(frames);
        }

        var rates = new List<(double, double)>();
        var allocated = new List<double>();
        for (var round = 0; round < setting.Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var ours = Rate(() => Decode(frames, enrolled));
            allocated.Add((GC.GetAllocatedBytesForCurrentThread() - before) / ((double)Frames * Passes));
            rates.Add((ours, Rate(() => Touch(frames))));
        }

        return
        [
            Figure.Of("adverts decoded, 1 in 10 known", "/s", "touching every byte once", rates),
            new("allocated per advert", Figure.Median(allocated), "B"),
        ];
    }

    private static double Rate(Func<long> pass)
    {
        var start = Stopwatch.GetTimestamp();
        long sum = 0;
        for (var i = 0; i < Passes; i++) sum += pass();
        var rate = (double)Frames * Passes / Stopwatch.GetElapsedTime(start).TotalSeconds;
        GC.KeepAlive(sum);
        return rate;
    }

    private static long Decode(byte[][] frames, HashSet<BeaconId> enrolled)
    {
        long known = 0;
        foreach (var frame in frames)
        {
            if (!HciEvent.TryRead(frame, out var reports, out _)) continue;
            foreach (var report in reports)
                if (AdvertisementDecoder.TryDecode(report.Data, out var beacon, out _) && beacon.TryGetBeaconId(out var id) && enrolled.Contains(id))
                    known++;
        }

        return known;
    }

    private static long Touch(byte[][] frames)
    {
        long sum = 0;
        foreach (var frame in frames)
            foreach (var b in frame)
                sum += b;
        return sum;
    }

    private static BeaconId? Identify(byte[] frame)
    {
        if (HciEvent.TryRead(frame, out var reports, out _))
            foreach (var report in reports)
                if (AdvertisementDecoder.TryDecode(report.Data, out var beacon, out _) && beacon.TryGetBeaconId(out var id)) return id;
        return null;
    }

    /// <summary>Legacy reports: one in five an iBeacon, one in ten an Eddystone-UID, the rest what phones send (flags and manufacturer data of other types).</summary>
    private static byte[][] Crowd(Random random) =>
        [.. Enumerable.Range(0, Frames).Select(i => Report(random, (i % 10) switch { 0 or 5 => IBeacon(random), 3 => EddystoneUid(random), _ => Phone(random) }))];

    private static byte[] Report(Random random, byte[] payload)
    {
        var address = new byte[6];
        random.NextBytes(address);
        return [0x04, 0x3E, (byte)(12 + payload.Length), 0x02, 0x01, 0x03, 0x01, .. address, (byte)payload.Length, .. payload, (byte)random.Next(180, 215)];
    }

    private static byte[] IBeacon(Random random) => [2, 1, 6, 26, 0xFF, 0x4C, 0, 2, 0x15, .. Bytes(random, 20), 0xC5];

    private static byte[] EddystoneUid(Random random) => [2, 1, 6, 3, 3, 0xAA, 0xFE, 21, 0x16, 0xAA, 0xFE, 0, 0xEE, .. Bytes(random, 16)];

    private static byte[] Phone(Random random) => [2, 1, 0x1A, 14, 0xFF, 0x4C, 0, 0x10, 9, .. Bytes(random, 9)];

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}

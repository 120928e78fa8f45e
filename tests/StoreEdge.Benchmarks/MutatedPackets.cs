using System.Diagnostics;
using System.Globalization;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Damages frames of the specifications at random and holds the decoder to a second, independent reading of each: a crash, a hang or a wrong success ends the run with the
/// packet in the message. As many processors as there are; each has a seed of its own, so that a run repeats itself.
/// </summary>
internal static class MutatedPackets
{
    public static int Run(long packets, int seed)
    {
        var workers = Environment.ProcessorCount;
        var start = Stopwatch.GetTimestamp();
        long refused = 0, accepted = 0;
        var tasks = Enumerable.Range(0, workers).Select(worker => Task.Run(() =>
        {
            var (random, assembler) = (new Random(HashCode.Combine(seed, worker)), new FragmentAssembler());
            var bases = Frames.All.SelectMany(hex => new[] { Frames.Bytes(hex), Frames.Legacy(hex), Frames.Extended(hex), Frames.Extended(hex, "2000") }).ToArray();
            for (var i = worker; i < packets; i += workers)
            {
                var packet = Damage(bases, random);
                SecondReading.Agree(packet, assembler);
                if (HciEvent.TryRead(packet, out _, out _) || AdvertisementDecoder.TryDecode(packet, out var frame, out _) && frame.Format != BeaconFormat.Other) Interlocked.Increment(ref accepted);
                else Interlocked.Increment(ref refused);
            }
        })).ToArray();
        try
        {
            Task.WaitAll(tasks);
        }
        catch (AggregateException fault)
        {
            Console.Error.WriteLine(fault.InnerExceptions[0]);
            return 1;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{packets:#,0} mutated packets (seed {seed}): 0 crashes, 0 wrong successes; {accepted:#,0} were still sound, {refused:#,0} refused or no beacon; {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s on {workers} processors"));
        return 0;
    }

    /// <summary>Up to four bytes changed, bits flipped, the end cut, bytes let in, or the end of another frame put on.</summary>
    private static byte[] Damage(byte[][] bases, Random random)
    {
        var packet = bases[random.Next(bases.Length)].ToList();
        for (var changes = random.Next(5); changes > 0 && packet.Count > 0; changes--)
        {
            var at = random.Next(packet.Count);
            switch (random.Next(6))
            {
                case 0: packet[at] = (byte)random.Next(256); break;
                case 1: packet[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: packet.RemoveRange(at, Math.Min(random.Next(1, 20), packet.Count - at)); break;
                case 3: packet.Insert(at, (byte)random.Next(256)); break;
                case 4: packet[at] = (byte)(packet.Count - at + random.Next(-2, 3)); break;
                default:
                    var other = bases[random.Next(bases.Length)];
                    packet.AddRange(other[random.Next(other.Length)..]);
                    break;
            }
        }

        return [.. packet];
    }
}

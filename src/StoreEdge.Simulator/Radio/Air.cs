using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Scenarios;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Radio;

/// <summary>One HCI event at one receiver.</summary>
/// <param name="At">Seconds since the start of the run.</param>
/// <param name="Receiver">Index into the layout's receivers.</param>
/// <param name="Packet">With its H4 type byte.</param>
internal readonly record struct Heard(double At, int Receiver, byte[] Packet);

/// <summary>
/// Everything that the receivers hear in a run, in the order of time. Rendering writes it to files and a live run paces it: it is the same air.
/// </summary>
internal static class Air
{
    /// <summary>Beyond this below the sensitivity not even the best fade lifts a frame up; such links are not worked out.</summary>
    private const double HopelessDb = 30;

    /// <summary>How long a private address is kept: 15 minutes, as the standard recommends (Vol 3, Part C, appendix A).</summary>
    private const double AddressSeconds = 900;

    public static IEnumerable<Heard> Listen(Scenario scenario, IReadOnlyList<Person> people, ulong seed, double seconds)
    {
        var receivers = scenario.Layout.Receivers;
        var loss = receivers.Select((_, i) => Xoshiro.For(seed, "loss", i).In(scenario.Radio.LossPercent)).ToArray();
        var due = new PriorityQueue<Emitter, (double At, int Number)>();
        foreach (var person in people)
        {
            if (person.Beacon is null) continue;
            var emitter = new Emitter(person, person.Beacon, Xoshiro.For(seed, "device/" + person.Key));
            due.Enqueue(emitter, (Math.Max(person.Track.Start, 0) + emitter.FirstPause(), person.Number));
        }

        while (due.TryDequeue(out var emitter, out var key))
        {
            if (key.At >= seconds) yield break;
            var (at, place) = (key.At, emitter.Person.Track.At(key.At));
            var data = emitter.NextFrame(at);
            for (var r = 0; r < receivers.Count; r++)
            {
                var mean = MeanRssi(scenario, emitter.Beacon, place, receivers[r]);
                if (mean < scenario.Radio.SensitivityDbm - HopelessDb) continue;
                var link = emitter.Link(r, scenario, seed);
                var rssi = mean + link.Fading.At(at);
                if (link.Chance.Percent(loss[r]) || rssi < scenario.Radio.SensitivityDbm) continue;
                var reported = (sbyte)Math.Clamp(Math.Round(rssi), -127, 20);
                yield return new(at, r, receivers[r].Extended ? HciReport.Extended(emitter.Address, data, reported) : HciReport.Legacy(emitter.Address, data, reported));
            }

            var next = at + emitter.Pause();
            if (next < emitter.Person.Track.End) due.Enqueue(emitter, (next, emitter.Person.Number));
        }
    }

    /// <summary>Log-distance law, walls and the body that carries the device.</summary>
    public static double MeanRssi(Scenario scenario, Beacon beacon, Point place, ReceiverPlace receiver)
    {
        // Nearer than half a metre the law no longer holds.
        var distance = Math.Max(place.DistanceTo(receiver.At), 0.5);
        var walls = 0.0;
        foreach (var wall in scenario.Layout.Walls)
            if (wall.Crosses(place, receiver.At)) walls += wall.LossDb;
        return beacon.PowerAt1Metre - 10 * scenario.Radio.PathLossExponent * Math.Log10(distance) - walls - beacon.BodyLossDb;
    }

    private sealed class Emitter(Person person, Beacon beacon, Xoshiro chance)
    {
        private readonly Dictionary<int, (Fading Fading, Xoshiro Chance)> links = [];
        private double addressUntil = double.NegativeInfinity;
        private long frames;

        public Person Person => person;

        public Beacon Beacon => beacon;

        public byte[] Address { get; } = new byte[6];

        // Devices were switched on at any time.
        public double FirstPause() => beacon.IntervalSeconds * chance.Unit();

        // Every advertising event is delayed by a fresh 0–10 ms (Vol 6, Part B, 4.4.2.2.1).
        public double Pause() => beacon.IntervalSeconds + chance.Unit() * 0.010;

        public byte[] NextFrame(double at)
        {
            if (at >= addressUntil)
            {
                chance.Fill(Address);
                // Little-endian: the two highest bits say static (11, kept for ever) or non-resolvable private (00).
                Address[5] = (byte)(beacon.IsNoise ? Address[5] & 0x3F : Address[5] | 0xC0);
                addressUntil = beacon.IsNoise ? at + AddressSeconds * chance.Unit() : double.PositiveInfinity;
            }

            return AdPayload.Of(beacon, frames++, at - person.Track.Start);
        }

        public (Fading Fading, Xoshiro Chance) Link(int receiver, Scenario scenario, ulong seed)
        {
            if (links.TryGetValue(receiver, out var link)) return link;
            var own = Xoshiro.For(seed, "link/" + person.Key, receiver);
            return links[receiver] = (new(scenario.Radio.Fading, own), own);
        }
    }
}

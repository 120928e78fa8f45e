using StoreEdge.Core.Presence;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Scoring;

/// <summary>
/// Rooms that nobody has tuned on: another wall, door, size, path-loss exponent, fading, device and places of the receivers for each number. One person goes in and out
/// of it, browsing inside and standing about outside.
/// </summary>
internal static class Rooms
{
    private const int Crossings = 8;
    private const double Sensitivity = -97;

    public static IReadOnlyList<Trace> Draw(int count, ulong seed) => [.. Enumerable.Range(0, count).Select(i => Room(i, seed))];

    private static Trace Room(int number, ulong seed)
    {
        var chance = Xoshiro.For(seed, "room", number);
        double In(double from, double to) => chance.In(new(from, to));
        double half = In(3, 10), depth = In(6, 20), exponent = In(1.6, 2.8), wall = In(6, 16), door = wall - In(0, 6), power = In(-66, -54);
        Wall[] front = [new(new(-50, 0), new(-1, 0), wall), new(new(-1, 0), new(1, 0), door), new(new(1, 0), new(50, 0), wall)];
        (Point At, ReceiverPlace Place)[] receivers =
        [
            (new(In(-half, half), In(1, 0.8 * depth)), Place("I-A", ReceiverSide.Inside)),
            (new(In(-2.5, 2.5), In(-2, -0.3)), Place("O-A", ReceiverSide.Outside)),
        ];
        var model = new FadingModel(In(3, 6.5), 0.8, 0.65, 10);
        var links = receivers.Select((_, i) => (Fading: new Fading(model, Xoshiro.For(seed, $"room {number} link", i)), Loss: In(2, 15), Chance: Xoshiro.For(seed, $"room {number} loss", i))).ToArray();
        double speed = In(0.7, 1.5), interval = In(0.1, 0.5);

        // In and out by turns; half of them are inside from the start, like the recordings.
        var inside = chance.Percent(50);
        Point Somewhere() => inside ? new(In(-half, half), In(1, depth)) : new(In(-8, 8), In(-10, -2));
        var track = new World.Track(0, Somewhere()).Stay(In(5, 20));
        List<Crossing> truth = inside ? [new(0, true)] : [];
        for (var i = 0; i < Crossings; i++)
        {
            track.Walk(new(0, 0), speed);
            inside = !inside;
            truth.Add(new(track.End, inside));
            for (var until = track.End + In(8, 40); track.End < until;) track.Walk(Somewhere(), speed).Stay(In(1, 10));
        }

        var packets = new List<Packet>();
        for (var at = In(0, interval); at < track.End; at += interval + In(0, 0.01))
        {
            var place = track.At(at);
            for (var r = 0; r < receivers.Length; r++)
            {
                var losses = front.Where(w => w.Crosses(place, receivers[r].At)).Sum(w => w.LossDb);
                var rssi = power - 10 * exponent * Math.Log10(Math.Max(place.DistanceTo(receivers[r].At), 0.5)) - losses + links[r].Fading.At(at);
                if (!links[r].Chance.Percent(links[r].Loss) && rssi >= Sensitivity) packets.Add(new(at, r, (sbyte)Math.Clamp(Math.Round(rssi), -127, 20)));
            }
        }

        return new($"room {number}", [.. receivers.Select(r => r.Place)], packets, truth, track.End);
    }

    private static ReceiverPlace Place(string name, ReceiverSide side) => ReceiverPlace.Uncalibrated(new(name), new(name), side);
}

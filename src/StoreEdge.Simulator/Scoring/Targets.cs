using StoreEdge.Core.Presence;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Scoring;

/// <summary>
/// Traces for what a shop asks of presence: quick arrivals, no false departures, no ghosts, no wandering zones. Levels are means at a receiver; fading is correlated as it
/// is measured on bodies (σ 6 dB, 0.8 at 0.1 s, 0.65 at 1 s) unless a trace says otherwise.
/// </summary>
internal static class Targets
{
    public const double EnterDbm = -80;
    public const double BelowThreshold = 8;
    private const double SigmaDb = 6;
    private const double LeaveAt = 60;
    private static readonly FadingModel Correlated = new(SigmaDb, 0.8, 0.65, 10);
    private static readonly ReceiverPlace[] One = [Inside("I-A")], Two = [Inside("I-A"), Inside("I-B")], Pair = [Inside("I-A"), ReceiverPlace.Uncalibrated(new("O-A"), new("O-A"), ReceiverSide.Outside)];

    /// <summary>Somebody comes into the only receiver's reach at a mean level.</summary>
    public static Trace Appearing(int number, ulong seed, double dbm, double intervalSeconds, double lossPercent) =>
        new($"appears at {dbm} dBm", One, Listen(Xoshiro.For(seed, "appearing", number), 1, 30, intervalSeconds, lossPercent, true, (_, _) => dbm), [new(0, true)], 30);

    /// <summary>Somebody walks up to a door with a receiver 2 m inside and one 1 m outside, through it at 1.2 m/s, and 5 m on.</summary>
    public static Trace WalkingIn(int number, ulong seed, double intervalSeconds, double lossPercent)
    {
        const double from = -10, speed = 1.2, crossed = -from / speed;
        double Level(double at, int receiver)
        {
            double y = Math.Min(from + speed * at, 5), receiverAt = receiver == 0 ? 2 : -1;
            // A wall and a closed door take 12 dB; −59 dBm at 1 m is what iBeacons are calibrated to.
            return -59 - 20 * Math.Log10(Math.Max(Math.Abs(y - receiverAt), 1)) - (y < 0 != receiverAt < 0 ? 12 : 0);
        }

        return new("walks in", Pair, Listen(Xoshiro.For(seed, "walking in", number), 2, 40, intervalSeconds, lossPercent, true, Level), [new(crossed, true)], 40);
    }

    /// <summary>Somebody stays, well heard on the whole, and most of their packets are lost.</summary>
    public static Trace Staying(int number, ulong seed, double hours, double lossPercent) =>
        new("stays", One, Listen(Xoshiro.For(seed, "staying", number), 1, hours * 3600, 0.5, lossPercent, true, (_, _) => -65), [new(0, true)], hours * 3600);

    /// <summary>Somebody passes outside for 20 s, 8 dB below the threshold.</summary>
    public static Trace Passing(int number, ulong seed, bool isCorrelated)
    {
        var chance = Xoshiro.For(seed, "passing", number);
        var interval = chance.In(new(0.1, 0.5));
        return new("passes", One, Listen(chance, 1, 20, interval, 10, isCorrelated, (_, _) => EnterDbm - BelowThreshold), [], 20);
    }

    /// <summary>Somebody stays a minute, leaves, and lingers for five minutes where they are heard 8 dB below the threshold.</summary>
    public static Trace Leaving(int number, ulong seed, bool isCorrelated)
    {
        var chance = Xoshiro.For(seed, "leaving", number);
        var interval = chance.In(new(0.1, 0.5));
        return new(
            "leaves and lingers", One, Listen(chance, 1, LeaveAt + 300, interval, 10, isCorrelated, (at, _) => at < LeaveAt ? -60 : EnterDbm - BelowThreshold), [new(0, true), new(LeaveAt, false)], LeaveAt + 300);
    }

    /// <summary>A device lies still, heard equally by two receivers.</summary>
    public static Trace Lying(int number, ulong seed, double hours, bool isCorrelated) =>
        new("lies still", Two, Listen(Xoshiro.For(seed, "lying", number), 2, hours * 3600, 0.3, 10, isCorrelated, (_, _) => -65), [new(0, true)], hours * 3600);

    /// <summary>A device is moved from one receiver to the other.</summary>
    public static Trace Moving(int number, ulong seed, bool isCorrelated) =>
        new("is moved", Two, Listen(Xoshiro.For(seed, "moving", number), 2, 2 * LeaveAt, 0.3, 10, isCorrelated, (at, r) => r == 0 == at < LeaveAt ? -58 : -75), [new(0, true)], 2 * LeaveAt);

    /// <summary>When <see cref="Moving"/> moves.</summary>
    public const double MovesAt = LeaveAt;

    private static IEnumerable<Packet> Listen(Xoshiro chance, int receivers, double seconds, double interval, double lossPercent, bool isCorrelated, Func<double, int, double> level)
    {
        // Every pass over a trace draws the same, so that every rule hears the same air and hours of it need no memory.
        var seed = chance.Next();
        return Draw();

        IEnumerable<Packet> Draw()
        {
            var own = new Xoshiro(seed);
            var links = Enumerable.Range(0, receivers).Select(r => new Fading(Correlated, Xoshiro.For(seed, "link", r))).ToArray();
            for (var at = interval * own.Unit(); at < seconds; at += interval + 0.01 * own.Unit())
            {
                for (var r = 0; r < receivers; r++)
                {
                    var rssi = level(at, r) + (isCorrelated ? links[r].At(at) : SigmaDb * own.Normal());
                    if (!own.Percent(lossPercent) && rssi > -100) yield return new(at, r, (sbyte)Math.Clamp(Math.Round(rssi), -127, 20));
                }
            }
        }
    }

    private static ReceiverPlace Inside(string name) => new(new(name), new(name), ReceiverSide.Inside, (sbyte)EnterDbm, -90);
}

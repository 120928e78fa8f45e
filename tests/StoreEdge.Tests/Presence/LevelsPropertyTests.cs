using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

/// <summary>Levels stay numbers, whatever a controller reports and whenever.</summary>
public sealed class LevelsPropertyTests
{
    // Milliseconds that pass before each packet: equal stamps, steps back, hours.
    private static readonly Gen<(int Rssi, long Passed)[]> Packets =
        (from rssi in Gen.Choose(-127, 20)
         from passed in Gen.Frequency((2, Gen.Constant(0)), (6, Gen.Choose(1, 3000)), (1, Gen.Choose(-200, 0)), (1, Gen.Choose(3_600_000, 360_000_000)))
         select (rssi, (long)passed)).ArrayOf();

    /// <summary>A mean of doubles may miss its own bounds by the last bits: 20.000000000000007 was seen.</summary>
    private const double Rounding = 1e-9;

    [Fact]
    public void What_a_receiver_hears_stays_between_the_floor_and_the_strongest_packet() =>
        Prop.ForAll(Arb.From(Packets), packets =>
        {
            var hearing = new Hearing();
            var now = new Instant(1_000_000_000_000_000_000);
            foreach (var (rssi, passed) in packets)
            {
                now = new(now.Nanoseconds + passed * 1_000_000);
                hearing.Take((sbyte)rssi, now, rssi + 80, new());
                Assert.InRange(hearing.FastAt(now, 1), -127 - Rounding, 20 + Rounding);
                Assert.InRange(hearing.SlowAt(now + TimeSpan.FromDays(1), 1), -127 - Rounding, 20 + Rounding);
                Assert.InRange(hearing.Evidence, 0, 28.0 * packets.Length);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void What_a_device_teaches_about_the_door_stays_within_its_bounds() =>
        Prop.ForAll(Arb.From(Packets), packets =>
        {
            var levels = new DoorLevels();
            var now = new Instant(1_000_000_000_000_000_000);
            foreach (var (rssi, passed) in packets)
            {
                now = new(now.Nanoseconds + passed * 1_000_000);
                levels.Follow(passed % 2 == 0, Math.Max(rssi, Hearing.Floor), passed % 3 == 0 ? double.NaN : rssi + 75, now);
                Assert.InRange(levels.Shift, -DoorRule.ShiftDown, DoorRule.ShiftUp);
                Assert.InRange(levels.InsideGain, DoorRule.InsideGainLeast, DoorRule.InsideGainMost);
                Assert.InRange(levels.InsideMiddle, -127 - DoorRule.InsideGain, 20 + DoorRule.InsideGain);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}

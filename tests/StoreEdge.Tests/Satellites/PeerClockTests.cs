using StoreEdge.Agent.Satellites;
using StoreEdge.Core;

namespace StoreEdge.Tests.Satellites;

public sealed class PeerClockTests
{
    private const long Millisecond = 1_000_000, Second = 1_000_000_000;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7 * 3600 * Second, 100)] // Booted seven hours before, and as fast as crystals get.
    [InlineData(-40 * 24 * 3600 * Second, -100)]
    public void Under_jitter_and_drift_an_instant_is_carried_over_to_within_half_the_shortest_round_trip(long offset, int driftPerMillion)
    {
        var (clock, chance, worst) = (new PeerClock(), new Random(11), 0.0);
        const long Start = 50L * 24 * 3600 * Second;
        long There(long here) => offset + Start + (here - Start) + (here - Start) / 1_000_000 * driftPerMillion;
        for (var beat = 0; beat < 1000; beat++)
        {
            var sent = Start + beat * Second;
            // A Wi-Fi: 1 ms each way at best, an exponential tail, and now and then a long hold-up on one side only.
            long Way() => Millisecond + (long)(-Math.Log(1 - chance.NextDouble()) * 8 * Millisecond) + (chance.Next(20) == 0 ? chance.NextInt64(800 * Millisecond) : 0);
            var taken = sent + Way();
            var answered = taken + chance.NextInt64(3 * Millisecond);
            var received = answered + Way();
            clock.Take(sent, There(taken), There(answered), received);
            if (beat < 16) continue;
            var error = Math.Abs(clock.Here(new(There(received)))!.Value.Nanoseconds - received) / (double)Millisecond;
            // Of 16 exchanges the best leaves little; 16 s of drift add 1.6 ms.
            Assert.True(error <= clock.RoundTrip.TotalMilliseconds / 2 + 1.7, $"{error} ms at beat {beat}, round trip {clock.RoundTrip}");
            worst = Math.Max(worst, error);
        }

        Assert.Equal(0, clock.Jumps);
        Assert.InRange(worst, 0, 20);
    }

    [Fact]
    public void A_clock_that_was_suspended_is_followed_at_once()
    {
        var clock = new PeerClock();
        for (var beat = 1L; beat <= 20; beat++) clock.Take(beat * Second, beat * Second + Millisecond, beat * Second + Millisecond, beat * Second + 2 * Millisecond);
        // Half a minute was slept through; and the next exchanges have worse luck than those before.
        for (var beat = 51L; beat <= 52; beat++) clock.Take(beat * Second, (beat - 30) * Second + 5 * Millisecond, (beat - 30) * Second + 5 * Millisecond, beat * Second + 10 * Millisecond);
        Assert.Equal(1, clock.Jumps);
        Assert.Equal(new Instant(60 * Second), clock.Here(new(30 * Second)));
    }

    [Theory]
    [InlineData(10, 5, 4, 20)]  // Answered before it was asked.
    [InlineData(10, 5, 30, 20)] // Longer over there than the whole way.
    [InlineData(10, 5, 6, 9)]   // Back before it left.
    public void What_cannot_have_happened_is_refused(long sent, long taken, long answered, long received) =>
        Assert.Throws<FormatException>(() => new PeerClock().Take(sent, taken, answered, received));

    [Fact]
    public void Before_our_own_clock_began_there_is_no_instant()
    {
        var clock = new PeerClock();
        Assert.False(clock.IsKnown);
        clock.Take(Second, 100 * Second, 100 * Second, Second);
        Assert.Null(clock.Here(new(98 * Second)));
        Assert.Equal(new Instant(2 * Second), clock.Here(new(101 * Second)));
    }
}

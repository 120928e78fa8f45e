using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Most = TimeSpan.FromMinutes(5);

    [Fact]
    public void The_ceiling_doubles_from_the_first_to_the_most()
    {
        // With full jitter the n-th delay is uniform in [0, ceiling): over many stores its largest comes close to the ceiling and its mean to half of it.
        double[] ceilings = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300];
        var stores = Enumerable.Range(0, 2000).Select(i => new Backoff(First, Most, new(i))).ToList();
        foreach (var ceiling in ceilings)
        {
            var delays = stores.Select(s => s.Next().TotalSeconds).ToList();
            Assert.InRange(delays.Max(), 0.97 * ceiling, ceiling);
            Assert.InRange(delays.Min(), 0, 0.03 * ceiling);
            Assert.InRange(delays.Average(), 0.46 * ceiling, 0.54 * ceiling);
        }
    }

    [Fact]
    public void A_fleet_that_lost_its_broker_at_one_moment_comes_back_evenly()
    {
        const int Stores = 10_000, Bins = 10;
        var fleet = Enumerable.Range(0, Stores).Select(i => new Backoff(TimeSpan.FromSeconds(30), Most, new(i)).Next().TotalSeconds);
        var bins = new int[Bins];
        foreach (var delay in fleet) bins[(int)(delay / 30 * Bins)]++;
        Assert.True(bins.Max() <= 2 * Stores / Bins, $"peak {bins.Max()} of a mean of {Stores / Bins}");
    }

    [Fact]
    public void A_proven_connection_starts_it_anew_and_a_take_over_makes_it_patient()
    {
        var backoff = new Backoff(First, Most, new(1));
        for (var i = 0; i < 8; i++) backoff.Next();
        backoff.Reset();
        Assert.True(backoff.Next() < First);
        backoff.SlowDownTo(5);
        Assert.Equal(5, backoff.Failures);
        backoff.SlowDownTo(2);
        Assert.Equal(5, backoff.Failures);
    }

    [Fact]
    public void A_year_of_failures_overflows_nothing()
    {
        var backoff = new Backoff(First, Most, new(1));
        for (var i = 0; i < 200_000; i++) Assert.InRange(backoff.Next(), TimeSpan.Zero, Most);
    }
}

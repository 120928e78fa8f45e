using StoreEdge.Core.Telling;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Fleet;
using Xunit.Abstractions;

namespace StoreEdge.Tests.Simulator.Fleet;

/// <summary>How ten thousand stores come back by the agent's own back-off, reckoned without a network: every attempt while the broker is away fails at once.</summary>
public sealed class StormTests(ITestOutputHelper output)
{
    private const int Stores = 10_000;

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(300)]
    [InlineData(900)]
    [InlineData(3600)]
    [InlineData(14400)]
    public void The_longer_the_outage_the_gentler_the_return(double outageSeconds)
    {
        var storm = Storm(outageSeconds);
        output.WriteLine($"outage {outageSeconds} s: peak {storm.Peak}/s, mean {storm.Mean:0.0}/s over {storm.Seconds} s, ratio {storm.Ratio:0.00}");
        // A delay within a ceiling leaves, seen from any later moment, at most twice the even share of the ceiling; the ceiling is at least a third of the outage, or the longest.
        var most = 2 * Stores / Math.Min(300, Math.Max(1, outageSeconds / 3));
        // The busiest of so many seconds lies above what is to be expected of each, by chance.
        Assert.InRange(storm.Peak, 1, most + 4 * Math.Sqrt(most));
    }

    [Fact]
    public void A_storm_lasts_until_all_but_one_in_a_hundred_are_back()
    {
        int[] connections = [0, 60, 39, 0, 1, 0, 0, 50, 49, 1];
        int[] losses = [0, 0, 0, 0, 0, 100, 0, 0, 0, 0];
        Assert.Equal([new(1, 2, 99, 60, true), new(7, 2, 99, 50, true)], Storms.In(connections, losses, 100));
    }

    [Fact]
    public void A_blip_of_a_few_stores_is_no_storm() => Assert.Single(Storms.In([100, 0, 10, 0], [0, 10, 0, 0], 100));

    [Fact]
    public void A_storm_that_is_not_over_says_so() => Assert.Equal([new(0, 3, 60, 50, false)], Storms.In([50, 10, 0], [0, 0, 0], 100));

    private static Storm Storm(double outageSeconds)
    {
        var connections = new int[400];
        for (var store = 0; store < Stores; store++)
        {
            var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), new Random((int)Xoshiro.For(1, "store", store).Next()));
            var at = 0.0;
            do at += backoff.Next().TotalSeconds;
            while (at < outageSeconds);
            connections[(int)(at - outageSeconds)]++;
        }

        return Storms.In(connections, new int[connections.Length], Stores)[0];
    }
}

using StoreEdge.Simulator.Chance;

namespace StoreEdge.Tests.Simulator;

public class ChanceTests
{
    [Fact]
    public void The_sequence_is_xoshiro256_starstar_seeded_by_splitmix64()
    {
        // The published sequence of seed 0, as rand_xoshiro's tests and an independent reckoning give it.
        var chance = new Xoshiro(0);
        Assert.Equal([11091344671253066420UL, 13793997310169335082, 1900383378846508768, 7684712102626143532], Enumerable.Range(0, 4).Select(_ => chance.Next()));
    }

    [Fact]
    public void Streams_of_different_things_differ_and_those_of_the_same_are_alike()
    {
        Assert.Equal(Xoshiro.For(7, "a", 1).Next(), Xoshiro.For(7, "a", 1).Next());
        var first = new[] { Xoshiro.For(7, "a", 1), Xoshiro.For(7, "a", 2), Xoshiro.For(7, "b", 1), Xoshiro.For(8, "a", 1) }.Select(x => x.Next());
        Assert.Equal(4, first.Distinct().Count());
    }

    [Fact]
    public void Normal_and_lognormal_numbers_have_the_moments_they_should()
    {
        var chance = new Xoshiro(1);
        var normal = Enumerable.Range(0, 200_000).Select(_ => chance.Normal()).ToArray();
        Assert.InRange(normal.Average(), -0.01, 0.01);
        Assert.InRange(normal.Average(x => x * x), 0.985, 1.015);
        Assert.InRange(normal.Average(x => x * x * x * x), 2.9, 3.1);
        var median = Enumerable.Range(0, 100_001).Select(_ => chance.LogNormal(60, 0.7)).Order().ElementAt(50_000);
        Assert.InRange(median, 59, 61);
    }

    [Fact]
    public void Weights_are_kept_in_proportion_and_a_weight_of_nothing_never_comes()
    {
        var chance = new Xoshiro(2);
        var drawn = Enumerable.Range(0, 40_000).Select(_ => chance.Weighted([("a", 3.0), ("b", 1), ("never", 0)])).CountBy(x => x).ToDictionary();
        Assert.InRange(drawn["a"] / 40_000.0, 0.74, 0.76);
        Assert.False(drawn.ContainsKey("never"));
    }
}

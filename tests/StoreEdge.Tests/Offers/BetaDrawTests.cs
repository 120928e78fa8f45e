using StoreEdge.Core.Offers;

namespace StoreEdge.Tests.Offers;

/// <summary>The draws against the moments of the Beta distribution: mean a/(a+b), variance ab/((a+b)²(a+b+1)).</summary>
public sealed class BetaDrawTests
{
    [Theory]
    [InlineData(0.9, 29.1)]
    [InlineData(103, 1950)]
    [InlineData(3, 1)]
    public void Draws_have_the_mean_and_variance_of_their_distribution(double a, double b)
    {
        var random = new SplitMix(42);
        var draws = new double[100_000];
        for (var i = 0; i < draws.Length; i++) draws[i] = random.Beta(a, b);
        var mean = a / (a + b);
        var variance = a * b / ((a + b) * (a + b) * (a + b + 1));
        var average = draws.Average();
        // Six standard errors of the mean; the variance to 5 %.
        Assert.InRange(average, mean - 6 * Math.Sqrt(variance / draws.Length), mean + 6 * Math.Sqrt(variance / draws.Length));
        Assert.InRange(draws.Sum(d => (d - average) * (d - average)) / draws.Length, variance * 0.95, variance * 1.05);
    }

    [Fact]
    public void The_generator_draws_the_published_numbers()
    {
        // Vigna's splitmix64.c with seed 1234567, as in the test vectors of many libraries.
        var random = new SplitMix(1234567);
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.Next(), random.Next(), random.Next()]);
    }
}

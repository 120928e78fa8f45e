using StoreEdge.Core.Offers;

namespace StoreEdge.Simulator.Offers;

/// <summary>A way to choose among the offers that a decision allows.</summary>
/// <param name="Name">As in the table.</param>
/// <param name="Index">The higher the better, from the tally of one offer and the strategy's own chance; null is the agent's own ranking.</param>
/// <param name="Seen">Which votes the agent's ranking is given.</param>
internal sealed record Strategy(string Name, Func<Tally, Chance.Xoshiro, double>? Index, Func<StoreVotes, StoreVotes>? Seen = null)
{
    public static Strategy Ours { get; } = new("ours", null);

    /// <summary>Each draws from the same votes; what is suppressed, capped or refused is so for all of them.</summary>
    public static IReadOnlyList<Strategy> All { get; } =
    [
        Ours,
        new("beta(1,1) thompson", (tally, chance) => Beta(1 + tally.Wanted, 1 + Math.Max(0, tally.Shown - tally.Wanted), chance)),
        new("wilson only", (tally, chance) => Wilson.LowerBound(tally.Wanted, tally.Shown) + 1e-9 * chance.Unit()),
        new("random", (_, chance) => chance.Unit()),
    ];

    /// <summary>The agent's ranking with another judgement of guests.</summary>
    public static IReadOnlyList<Strategy> Guests { get; } =
    [
        Ours,
        new("ours, guests in full", null, votes => new(votes.Customers + votes.Guests, default)),
        new("ours, without guests", null, votes => votes with { Guests = default }),
    ];

    private static double Beta(double a, double b, Chance.Xoshiro chance)
    {
        var (x, y) = (Gamma(a, chance), Gamma(b, chance));
        return x / (x + y);
    }

    /// <summary>Marsaglia and Tsang (2000); shapes from 1 only.</summary>
    private static double Gamma(double shape, Chance.Xoshiro chance)
    {
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = chance.Normal();
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - chance.Unit()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }
}

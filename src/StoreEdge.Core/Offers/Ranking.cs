namespace StoreEdge.Core.Offers;

internal readonly record struct Ranked(Offer Offer, double Draw, double Score, bool IsNewcomer);

/// <summary>
/// Orders what may be shown: by class, then by a Thompson draw from what is known of each offer. Each offer's draw depends on the seed and its own id alone, so another offer that
/// comes or goes does not change it. In one decision of ten, by the seed, newcomers come first; in the others they come after what is known to be wanted.
/// </summary>
internal sealed class Ranking(Bundle bundle, DecisionContext context, ulong seed)
{
    /// <summary>A newly valid offer gets this factor on its first day, falling to 1 over a week, so that there is something new to see.</summary>
    private const double Novelty = 1.2;

    /// <summary>
    /// How much of the evidence a draw is made with. Twice as much as there is draws closer to the mean: a plain draw goes on trying what is hardly better long after a season is over, at
    /// base rates of 1–5 % (<c>storeedge-sim offers</c> compares the whole with plain draws).
    /// </summary>
    private const double Sharpness = 2;

    /// <summary>The part of the exploring decisions that are for what is on probation too.</summary>
    private const double ForProbation = 0.2;

    private readonly double turn = new SplitMix(seed ^ Fnv("whose turn")).Uniform();

    /// <summary>What everybody together thinks.</summary>
    internal CollectiveIndex Index { get; } = new(bundle, context);

    /// <summary>Whether this decision is one of those in which newcomers come first.</summary>
    private bool Explores => turn < bundle.Index.Exploration;

    /// <summary>Why an offer does not take part this time; null where it does.</summary>
    internal string? HeldBack(Offer offer) => turn < bundle.Index.Exploration * ForProbation ? null : Index.Probation(offer);

    internal Ranked Rank(Offer offer)
    {
        var (wanted, ignored) = Index.Evidence(offer);
        var draw = new SplitMix(seed ^ Fnv(offer.Id.Value)).Beta(Sharpness * wanted, Sharpness * ignored);
        // Who is on probation has no claim beside what is known, whatever it was once known for.
        return new(offer, draw, draw * offer.Priority * Index.FactorOf(offer) * offer.Worth(context.Facts, context.KnownAt) * Freshness(offer, context.At), Index.IsNewcomer(offer) || Index.Probation(offer) is not null);
    }

    internal int BestFirst(Ranked a, Ranked b)
    {
        var byClass = a.Offer.Class.CompareTo(b.Offer.Class);
        if (byClass != 0) return byClass;
        // Service and help are not popular or unpopular: they concern this customer.
        if (a.Offer.Class > OfferClass.Help && a.IsNewcomer != b.IsNewcomer) return a.IsNewcomer == Explores ? -1 : 1;
        var byScore = b.Score.CompareTo(a.Score);
        return byScore != 0 ? byScore : string.CompareOrdinal(a.Offer.Id.Value, b.Offer.Id.Value);
    }

    private static double Freshness(Offer offer, DateTimeOffset at) =>
        offer.ValidFrom is { } from ? 1 + (Novelty - 1) * Math.Clamp(1 - (at - from).TotalDays / 7, 0, 1) : 1;

    /// <summary>FNV-1a, 64 bits: the same on every machine, unlike <see cref="string.GetHashCode()"/>.</summary>
    private static ulong Fnv(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}

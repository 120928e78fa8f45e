namespace StoreEdge.Core.Offers;

internal readonly record struct Ranked(Offer Offer, double Draw, double Score);

/// <summary>
/// Orders what may be shown: by class, then by a Thompson draw from what is known of each offer. Each offer's draw depends on the seed and its own
/// id alone, so another offer that comes or goes does not change it.
/// </summary>
internal static class Ranking
{
    /// <summary>A newly valid offer gets this factor on its first day, falling to 1 over a week, so that there is something new to see.</summary>
    private const double Novelty = 1.2;

    internal static Ranked Rank(Bundle bundle, DecisionContext context, Offer offer, ulong seed)
    {
        var tally = offer.Counts + context.LocalCounts.GetValueOrDefault(offer.Id);
        var prior = bundle.BaseRate;
        var wanted = prior.Rate * prior.Strength + tally.Wanted;
        var ignored = (1 - prior.Rate) * prior.Strength + Math.Max(0, tally.Shown - tally.Wanted) + tally.Refused;
        var draw = new SplitMix(seed ^ Fnv(offer.Id.Value)).Beta(wanted, ignored);
        var factor = offer.Supplier is { } id && bundle.Suppliers.TryGetValue(id, out var supplier) ? supplier.Factor : 1;
        return new(offer, draw, draw * offer.Priority * factor * offer.Worth(context.Facts, context.KnownAt) * Freshness(offer, context.At));
    }

    internal static int BestFirst(Ranked a, Ranked b)
    {
        var byClass = a.Offer.Class.CompareTo(b.Offer.Class);
        if (byClass != 0) return byClass;
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

using System.Collections.Frozen;

namespace StoreEdge.Core.Offers;

/// <summary>
/// Until when each section of a bundle may be used. What is too old counts as absent: no offers, no counts, no factors of suppliers. What only prevents has no end: caps, holdouts, and the
/// suspension of a supplier.
/// </summary>
/// <param name="Offers">The offers; fallbacks stay. Null for no end.</param>
/// <param name="Suppliers">The suppliers' factors. Null for no end.</param>
/// <param name="Counts">What central counted of the offers, and the base rate. Null for no end.</param>
public sealed record SectionLimits(DateTimeOffset? Offers, DateTimeOffset? Suppliers, DateTimeOffset? Counts)
{
    /// <summary>No section has an end.</summary>
    public static SectionLimits None { get; } = new(null, null, null);

    internal static SectionLimits Read(DocumentReader reader, DateTimeOffset? issuedAt)
    {
        DateTimeOffset? End(string section) => reader.Inner(section, r =>
        {
            var (until, aged) = (r.Moment("validUntil"), r.Has("maxAge"));
            if (until is null && !aged) r.Fault("validUntil", "is missing; validUntil or maxAge is needed");
            if (!aged) return new Ends(until);
            var age = r.Duration("maxAge", TimeSpan.FromMinutes(1), TimeSpan.FromDays(366));
            if (issuedAt is null) r.Fault("maxAge", "needs the document's issuedAt to count from");
            var aging = issuedAt + age;
            return new Ends(until < aging ? until : aging ?? until);
        })?.At;
        return new(End("offers"), End("suppliers"), End("counts"));
    }

    private sealed record Ends(DateTimeOffset? At);
}

/// <summary>A bundle without its sections that are too old, made once for each combination that comes up.</summary>
internal sealed class BundleEditions
{
    private readonly Bundle?[] editions = new Bundle?[8];

    internal Bundle At(Bundle whole, DateTimeOffset at)
    {
        var limits = whole.Limits;
        var (offers, suppliers, counts) = (limits.Offers <= at, limits.Suppliers <= at, limits.Counts <= at);
        if (!offers && !suppliers && !counts) return whole;
        ref var edition = ref editions[(offers ? 1 : 0) | (suppliers ? 2 : 0) | (counts ? 4 : 0)];
        // Two may make it at once; either will do.
        return Volatile.Read(ref edition) ?? (edition = Make(whole, offers, suppliers, counts));
    }

    private static Bundle Make(Bundle whole, bool offers, bool suppliers, bool counts) => whole with
    {
        Offers = offers ? [] : counts ? [.. whole.Offers.Select(o => o with { Counts = default })] : whole.Offers,
        BaseRate = counts ? BaseRate.Usual : whole.BaseRate,
        Suppliers = suppliers ? whole.Suppliers.Values.Select(s => s with { Factor = s.Factor <= 0 ? 0 : 1 }).ToFrozenDictionary(s => s.Id) : whole.Suppliers,
    };
}

using System.Collections.Frozen;
using System.Collections.Immutable;

namespace StoreEdge.Core.Offers;

/// <summary>Everything that may be shown, in one document that is taken whole or not at all.</summary>
public sealed record Bundle
{
    private readonly Lazy<FrozenDictionary<OfferId, Offer>> byId;
    private readonly BundleEditions editions = new();

    /// <summary>Made by <see cref="BundleParser"/>, which keeps the rules.</summary>
    internal Bundle() => byId = new(() => Offers.Concat(Fallbacks).ToFrozenDictionary(o => o.Id));

    /// <summary>The shop's name for this edition.</summary>
    public required string Version { get; init; }

    /// <summary>SHA-256 of the document's bytes, lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>Until when its sections may be used.</summary>
    public SectionLimits Limits { get; init; } = SectionLimits.None;

    /// <summary>The language every text exists in.</summary>
    public required string DefaultLanguage { get; init; }

    /// <summary>How the shop looks.</summary>
    public required Brand Brand { get; init; }

    /// <summary>What is assumed about an offer nobody has seen yet.</summary>
    public required BaseRate BaseRate { get; init; }

    /// <summary>How the votes of all are used.</summary>
    public IndexRules Index { get; init; } = IndexRules.Default;

    /// <summary>Who supplies.</summary>
    public required FrozenDictionary<SupplierId, Supplier> Suppliers { get; init; }

    /// <summary>Where things may appear, in the document's order.</summary>
    public required ImmutableArray<Placement> Placements { get; init; }

    /// <summary>The definition of the lifecycle that its conditions were written by; a lifecycle that central states by another one is unknown. Null takes any.</summary>
    public string? LifecycleDefinition { get; init; }

    /// <summary>Who sees nothing of a campaign, so that its effect can be told from none.</summary>
    public ImmutableArray<Holdout> Holdouts { get; init; } = [];

    /// <summary>How often.</summary>
    public required ImmutableArray<Cap> Caps { get; init; }

    /// <summary>What, in the document's order.</summary>
    public required ImmutableArray<Offer> Offers { get; init; }

    /// <summary>What is shown when nothing else may be: generic, public, unconditional.</summary>
    public required ImmutableArray<Offer> Fallbacks { get; init; }

    /// <summary>Sentences per language tag and key; those of the factory bundle fill the gaps.</summary>
    public required ImmutableDictionary<string, ImmutableDictionary<string, string>> Texts { get; init; }

    /// <summary>The sections that have an end, and when that is.</summary>
    public IEnumerable<(string Section, DateTimeOffset Until)> Ends =>
        new[] { ("offers", Limits.Offers), ("suppliers", Limits.Suppliers), ("counts", Limits.Counts) }.Where(e => e.Item2 is not null).Select(e => (e.Item1, e.Item2!.Value));

    /// <summary>The sections that are too old to be used at <paramref name="at"/>.</summary>
    public IEnumerable<string> ExpiredAt(DateTimeOffset at) => Ends.Where(e => e.Until <= at).Select(e => e.Section);

    /// <summary>This bundle without the sections that are too old at <paramref name="at"/>; offers that were shown are still found by their id.</summary>
    public Bundle InForceAt(DateTimeOffset at) => editions.At(this, at);

    /// <summary>The offer or fallback of that id; null when this edition has none.</summary>
    public Offer? Find(OfferId id) => byId.Value.GetValueOrDefault(id);

    /// <summary>The first placement for a screen in <paramref name="zone"/>, or null when the bundle has none.</summary>
    public Placement? ScreenIn(Identity.ZoneId zone) => Placements.FirstOrDefault(p => p.Surface == Surface.Screen && p.Covers(zone));

    /// <summary>The placement of the phone's page, or null when the bundle has none.</summary>
    public Placement? Phone => Placements.FirstOrDefault(p => p.Surface == Surface.Phone);

    /// <summary>The sentence <paramref name="key"/> in <paramref name="language"/>, its base language or the default; null when nobody wrote it.</summary>
    public string? Sentence(string language, string key)
    {
        ArgumentNullException.ThrowIfNull(language);
        var dash = language.IndexOf('-', StringComparison.Ordinal);
        return Find(Texts, language, key)
            ?? (dash > 0 ? Find(Texts, language[..dash], key) : null)
            ?? Find(Texts, DefaultLanguage, key);
    }

    private static string? Find(ImmutableDictionary<string, ImmutableDictionary<string, string>> texts, string language, string key) =>
        texts.TryGetValue(language, out var sentences) && sentences.TryGetValue(key, out var sentence) ? sentence : null;
}

/// <summary>How the shop looks on its screens.</summary>
/// <param name="Name">As written over the door.</param>
/// <param name="Accent">The brand's colour, <c>#rrggbb</c>.</param>
/// <param name="Paper">The light background, <c>#rrggbb</c>.</param>
/// <param name="Ink">The dark text, <c>#rrggbb</c>.</param>
public sealed record Brand(string Name, string Accent, string Paper, string Ink);

/// <summary>The prior of the rank: a Beta distribution with this mean and this many imagined showings behind it.</summary>
/// <param name="Rate">0.0001–0.5; shops see 0.01–0.05. A flat prior would give weak newcomers far too many showings at such rates.</param>
/// <param name="Strength">1–1000 imagined showings.</param>
public sealed record BaseRate(double Rate, double Strength)
{
    /// <summary>What shops see, where nobody has said otherwise.</summary>
    public static BaseRate Usual { get; } = new(0.03, 30);
}

/// <summary>Who supplies an offer, and how far the community trusts them.</summary>
/// <param name="Id">Unique within the bundle.</param>
/// <param name="Name">As customers know it.</param>
/// <param name="Factor">0–2, multiplied into the rank; 0 suspends all offers of the supplier.</param>
public sealed record Supplier(SupplierId Id, string Name, double Factor);

/// <summary>A kind of place.</summary>
/// <param name="Id">Unique within the bundle.</param>
/// <param name="Surface">Screen or phone.</param>
/// <param name="Zones">The zones it stands in; empty for all.</param>
/// <param name="Slots">How many offers at once, 1–3; on a screen 1.</param>
/// <param name="Lifetime">How long a decision may stay there, 5 s – 1 h.</param>
/// <param name="QuietHours">When nothing may sell there.</param>
public sealed record Placement(PlacementId Id, Surface Surface, ImmutableArray<Identity.ZoneId> Zones, int Slots, TimeSpan Lifetime, ImmutableArray<QuietHours> QuietHours)
{
    /// <summary>Whether it stands in <paramref name="zone"/>.</summary>
    public bool Covers(Identity.ZoneId zone) => Zones.IsEmpty || Zones.Contains(zone);
}

/// <summary>A daily span of the store's local time; one that ends before it starts goes over midnight.</summary>
public sealed record QuietHours(TimeOnly From, TimeOnly Until)
{
    /// <summary>Whether <paramref name="time"/> lies in it.</summary>
    public bool Contains(TimeOnly time) => time.IsBetween(From, Until);
}

/// <summary>Whose showings a cap counts.</summary>
[Flags]
public enum CapHolders
{
    /// <summary>Nobody's.</summary>
    None = 0,

    /// <summary>The resolved customer's, under whatever identity they were seen.</summary>
    Customer = 1,

    /// <summary>Everybody's in the customer's household.</summary>
    Household = 2,

    /// <summary>This screen's.</summary>
    Screen = 4,
}

/// <summary>At most <paramref name="Limit"/> showings in any <paramref name="Window"/>.</summary>
/// <param name="Per">Whose showings count: exactly one holder.</param>
/// <param name="Counts">What is counted together.</param>
/// <param name="Class">Only offers of this class; null for all that sells: service and help are left alone unless they are named.</param>
/// <param name="Limit">1 or more.</param>
/// <param name="Window">Rolling; 1 minute – <see cref="LongestWindow"/>.</param>
public sealed record Cap(CapHolders Per, CapCounts Counts, OfferClass? Class, int Limit, TimeSpan Window)
{
    /// <summary>How long a showing is remembered, and so the longest time a cap can look back: no longer than selling needs.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(31);
}

/// <summary>What a cap counts together.</summary>
public enum CapCounts
{
    /// <summary>Each offer by itself.</summary>
    EachOffer,

    /// <summary>All offers of one supplier.</summary>
    EachSupplier,

    /// <summary>All offers the cap applies to.</summary>
    Together,
}

using System.Collections.Immutable;
using System.Globalization;

namespace StoreEdge.Core.Offers;

/// <summary>Something to show: what it is, who may see it, and what must hold for it to be shown (the words follow schema.org's Offer where it has them).</summary>
public sealed record Offer
{
    /// <summary>Unique within the bundle.</summary>
    public required OfferId Id { get; init; }

    /// <summary>What it is for.</summary>
    public required OfferClass Class { get; init; }

    /// <summary>Who may see it.</summary>
    public Sensitivity Sensitivity { get; init; }

    /// <summary>The customer's lasting wish behind it (<c>coffee</c>, <c>running</c>): offers change, demands do not. Also the category that a customer can block.</summary>
    public required string Demand { get; init; }

    /// <summary>Whose product it is; null for the shop's own.</summary>
    public SupplierId? Supplier { get; init; }

    /// <summary>What it costs, if that is part of the message.</summary>
    public Price? Price { get; init; }

    /// <summary>Not shown before this moment; null for no lower bound.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Not shown from this moment on; null for no upper bound.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>Where it may appear; never empty.</summary>
    public required ImmutableArray<PlacementId> Placements { get; init; }

    /// <summary>What it says, per BCP 47 language tag; the bundle's default language is always there.</summary>
    public required ImmutableDictionary<string, OfferText> Texts { get; init; }

    /// <summary>Pieces left; null when not counted. At 0 it is not shown.</summary>
    public int? Stock { get; init; }

    /// <summary>All must be true for the offer to be shown.</summary>
    public ImmutableArray<Condition> Conditions { get; init; } = [];

    /// <summary>Whether it greets a newcomer: shown only to somebody freshly known to be one.</summary>
    public bool IsWelcome { get; init; }

    /// <summary>The shop's own weight, 0.1–10.</summary>
    public double Priority { get; init; } = 1;

    /// <summary>How much more, 0.1–10, it is worth to show it to somebody of a value tier; 1 where the tier is not named or not known. It moves the rank and opens nothing.</summary>
    public ImmutableDictionary<string, double> Tiers { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>The campaign it belongs to, of which a share of all customers sees nothing (<see cref="Bundle.Holdouts"/>); null for none.</summary>
    public string? Campaign { get; init; }

    /// <summary>What central counted about it in all stores.</summary>
    public Tally Counts { get; init; }

    /// <summary>A colour for its poster, <c>#rrggbb</c>; null for the brand's.</summary>
    public string? Tone { get; init; }

    /// <summary>The factor of <see cref="Tiers"/> for a customer of whom <paramref name="facts"/> are known.</summary>
    public double Worth(Facts facts, DateTimeOffset? at)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return !Tiers.IsEmpty && facts.Fresh(FactName.Tier, at) is { Values: [var tier] } ? Tiers.GetValueOrDefault(tier, 1) : 1;
    }

    /// <summary>The text in <paramref name="language"/>, else in its base language, else in <paramref name="fallback"/>, else in whatever there is.</summary>
    public (string Language, OfferText Text) TextIn(string language, string fallback)
    {
        ArgumentNullException.ThrowIfNull(language);
        if (Texts.TryGetValue(language, out var exact)) return (language, exact);
        var dash = language.IndexOf('-', StringComparison.Ordinal);
        var root = dash < 0 ? language : language[..dash];
        foreach (var (tag, text) in Texts.OrderBy(t => t.Key, StringComparer.Ordinal))
            if (tag.Equals(root, StringComparison.OrdinalIgnoreCase) || tag.StartsWith(root + "-", StringComparison.OrdinalIgnoreCase)) return (tag, text);
        var last = Texts.ContainsKey(fallback) ? fallback : Texts.Keys.Order(StringComparer.Ordinal).First();
        return (last, Texts[last]);
    }
}

/// <summary>What an offer says in one language.</summary>
/// <param name="Name">Short name, as it is kept in the proof of play.</param>
/// <param name="Headline">The big words on the poster.</param>
/// <param name="Body">One or two sentences; may be empty.</param>
/// <param name="Call">What to do now ("Corredor 4"); may be empty.</param>
public sealed record OfferText(string Name, string Headline, string Body, string Call);

/// <summary>An amount of money and what it buys.</summary>
/// <param name="Amount">Not negative, at most two decimals.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Before">What it cost before, if that is advertised.</param>
/// <param name="Unit">What the amount buys ("500 g"); null for a piece.</param>
public sealed record Price(decimal Amount, string Currency, decimal? Before, string? Unit)
{
    /// <summary><paramref name="amount"/> as it is written in <paramref name="language"/>: <c>R$ 24,90</c>. The process runs without culture data, so the few rules stand here.</summary>
    public string Format(decimal amount, string language)
    {
        ArgumentNullException.ThrowIfNull(language);
        var symbol = Currency switch { "BRL" => "R$", "EUR" => "€", "USD" => "US$", _ => Currency };
        var english = language.StartsWith("en", StringComparison.OrdinalIgnoreCase);
        var number = amount.ToString("#,##0.00", CultureInfo.InvariantCulture);
        if (!english) number = number.Replace(',', '\u0001').Replace('.', ',').Replace('\u0001', '.');
        return $"{symbol}\u00A0{number}";
    }
}

/// <summary>One thing that must be so: the fact has one of the values (or, negated, is known and has none of them).</summary>
/// <param name="Fact">Which fact; never the commercial hold, which must not be readable from what is shown.</param>
/// <param name="AnyOf">The values, at least one.</param>
/// <param name="Negated">Whether none of them may be there.</param>
public sealed record Condition(FactName Fact, ImmutableArray<string> AnyOf, bool Negated)
{
    /// <summary>Whether a choice by this fact would tell bystanders something about the customer.</summary>
    public bool IsPrivate => Fact is not FactName.Lifecycle;

    /// <summary>Whether it holds at <paramref name="at"/>, as far as is known.</summary>
    public Truth Evaluate(Facts facts, DateTimeOffset? at)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Fresh(Fact, at) is not { } fact) return Truth.Unknown;
        var found = false;
        foreach (var value in AnyOf) found |= fact.Values.Contains(value, StringComparer.Ordinal);
        return found != Negated ? Truth.True : Truth.False;
    }
}

using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Something a customer has said about an offer, a supplier or a demand, with what they need to recognise it.</summary>
/// <param name="Kind"><c>want</c>, <c>not-now</c>, <c>never</c>, <c>never-supplier</c> or <c>never-demand</c>.</param>
/// <param name="Target">The offer, the supplier or the demand.</param>
/// <param name="Language">BCP 47 tag of the name.</param>
/// <param name="Name">Its short name; its id where the bundle does not have it any more.</param>
/// <param name="Demand">The demand behind an offer; null where the bundle does not have it any more, and for a supplier or a demand.</param>
/// <param name="IsGift">Whether they said that this demand was somebody else's.</param>
/// <param name="IsOfThisVisit">Whether they said it during this visit.</param>
/// <param name="Wider">What else could be refused with an offer: its supplier and its demand, each with its name, unless that was refused already.</param>
internal sealed record PhoneWord(string Kind, string Target, string Language, string Name, string? Demand, bool IsGift, bool IsOfThisVisit, IReadOnlyList<(string Kind, string Target, string Name)> Wider);

/// <summary>Something that central has told about a customer for this visit.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">As it came; demands in the customer's language.</param>
/// <param name="AsOf">When it was true.</param>
/// <param name="Purpose">The consent under which it is used; null for the service itself.</param>
/// <param name="Demands">Of an interest: the demands, in the order of the values.</param>
internal sealed record PhoneFact(FactName Name, IReadOnlyList<string> Values, DateTimeOffset AsOf, Purpose? Purpose, IReadOnlyList<string> Demands);

/// <summary>What the phone's page can say of what is known: the customer's own words, and central's.</summary>
internal sealed class PhoneWords(BundleStore bundles, PresentVisits visits, DecisionInputs inputs)
{
    /// <summary>Words about more than one offer.</summary>
    public const string NeverSupplier = "never-supplier", NeverDemand = "never-demand";

    /// <summary>More buttons than that nobody reads on a phone.</summary>
    private const int MostDemands = 12;

    /// <summary>What they said about offers, suppliers and demands, the latest first.</summary>
    public IReadOnlyList<PhoneWord> Said(VisitId visit, Pseudonym subject, string language)
    {
        var bundle = bundles.Current;
        var words = inputs.WordsOf(subject, visit);
        var gifts = words.Where(w => w.Kind == "gift").Select(w => w.Target).ToHashSet(StringComparer.Ordinal);
        return [.. words.Where(w => w.Kind != "gift").Select(word => word.Kind switch
        {
            NeverSupplier => new PhoneWord(word.Kind, word.Target, language, SupplierOf(bundle, word.Target) ?? word.Target, null, false, word.IsOfThisVisit, []),
            NeverDemand => new PhoneWord(word.Kind, word.Target, language, bundle.Sentence(language, "demand." + word.Target) ?? word.Target, null, false, word.IsOfThisVisit, []),
            _ => OfOffer(bundle, word, language, gifts, words),
        })];
    }

    /// <summary>What a customer may say that they came for: the demands of the bundle that have a name in their language.</summary>
    public IReadOnlyList<(string Demand, string Name)> Demands(string language)
    {
        var bundle = bundles.Current;
        return [.. bundle.Offers.Select(o => o.Demand).Distinct(StringComparer.Ordinal).Select(d => (Demand: d, Name: bundle.Sentence(language, "demand." + d)!)).Where(d => d.Name is not null)
            .OrderBy(d => d.Name, StringComparer.Ordinal).Take(MostDemands)];
    }

    /// <summary>The demands that they said were somebody else's.</summary>
    public IReadOnlySet<string> Gifts(VisitId visit, Pseudonym subject) =>
        inputs.WordsOf(subject, visit).Where(w => w.Kind == "gift").Select(w => w.Target).ToHashSet(StringComparer.Ordinal);

    /// <summary>What central has told about them for this visit. A commercial hold or a block is no part of it: it prevents, and is never shown.</summary>
    public IReadOnlyList<PhoneFact> Told(VisitId visit, string language)
    {
        var bundle = bundles.Current;
        return [.. (visits.Find(visit)?.Facts ?? Facts.None).All.Where(f => f.Key is not (FactName.CommercialHold or FactName.Block)).Select(f => new PhoneFact(
            f.Key, f.Key == FactName.Interest ? [.. f.Value.Values.Select(v => bundle.Sentence(language, "demand." + v) ?? v)] : f.Value.Values, f.Value.AsOf, f.Value.Purpose,
            f.Key == FactName.Interest ? f.Value.Values : []))];
    }

    /// <summary>Where the visit is; null where that is not known, or it is over.</summary>
    public string? ZoneOf(VisitId visit) => (visits.Find(visit) ?? inputs.FindPresent(visit))?.Zone.Value;

    /// <summary>What an offer, a supplier or a demand is called; its id where the bundle does not have it any more.</summary>
    public string NameOf(string id, string language)
    {
        var bundle = bundles.Current;
        return bundle.Find(new(id))?.TextIn(language, bundle.DefaultLanguage).Text.Name ?? SupplierOf(bundle, id) ?? bundle.Sentence(language, "demand." + id) ?? id;
    }

    private static PhoneWord OfOffer(
        Bundle bundle, (string Kind, string Target, bool IsOfThisVisit) word, string language, HashSet<string> gifts, IReadOnlyList<(string Kind, string Target, bool IsOfThisVisit)> words)
    {
        if (bundle.Find(new(word.Target)) is not { } offer) return new(word.Kind, word.Target, language, word.Target, null, false, word.IsOfThisVisit, []);
        var (tag, text) = offer.TextIn(language, bundle.DefaultLanguage);
        var wider = new List<(string, string, string)>();
        if (word.Kind == "never" && offer.Supplier is { } supplier && SupplierOf(bundle, supplier.Value) is { } maker && !Refused(NeverSupplier, supplier.Value)) wider.Add((NeverSupplier, supplier.Value, maker));
        if (word.Kind == "never" && bundle.Sentence(language, "demand." + offer.Demand) is { } demand && !Refused(NeverDemand, offer.Demand)) wider.Add((NeverDemand, offer.Demand, demand));
        return new(word.Kind, word.Target, tag, text.Name, offer.Demand, gifts.Contains(offer.Demand), word.IsOfThisVisit, wider);

        bool Refused(string kind, string target) => words.Any(w => w.Kind == kind && w.Target == target);
    }

    private static string? SupplierOf(Bundle bundle, string id) => bundle.Suppliers.TryGetValue(new(id), out var supplier) ? supplier.Name : null;
}

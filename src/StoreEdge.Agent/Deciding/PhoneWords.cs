using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Something a customer has said about an offer, with what they need to recognise it.</summary>
/// <param name="Kind"><c>want</c>, <c>not-now</c> or <c>never</c>.</param>
/// <param name="Offer">The offer.</param>
/// <param name="Language">BCP 47 tag of the name.</param>
/// <param name="Name">The offer's short name; its id where the bundle does not have it any more.</param>
/// <param name="Demand">The demand behind it; null where the bundle does not have it any more.</param>
/// <param name="IsGift">Whether they said that this demand was somebody else's.</param>
/// <param name="IsOfThisVisit">Whether they said it during this visit.</param>
internal sealed record PhoneWord(string Kind, OfferId Offer, string Language, string Name, string? Demand, bool IsGift, bool IsOfThisVisit);

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
    /// <summary>What they said about offers, the latest first.</summary>
    public IReadOnlyList<PhoneWord> Said(VisitId visit, Pseudonym subject, string language)
    {
        var bundle = bundles.Current;
        var words = inputs.WordsOf(subject, visit);
        var gifts = words.Where(w => w.Kind == "gift").Select(w => w.Target).ToHashSet(StringComparer.Ordinal);
        return [.. words.Where(w => w.Kind != "gift").Select(w =>
        {
            var offer = bundle.Find(new(w.Target));
            var (tag, name) = offer?.TextIn(language, bundle.DefaultLanguage) is var (found, text) ? (found, text.Name) : (language, w.Target);
            return new PhoneWord(w.Kind, new(w.Target), tag, name, offer?.Demand, offer is not null && gifts.Contains(offer.Demand), w.IsOfThisVisit);
        })];
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

    /// <summary>What an offer is called; its id where the bundle does not have it any more.</summary>
    public string NameOf(string offer, string language) => bundles.Current.Find(new(offer))?.TextIn(language, bundles.Current.DefaultLanguage).Text.Name ?? offer;
}

using System.Globalization;

namespace StoreEdge.Core.Offers;

/// <summary>The sentence that tells a customer why. On a shared screen it says nothing that a bystander could learn something from.</summary>
internal static class Explanation
{
    /// <summary>Below this many votes a percentage would be noise, and would tell who voted.</summary>
    private const int VotesForAShare = 20;

    internal static string Why(Bundle bundle, Placement placement, DecisionContext context, Offer offer)
    {
        var language = context.Language;
        if (placement.Surface == Surface.Phone)
        {
            foreach (var condition in offer.Conditions)
                if (Personal(bundle, language, condition) is { } personal) return personal;
        }

        var key = offer.IsWelcome ? "why.welcome"
            : offer.Class == OfferClass.Service ? "why.service"
            : offer.Class == OfferClass.Help ? "why.help"
            : offer.Class == OfferClass.Loyalty && placement.Surface == Surface.Phone ? "why.loyalty"
            : null;
        if (key is not null) return Sentence(bundle, language, key);

        // The lower end of what it may be: "at least" is true, and three votes out of three are no praise.
        if (CollectiveIndex.ShareOf(context, offer, VotesForAShare) is ( >= 0.5 and var share, var isHere))
        {
            var percent = (int)(100 * share);
            return Sentence(bundle, language, isHere ? "why.share" : "why.shareEverywhere").Replace("{share}", percent.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return placement.Zones.IsEmpty ? Everyone(bundle, language) : Sentence(bundle, language, "why.here");
    }

    internal static string Everyone(Bundle bundle, string language) => Sentence(bundle, language, "why.everyone");

    private static string? Personal(Bundle bundle, string language, Condition condition)
    {
        if (condition.Negated) return null;
        if (condition.Fact == FactName.Interest)
        {
            var interest = bundle.Sentence(language, "demand." + condition.AnyOf[0]) ?? condition.AnyOf[0];
            return Sentence(bundle, language, "why.interest").Replace("{interest}", interest, StringComparison.Ordinal);
        }

        var key = condition.Fact switch
        {
            FactName.OpenIssue => "why.issue",
            FactName.Tier => "why.tier",
            FactName.Lifecycle when condition.AnyOf is ["customer"] => "why.customer",
            _ => null,
        };
        return key is null ? null : Sentence(bundle, language, key);
    }

    private static string Sentence(Bundle bundle, string language, string key) =>
        bundle.Sentence(language, key) ?? throw new InvalidOperationException($"the factory bundle lacks the sentence {key}");
}

namespace StoreEdge.Core.Offers;

/// <summary>The stages that look at one offer by itself. Suppressions fail closed: what cannot be known counts against showing.</summary>
internal static class Sieve
{
    // Written once: a decision over a thousand offers says some of them hundreds of times.
    private static readonly string[] Unknown = [.. Enum.GetValues<FactName>().Select(f => DocumentReader.Camel(f) + "-unknown")], Differs = [.. Enum.GetValues<FactName>().Select(f => DocumentReader.Camel(f) + "-differs")];

    internal static Rejection? Reject(Bundle bundle, Placement placement, DecisionContext context, Offer offer)
    {
        var (stage, reason) = Stages(bundle, placement, context, offer);
        return reason is null ? null : new Rejection(offer.Id, stage, reason);
    }

    private static (Stage, string?) Stages(Bundle bundle, Placement placement, DecisionContext context, Offer offer)
    {
        if (!offer.Placements.Contains(placement.Id)) return (Stage.Candidates, "not-placed");
        if (NotNow(context, offer) is { } untimely) return (Stage.TimeAndStock, untimely);
        if (Ineligible(context, offer) is { } ineligible) return (Stage.Eligibility, ineligible);
        if (Suppressed(bundle, placement, context, offer) is { } suppressed) return (Stage.Suppression, suppressed);
        return offer.Class > OfferClass.Help && IsQuiet(placement, context.At) ? (Stage.QuietHours, "quiet-hours") : (Stage.Rank, null);
    }

    /// <summary>Never too early, whatever the clock shows; too late only where nobody can know.</summary>
    private static string? NotNow(DecisionContext context, Offer offer) =>
        offer.ValidFrom > (context.AtLeast ?? context.At) ? "not-yet-valid"
        : offer.ValidUntil <= context.At ? "no-longer-valid"
        : offer.Stock <= 0 ? "out-of-stock"
        : null;

    private static string? Ineligible(DecisionContext context, Offer offer)
    {
        foreach (var condition in offer.Conditions)
        {
            var truth = condition.Evaluate(context.Facts, context.KnownAt);
            if (truth != Truth.True) return (truth == Truth.Unknown ? Unknown : Differs)[(int)condition.Fact];
        }

        return null;
    }

    private static string? Suppressed(Bundle bundle, Placement placement, DecisionContext context, Offer offer)
    {
        var (at, facts, wishes) = (context.KnownAt, context.Facts, context.Wishes);
        if (!context.IsPresent) return "departed";
        if (wishes.Stopped != Truth.False) return wishes.Stopped == Truth.True ? "stopped" : "stop-unknown";
        if (facts.MayStillHold(FactName.Block)) return "blocked";
        if (Forbidden(placement, context, facts, offer) is { } forbidden) return forbidden;
        if (offer.Class > OfferClass.Help && facts.Fresh(FactName.PreferredChannel, at) is { } channel && !Reaches(channel, placement)) return "other-channel";
        if (Refused(wishes, offer) is { } refused) return refused;
        if (offer.Supplier is { } s && bundle.Suppliers.TryGetValue(s, out var known) && known.Factor <= 0) return "supplier-suspended";
        if (offer.IsWelcome && facts.Fresh(FactName.Lifecycle, at)?.Is("newProspect") is not true and var newcomer) return newcomer is null ? "welcome-lifecycle-unknown" : "welcome-not-new";
        return Unconsented(context, offer) ?? Withheld(facts, at, offer);
    }

    /// <summary>By which word of the customer's they do not want to see it; null where they said none.</summary>
    internal static string? Refused(Wishes wishes, Offer offer) =>
        wishes.NeverOffers.Contains(offer.Id) ? "never-offer"
        : offer.Supplier is { } supplier && wishes.NeverSuppliers.Contains(supplier) ? "never-supplier"
        : wishes.NeverDemands.Contains(offer.Demand) ? "never-demand"
        : wishes.NotNow.Contains(offer.Id) ? "not-now"
        : null;

    /// <summary>Whether somebody who wants to be addressed so is reached there: who wants a screen may look at their phone, but who wants their phone is left alone by screens.</summary>
    private static bool Reaches(Fact channel, Placement placement) => channel.Is("display") || (channel.Is("phone") && placement.Surface == Surface.Phone);

    /// <summary>
    /// What a bystander could read: the content itself, or that it was chosen by something private. On a screen that the customer has claimed they stand before it and asked for it, so it carries
    /// what their phone would, except what is intimate.
    /// </summary>
    private static string? Forbidden(Placement placement, DecisionContext context, Facts facts, Offer offer)
    {
        if (placement.Surface == Surface.Screen)
        {
            if (offer.Sensitivity == Sensitivity.Intimate || (offer.Sensitivity != Sensitivity.Public && !context.IsClaimed)) return "not-public";
            if (!context.IsClaimed && offer.Conditions.Any(c => c.IsPrivate)) return "private-condition";
        }

        return offer.Sensitivity != Sensitivity.Public && offer.Class != OfferClass.Service && facts.MayStillHold(FactName.SharedDevice) ? "shared-device" : null;
    }

    private static string? Unconsented(DecisionContext context, Offer offer) => offer.Class switch
    {
        OfferClass.Loyalty when !context.Consents(Purpose.Loyalty) => "no-consent-loyalty",
        OfferClass.Promotion when !context.Consents(Purpose.Marketing) => "no-consent-marketing",
        OfferClass.Loyalty or OfferClass.Promotion or OfferClass.Generic when offer.Conditions.Any(c => c.IsPrivate) && !context.Consents(Purpose.Marketing)
            => "no-consent-marketing",
        _ => null,
    };

    private static string? Withheld(Facts facts, DateTimeOffset? at, Offer offer)
    {
        if (offer.Class == OfferClass.Promotion && facts.Ask(FactName.CommercialHold, at) is not Truth.False and var hold)
            return hold == Truth.True ? "hold" : "hold-unknown";
        if (offer.Class > OfferClass.Help && facts.Fresh(FactName.Roles, at)?.Values.Contains("staff") == true) return "staff";
        if (offer.Class is OfferClass.Loyalty or OfferClass.Promotion && facts.MayStillHold(FactName.OpenIssue))
            return "open-issue";
        return offer.Conditions.Any(c => c.Fact == FactName.Interest) && facts.MayStillHold(FactName.Gift)
            ? "gift"
            : null;
    }

    private static bool IsQuiet(Placement placement, DateTimeOffset at)
    {
        var time = TimeOnly.FromTimeSpan(at.TimeOfDay);
        foreach (var hours in placement.QuietHours)
            if (hours.Contains(time)) return true;
        return false;
    }
}

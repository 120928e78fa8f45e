namespace StoreEdge.Core.Offers;

/// <summary>The rules that hold between the parts of a bundle.</summary>
internal static class BundleRules
{
    internal static void Check(Bundle bundle, DocumentReader reader)
    {
        var placements = new HashSet<PlacementId>();
        for (var i = 0; i < bundle.Placements.Length; i++)
        {
            var placement = bundle.Placements[i];
            if (!placements.Add(placement.Id)) reader.Fault($"placements[{i}].id", $"'{placement.Id}' is there twice");
            // A second choice would never be drawn, but be counted as if it might have been.
            if (placement is { Surface: Surface.Screen, Slots: > 1 }) reader.Fault($"placements[{i}].slots", $"is {placement.Slots}, but a screen shows one offer at a time; only a phone has more");
        }

        var campaigns = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < bundle.Holdouts.Length; i++)
        {
            var campaign = bundle.Holdouts[i].Campaign;
            if (!campaigns.Add(campaign)) reader.Fault($"holdouts[{i}].campaign", $"'{campaign}' is there twice");
            else if (bundle.Offers.All(o => o.Campaign != campaign)) reader.Fault($"holdouts[{i}].campaign", $"no offer belongs to '{campaign}'");
        }

        var ids = new HashSet<OfferId>();
        for (var i = 0; i < bundle.Offers.Length; i++) CheckOffer($"offers[{i}]", bundle.Offers[i]);
        for (var i = 0; i < bundle.Fallbacks.Length; i++)
        {
            CheckOffer($"fallbacks[{i}]", bundle.Fallbacks[i]);
            if (NeedsSomething(bundle.Fallbacks[i]) is { } need) reader.Fault($"fallbacks[{i}]", $"a fallback needs nothing: {need}");
        }

        if (bundle.Fallbacks.IsEmpty && reader.Has("fallbacks")) reader.Fault("fallbacks", "at least one is needed, so that no display is ever empty");

        void CheckOffer(string path, Offer offer)
        {
            if (!ids.Add(offer.Id)) reader.Fault(path + ".id", $"'{offer.Id}' is there twice");
            if (offer.Supplier is { } supplier && !bundle.Suppliers.ContainsKey(supplier)) reader.Fault(path + ".supplier", $"'{supplier}' is not one of the suppliers");
            if (!offer.Texts.ContainsKey(bundle.DefaultLanguage)) reader.Fault(path + ".texts", $"the default language {bundle.DefaultLanguage} is missing");
            for (var p = 0; p < offer.Placements.Length; p++)
                if (!placements.Contains(offer.Placements[p])) reader.Fault($"{path}.placements[{p}]", $"'{offer.Placements[p]}' is not one of the placements");
        }
    }

    private static string? NeedsSomething(Offer offer) =>
        offer.Class != OfferClass.Generic ? "its class must be generic"
        : offer.Sensitivity != Sensitivity.Public ? "its sensitivity must be public"
        : !offer.Conditions.IsEmpty ? "it must have no conditions"
        : offer.IsWelcome ? "it must not be a welcome"
        : offer.ValidFrom is not null || offer.ValidUntil is not null ? "it must be valid always"
        : offer.Stock is not null ? "it must not depend on stock"
        : offer.Campaign is not null ? "it must belong to no campaign"
        : null;
}

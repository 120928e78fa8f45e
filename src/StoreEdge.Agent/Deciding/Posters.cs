using StoreEdge.Agent.Displays;
using StoreEdge.Core;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Lays offers out as posters.</summary>
internal static class Posters
{
    internal static Showing Showing(Bundle bundle, Decision decision, Instant since, Instant until, Instant? cameAt)
    {
        var chosen = decision.Chosen[0];
        // A notice says nothing of why: that it is about an order of somebody who stands here is theirs to tell.
        return new(
            Guid.CreateVersion7(decision.At).ToString(), decision.Id, decision.Visit, chosen.Offer.Id, chosen.Text.Name, Of(bundle, chosen.Offer, chosen.Language, chosen.Text, bundle.Find(chosen.Offer.Id) is null ? "" : chosen.Why),
            decision.At.ToUniversalTime(), since, until, cameAt)
        {
            IsPersonal = chosen.Offer.Sensitivity != Sensitivity.Public || chosen.Offer.Conditions.Any(c => c.IsPrivate),
        };
    }

    internal static IdleContent Idle(Bundle bundle)
    {
        var brand = bundle.Brand;
        return new(
            new(brand.Name, brand.Accent, brand.Paper, brand.Ink),
            [.. bundle.Fallbacks.Select(f => Of(bundle, f, bundle.DefaultLanguage, f.TextIn(bundle.DefaultLanguage, bundle.DefaultLanguage).Text, ""))]);
    }

    internal static string WordOf(OfferClass offerClass) => offerClass.ToString().ToLowerInvariant();

    private static Poster Of(Bundle bundle, Offer offer, string language, OfferText text, string why)
    {
        var kicker = offer.Supplier is { } id && bundle.Suppliers.TryGetValue(id, out var supplier) ? supplier.Name : "";
        return new(
            WordOf(offer.Class), language, kicker, text.Headline, text.Body, offer.Price?.Format(offer.Price.Amount, language),
            offer.Price?.Before is { } before ? offer.Price.Format(before, language) : null, offer.Price?.Unit, text.Call, why, offer.Tone);
    }
}

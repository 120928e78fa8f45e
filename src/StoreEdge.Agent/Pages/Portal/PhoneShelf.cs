using StoreEdge.Agent.Deciding;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>What Deciding chooses, as cards of the phone's page.</summary>
internal static class PhoneShelf
{
    /// <summary>Fills phones from the bundle.</summary>
    public static FillPhone From(PhoneOffers offers) => async (session, language, stop) =>
        [.. (await offers.DecideForPhoneAsync(session.Visit, session.Subject, language, stop)).Select(Card)];

    private static PhoneOfferCard Card(PhoneOffer offer) => new(
        offer.Offer.Value, offer.Decision.Value, offer.Language, offer.Headline, string.Join(' ', new[] { offer.Body, offer.Call }.Where(t => t.Length > 0)),
        offer is { Price: { } price, PriceUnit: { } unit } ? $"{price} / {unit}" : offer.Price, offer.PriceBefore, offer.Supplier, offer.Why,
        Votable: offer.Class != OfferClass.Service);
}

using System.Collections.Immutable;
using StoreEdge.Contracts;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>
/// Turns central's service notices into offers of class service, which come before everything else: in full on the customer's own phone; on a screen only that there is something on the phone
/// of whoever waits, in words of our own that are the same whatever it is.
/// </summary>
internal static class Notices
{
    /// <summary>Every phone placement of any bundle takes them; the inputs of a decision put the real one in its place.</summary>
    internal static readonly PlacementId AnyPhone = new("any-phone");

    /// <summary>A screen says it this often in one visit, and no more once the phone has shown it: who was told three times need not be told before strangers again.</summary>
    internal const int MostOnScreens = 3;

    /// <summary>Whether an order is late or ready is nobody else's business, so both are told alike.</summary>
    private static readonly ImmutableDictionary<string, OfferText> Order = Texts(
        ("pt-BR", "Espera um pedido?", "Há novidades no seu celular, na página do Wi‑Fi. Ou fale com a gente."),
        ("en", "Waiting for an order?", "There is news on your phone, on our Wi‑Fi page. Or just ask us."),
        ("es", "¿Espera un pedido?", "Hay novedades en su móvil, en la página del wifi. O pregúntenos."));

    private static readonly ImmutableDictionary<string, OfferText> Queue = Texts(
        ("pt-BR", "Espera a sua vez?", "Há novidades no seu celular, na página do Wi‑Fi. Ou fale com a gente."),
        ("en", "Waiting for your turn?", "There is news on your phone, on our Wi‑Fi page. Or just ask us."),
        ("es", "¿Espera su turno?", "Hay novedades en su móvil, en la página del wifi. O pregúntenos."));

    private static readonly ImmutableDictionary<string, ImmutableDictionary<string, OfferText>> OnScreens = new Dictionary<string, ImmutableDictionary<string, OfferText>>
    {
        ["order-late"] = Order,
        ["order-ready"] = Order,
        ["queue"] = Queue,
    }.ToImmutableDictionary(StringComparer.Ordinal);

    internal static Offer ToOffer(NoticeMessage message)
    {
        if (!OnScreens.ContainsKey(message.Kind)) throw new FormatException($"notice kind '{message.Kind}' is not allowed; allowed are {string.Join(", ", OnScreens.Keys.Order(StringComparer.Ordinal))}");
        var remedies = message.Remedy ?? ImmutableDictionary<string, string>.Empty;
        var texts = message.Text.Where(t => !string.IsNullOrWhiteSpace(t.Value)).ToImmutableDictionary(
            t => t.Key, t => new OfferText(message.Kind, t.Value.Trim(), remedies.GetValueOrDefault(t.Key)?.Trim() ?? "", ""), StringComparer.Ordinal);
        if (texts.IsEmpty) throw new FormatException($"notice '{message.NoticeId}' has no text");
        // A remedy that only some readers learn of is worse than none.
        if (remedies.Count > 0 && texts.Keys.FirstOrDefault(tag => texts[tag].Body.Length == 0) is { } without) throw new FormatException($"notice '{message.NoticeId}' has no remedy in {without}");
        return new Offer
        {
            Id = new(message.NoticeId),
            Class = OfferClass.Service,
            Sensitivity = Sensitivity.Personal,
            Demand = message.NoticeId,
            Placements = [AnyPhone],
            Texts = texts,
            ValidUntil = message.ValidUntil,
        };
    }

    /// <summary>The notice as it is offered in a placement.</summary>
    internal static Offer In(Placement placement, Offer notice) => placement.Surface == Surface.Phone
        ? notice with { Placements = [placement.Id] }
        : notice with { Placements = [placement.Id], Sensitivity = Sensitivity.Public, Texts = OnScreens[KindOf(notice)] };

    /// <summary>Its kind, which every one of its texts is named after.</summary>
    internal static string KindOf(Offer notice) => notice.Texts.Values.First().Name is var name && OnScreens.ContainsKey(name) ? name : "queue";

    private static ImmutableDictionary<string, OfferText> Texts(params (string Tag, string Headline, string Body)[] texts) =>
        texts.ToImmutableDictionary(t => t.Tag, t => new OfferText("notice", t.Headline, t.Body, ""), StringComparer.Ordinal);
}

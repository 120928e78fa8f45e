using System.Collections.Immutable;
using StoreEdge.Contracts;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Turns central's service notices into offers of class service, which come before everything else, on the customer's own phone.</summary>
internal static class Notices
{
    /// <summary>Every phone placement of any bundle takes them; the inputs of a decision put the real one in its place.</summary>
    internal static readonly PlacementId AnyPhone = new("any-phone");

    private static readonly string[] Kinds = ["order-late", "order-ready", "queue"];

    internal static Offer ToOffer(NoticeMessage message)
    {
        if (!Kinds.Contains(message.Kind)) throw new FormatException($"notice kind '{message.Kind}' is not allowed; allowed are {string.Join(", ", Kinds)}");
        var texts = message.Text.Where(t => !string.IsNullOrWhiteSpace(t.Value)).ToImmutableDictionary(t => t.Key, t => new OfferText(message.Kind, t.Value.Trim(), "", ""), StringComparer.Ordinal);
        if (texts.IsEmpty) throw new FormatException($"notice '{message.NoticeId}' has no text");
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
}

using System.Collections.Immutable;

namespace StoreEdge.Core.Offers;

/// <summary>
/// How much room each cap leaves, counted once per decision and used up as offers are chosen. Caps are about selling: service and help are capped only where a cap names their class, and
/// what central has to say to somebody (<see cref="DecisionContext.Notices"/>) never is.
/// </summary>
internal sealed class CapRoom
{
    private readonly ImmutableArray<Cap> caps;
    private readonly ImmutableArray<Offer> notices;
    private readonly Dictionary<(int Cap, string Key), int> used = [];
    private readonly string?[] reasons;

    internal CapRoom(ImmutableArray<Cap> caps, DecisionContext context)
    {
        (this.caps, notices, reasons) = (caps, context.Notices, new string?[caps.Length]);
        for (var i = 0; i < caps.Length; i++)
        {
            foreach (var showing in context.Shown)
            {
                // A showing stamped later than now (the clock stepped back) still counts: caps fail closed.
                if ((showing.To & caps[i].Per) == 0 || (context.AtLeast ?? context.At) - showing.At >= caps[i].Window) continue;
                if (showing.Class is { } known && !IsFor(caps[i], known)) continue;
                if (KeyOf(caps[i], showing.Offer, showing.Supplier) is { } key) used[(i, key)] = used.GetValueOrDefault((i, key)) + 1;
            }
        }
    }

    internal string? Full(Offer offer)
    {
        for (var i = 0; i < caps.Length; i++)
            if (Applies(i, offer) is { } key && used.GetValueOrDefault((i, key)) >= caps[i].Limit) return reasons[i] ??= $"cap-{caps[i].Per.ToString().ToLowerInvariant()}:caps[{i}]";
        return null;
    }

    internal void Take(Offer offer)
    {
        for (var i = 0; i < caps.Length; i++)
            if (Applies(i, offer) is { } key) used[(i, key)] = used.GetValueOrDefault((i, key)) + 1;
    }

    private string? Applies(int i, Offer offer) => !IsFor(caps[i], offer.Class) || notices.Contains(offer) ? null : KeyOf(caps[i], offer.Id, offer.Supplier);

    private static bool IsFor(Cap cap, OfferClass kind) => cap.Class is { } only ? kind == only : kind > OfferClass.Help;

    private static string? KeyOf(Cap cap, OfferId offer, SupplierId? supplier) => cap.Counts switch
    {
        CapCounts.EachOffer => offer.Value,
        CapCounts.EachSupplier => supplier?.Value,
        _ => "",
    };
}

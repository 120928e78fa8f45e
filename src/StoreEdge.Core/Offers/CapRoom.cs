using System.Collections.Immutable;

namespace StoreEdge.Core.Offers;

/// <summary>How much room each cap leaves, counted once per decision and used up as offers are chosen.</summary>
internal sealed class CapRoom
{
    private readonly ImmutableArray<Cap> caps;
    private readonly Dictionary<(int Cap, string Key), int> used = [];
    private readonly string?[] reasons;

    internal CapRoom(ImmutableArray<Cap> caps, DecisionContext context)
    {
        (this.caps, reasons) = (caps, new string?[caps.Length]);
        for (var i = 0; i < caps.Length; i++)
        {
            foreach (var showing in context.Shown)
            {
                // A showing stamped later than now (the clock stepped back) still counts: caps fail closed.
                if ((showing.To & caps[i].Per) == 0 || (context.AtLeast ?? context.At) - showing.At >= caps[i].Window) continue;
                if (caps[i].Class is { } only && showing.Class is { } known && known != only) continue;
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

    private string? Applies(int i, Offer offer) => caps[i].Class is { } only && offer.Class != only ? null : KeyOf(caps[i], offer.Id, offer.Supplier);

    private static string? KeyOf(Cap cap, OfferId offer, SupplierId? supplier) => cap.Counts switch
    {
        CapCounts.EachOffer => offer.Value,
        CapCounts.EachSupplier => supplier?.Value,
        _ => "",
    };
}

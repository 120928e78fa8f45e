using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>How long what was decided may stand.</summary>
internal static class Lasting
{
    /// <summary>The placement's lifetime, or less where something of it ends before: what is over is not shown until the next decision, but taken away.</summary>
    internal static TimeSpan Of(Decision decision, Placement placement)
    {
        var lasts = placement.Lifetime;
        foreach (var chosen in decision.Chosen)
            if (chosen.Offer.ValidUntil - decision.At is { } left && left < lasts) lasts = left;
        return lasts;
    }
}

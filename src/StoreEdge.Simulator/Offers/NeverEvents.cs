using StoreEdge.Core.Offers;

namespace StoreEdge.Simulator.Offers;

/// <summary>
/// Counts what must never happen, by what is true about a customer and by a book of its own of what was shown; it asks nothing of what decided.
/// </summary>
internal sealed class NeverEvents
{
    private readonly Dictionary<(int Holder, string What), List<DateTimeOffset>> book = [];

    public int Count { get; private set; }

    public void Watch(Customer customer, bool onScreen, bool isPresent, DateTimeOffset at, OfferId? shown)
    {
        if (shown is not { } offer || offer.Value == "fallback" && isPresent) return;
        var what = offer.Value;
        if (!isPresent || customer.HasStopped || customer.Never.Contains(offer)) Count++;
        if (what == "promotion" && (customer.Owes != false || !customer.ConsentsToMarketing)) Count++;
        if (what == "welcome" && customer.Lifecycle != "newProspect") Count++;
        if (what == "personal" && onScreen) Count++;
        if (!customer.IsKnown) return;
        if (Times(customer.Number, what, at) > 3) Count++;
        if (what == "promotion" && Times(-1 - customer.Household, "promotions", at) > 1) Count++;
        if (what is "welcome" or "personal" && Times(customer.Number, "loyalty", at) > 1) Count++;
    }

    /// <summary>How often within a day, this time included.</summary>
    private int Times(int holder, string what, DateTimeOffset at)
    {
        if (!book.TryGetValue((holder, what), out var times)) book[(holder, what)] = times = [];
        times.RemoveAll(t => at - t >= TimeSpan.FromDays(1));
        times.Add(at);
        return times.Count;
    }
}

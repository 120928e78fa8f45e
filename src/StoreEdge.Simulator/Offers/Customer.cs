using System.Collections.Immutable;
using StoreEdge.Core.Offers;
using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.Offers;

/// <summary>Somebody of the shop's neighbourhood: what is true about them, and what they have said.</summary>
internal sealed class Customer
{
    public Customer(int number, ulong seed)
    {
        var chance = Xoshiro.For(seed, "customer", number);
        Number = number;
        // Three of ten live with the one before them.
        Household = number > 0 && number % 2 == 1 && chance.Percent(60) ? number - 1 : number;
        IsKnown = chance.Percent(60);
        ConsentsToMarketing = IsKnown && chance.Percent(70);
        ConsentsToLoyalty = IsKnown && chance.Percent(70);
        Owes = !IsKnown || chance.Percent(15) ? null : chance.Percent(6);
        Lifecycle = IsKnown ? chance.Weighted<string?>([("customer", 5), ("exCustomer", 1), ("knownProspect", 1), ("newProspect", 2), (null, 1)]) : null;
    }

    public int Number { get; }

    public int Household { get; }

    /// <summary>Whether they are recognised when they come; otherwise every visit is that of a new guest.</summary>
    public bool IsKnown { get; }

    public bool ConsentsToMarketing { get; }

    public bool ConsentsToLoyalty { get; }

    /// <summary>Null where nobody said.</summary>
    public bool? Owes { get; }

    public string? Lifecycle { get; }

    public bool HasStopped { get; set; }

    public HashSet<OfferId> Never { get; } = [];

    public HashSet<OfferId> NotNow { get; } = [];

    /// <summary>What they were shown, with whom it counts.</summary>
    public List<PastShowing> Shown { get; } = [];

    /// <summary>What a decision is made from, as the agent would have it.</summary>
    public DecisionContext Context(string visit, DateTimeOffset at, bool isPresent, bool isGift, IEnumerable<PastShowing> shown)
    {
        var facts = ImmutableDictionary.CreateBuilder<FactName, Fact>();
        void Know(FactName name, string value) => facts[name] = new([value], at.AddMinutes(-1), TimeSpan.FromHours(1), null);
        if (Owes is { } owes) Know(FactName.CommercialHold, owes ? "true" : "false");
        if (Lifecycle is { } lifecycle) Know(FactName.Lifecycle, lifecycle);
        if (isGift) Know(FactName.Gift, "true");
        return new()
        {
            Visit = new(visit),
            Subject = new(IsKnown ? "k1-" + Number : "visit-" + visit),
            At = at,
            IsPresent = isPresent,
            Language = "en",
            Facts = new(facts.ToImmutable()),
            Wishes = new()
            {
                Stopped = HasStopped ? Truth.True : Truth.False,
                Consents = ImmutableDictionary<Purpose, bool>.Empty.Add(Purpose.Marketing, ConsentsToMarketing).Add(Purpose.Loyalty, ConsentsToLoyalty),
                NeverOffers = [.. Never],
                NotNow = [.. NotNow],
            },
            Shown = [.. shown],
        };
    }

    /// <summary>A guest is nobody beyond the visit.</summary>
    public void Leave()
    {
        NotNow.Clear();
        if (IsKnown) return;
        HasStopped = false;
        Never.Clear();
        Shown.Clear();
    }
}

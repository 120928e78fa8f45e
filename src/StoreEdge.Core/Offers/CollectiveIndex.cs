using System.Collections.Immutable;

namespace StoreEdge.Core.Offers;

/// <summary>How a supplier stands with those who voted about any of its offers.</summary>
/// <param name="Supplier">Whose.</param>
/// <param name="Votes">How many votes there are, aged.</param>
/// <param name="Score">What share of them is surely for it, 0–1.</param>
/// <param name="IsSuspended">Whether that is too little.</param>
public readonly record struct SupplierStanding(SupplierId Supplier, double Votes, double Score, bool IsSuspended);

/// <summary>
/// What everybody together thinks of each offer and supplier. What this store counted goes before what central did, and ranks alone where central said nothing. Of votes only those of
/// recognised customers, here and at central, can suspend a supplier, hold an offer back or become a percentage; guests move the rank, and no further than a factor of two.
/// </summary>
internal sealed class CollectiveIndex
{
    /// <summary>What all stores together know counts as at most so many showings, so that a few hundred of this store's own can say otherwise.</summary>
    private const double CentralStrength = 1000;

    /// <summary>Guests together make an offer look at most so many times better or worse than it is without them, however many they are (decision 16).</summary>
    private const double GuestReach = 2;

    /// <summary>A "never" weighs as much as being ignored so many times more; being ignored is the weakest thing that can be said.</summary>
    private const double NeverWeighs = 5;

    /// <summary>At so many wants by the base rate an offer is no newcomer any more: the relative error of its rate is then about 60 %.</summary>
    private const double WantsToBeKnown = 3;

    /// <summary>Below this many dismissals nothing is held back, whatever share they are.</summary>
    private const double FewestDismissals = 10;

    private readonly Bundle bundle;
    private readonly DecisionContext context;
    private readonly Dictionary<SupplierId, SupplierStanding> suppliers;

    internal CollectiveIndex(Bundle bundle, DecisionContext context)
    {
        (this.bundle, this.context) = (bundle, context);
        var votes = new Dictionary<SupplierId, Tally>(bundle.Suppliers.Count);
        foreach (var offer in bundle.Offers)
        {
            if (offer.Supplier is not { } supplier) continue;
            var said = Known(offer);
            if (said.Wanted + said.Refused > 0) votes[supplier] = votes.GetValueOrDefault(supplier) + said;
        }

        suppliers = votes.ToDictionary(v => v.Key, v => StandingOf(v.Key, v.Value));
    }

    /// <summary>Every supplier about which anybody voted, in the order of their ids.</summary>
    internal ImmutableArray<SupplierStanding> Suppliers => [.. suppliers.Values.OrderBy(s => s.Supplier.Value, StringComparer.Ordinal)];

    /// <summary>Imagined and real showings: how many led to a want, and how many did not.</summary>
    internal (double Wanted, double Ignored) Evidence(Offer offer)
    {
        var prior = bundle.BaseRate;
        var known = Known(offer);
        var (strength, wants) = (prior.Strength + known.Shown, prior.Rate * prior.Strength + known.Wanted);
        var guests = Here(offer).Guests;
        if (guests.Shown > 0)
        {
            var expected = wants / strength * guests.Shown;
            var refusals = (prior.Rate * prior.Strength / 3 + known.Refused) / strength * guests.Shown;
            guests = guests with { Wanted = Math.Clamp(guests.Wanted, expected / GuestReach, expected * GuestReach), Refused = Math.Min(guests.Refused, refusals * GuestReach) };
        }

        return (wants + guests.Wanted,
            (1 - prior.Rate) * prior.Strength + Math.Max(0, known.Shown - known.Wanted) + Math.Max(0, guests.Shown - guests.Wanted) + NeverWeighs * (known.Refused + guests.Refused));
    }

    /// <summary>Whether too little is known of it to compare it with others.</summary>
    internal bool IsNewcomer(Offer offer) => (Known(offer).Shown + Here(offer).Guests.Shown) * bundle.BaseRate.Rate < WantsToBeKnown;

    /// <summary>How far the supplier is to be trusted: what central says, times what the votes say.</summary>
    internal double FactorOf(Offer offer)
    {
        if (offer.Supplier is not { } id) return 1;
        var central = bundle.Suppliers.TryGetValue(id, out var supplier) ? supplier.Factor : 1;
        return suppliers.TryGetValue(id, out var standing) && standing.Votes >= bundle.Index.SupplierVotes ? central * Math.Clamp(2 * standing.Score, 0.5, 1) : central;
    }

    /// <summary>Why it may appear on probation only; null where nothing speaks against it. Service and help are never held back.</summary>
    internal string? Probation(Offer offer)
    {
        if (offer.Class <= OfferClass.Help) return null;
        if (offer.Supplier is { } supplier && suppliers.TryGetValue(supplier, out var standing) && standing.IsSuspended) return "supplier-voted-down";
        var said = Known(offer);
        var dismissed = said.Refused + said.Postponed;
        return dismissed >= FewestDismissals && Wilson.LowerBound(dismissed, Math.Max(said.Shown, dismissed)) > bundle.Index.DismissalBound ? "dismissed-too-often" : null;
    }

    /// <summary>What share of at least <paramref name="fewest"/> votes was surely for it, 0–1, and whether that was in this store; null where that is not known.</summary>
    internal static (double Share, bool IsHere)? ShareOf(DecisionContext context, Offer offer, double fewest)
    {
        var here = context.LocalCounts.GetValueOrDefault(offer.Id).Customers;
        var isHere = here.Wanted + here.Refused >= fewest;
        var said = isHere ? here : offer.Counts;
        return said.Wanted + said.Refused >= fewest ? (Wilson.LowerBound(said.Wanted, said.Wanted + said.Refused), isHere) : null;
    }

    private StoreVotes Here(Offer offer) => context.LocalCounts.GetValueOrDefault(offer.Id);

    private Tally Known(Offer offer)
    {
        var central = offer.Counts;
        return Here(offer).Customers + (central.Shown > CentralStrength ? central * (CentralStrength / central.Shown) : central);
    }

    private SupplierStanding StandingOf(SupplierId supplier, Tally said)
    {
        var votes = said.Wanted + said.Refused;
        var score = Wilson.LowerBound(said.Wanted, votes);
        return new(supplier, votes, score, votes >= bundle.Index.SupplierVotes && score < bundle.Index.SupplierBound);
    }
}

using System.Collections.Immutable;
using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Offers;

/// <summary>What is to be shown and why now; complete enough to be replayed and to be explained to the customer and to an auditor.</summary>
public sealed record Decision
{
    /// <summary>Follows from everything below.</summary>
    public required DecisionId Id { get; init; }

    /// <summary>The visit.</summary>
    public required VisitId Visit { get; init; }

    /// <summary>The placement.</summary>
    public required PlacementId Placement { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Not shown after this moment.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The bundle's version.</summary>
    public required string BundleVersion { get; init; }

    /// <summary>SHA-256 of the bundle's document.</summary>
    public required string BundleHash { get; init; }

    /// <summary>The seed of the draws.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What to show, best first; empty only after departure, or where the customer has refused every fallback too.</summary>
    public required ImmutableArray<Chosen> Chosen { get; init; }

    /// <summary>Whether nothing but the fallback was allowed.</summary>
    public required bool IsFallback { get; init; }

    /// <summary>Why, for the customer, in their language.</summary>
    public required string Explanation { get; init; }

    /// <summary>Every offer that was not chosen, and why: first those that fell by themselves, notices before the bundle and in its order; then those that others displaced, best first.</summary>
    public required ImmutableArray<Rejection> Rejected { get; init; }

    /// <summary>The campaigns with a holdout of which something could have been shown but for it, in the bundle's order, and the customer's group in each.</summary>
    public ImmutableArray<CampaignGroup> Campaigns { get; init; } = [];

    /// <summary>How the suppliers stand about whom anybody has voted, in the order of their ids.</summary>
    public ImmutableArray<SupplierStanding> Suppliers { get; init; } = [];

    /// <summary>What was known, how old it was and whether it still counted.</summary>
    public required ImmutableArray<FactAge> Facts { get; init; }
}

/// <summary>One chosen offer.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Language">The language of <paramref name="Text"/>.</param>
/// <param name="Text">What it says.</param>
/// <param name="Why">Why this one, for the customer.</param>
/// <param name="Draw">The drawn rate, 0–1; 0 for a fallback.</param>
/// <param name="Score">The draw with all factors multiplied in.</param>
public sealed record Chosen(Offer Offer, string Language, OfferText Text, string Why, double Draw, double Score)
{
    /// <summary>Whether too little is known of it to compare it with others, or it is on probation.</summary>
    public bool IsNewcomer { get; init; }
}

/// <summary>Where in the pipeline an offer fell.</summary>
public enum Stage
{
    /// <summary>Not for this placement.</summary>
    Candidates,

    /// <summary>Not now, or none left.</summary>
    TimeAndStock,

    /// <summary>A condition is false or unknown.</summary>
    Eligibility,

    /// <summary>Something forbids it.</summary>
    Suppression,

    /// <summary>Nothing sells at this hour.</summary>
    QuietHours,

    /// <summary>The customer belongs to those who see nothing of the campaign.</summary>
    Holdout,

    /// <summary>Shown often enough.</summary>
    Caps,

    /// <summary>Others came first.</summary>
    Rank,

    /// <summary>Too like one already chosen.</summary>
    Diversity,
}

/// <summary>Why an offer was not chosen.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Stage">Where it fell.</param>
/// <param name="Reason">A code such as <c>commercialHold-unknown</c>, <c>cap-customer</c>, <c>not-public</c>, <c>outranked</c>.</param>
public readonly record struct Rejection(OfferId Offer, Stage Stage, string Reason);

/// <summary>How old a fact was when it was used.</summary>
public readonly record struct FactAge(FactName Name, TimeSpan Age, bool Counted);

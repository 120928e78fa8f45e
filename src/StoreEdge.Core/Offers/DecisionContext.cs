using System.Collections.Immutable;
using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Offers;

/// <summary>All that a decision may depend on beside the bundle, the placement and the seed.</summary>
public sealed record DecisionContext
{
    /// <summary>The visit.</summary>
    public required VisitId Visit { get; init; }

    /// <summary>The resolved customer.</summary>
    public required Pseudonym Subject { get; init; }

    /// <summary>Now, with the store's own offset from UTC (quiet hours are local).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether <see cref="At"/> is known, or only the best guess of a machine that has lost the time: nothing has an age then.</summary>
    public bool IsTimeKnown { get; init; } = true;

    /// <summary>It is at least this late; null where that is <see cref="At"/>. Caps look back from here, so that a clock that is ahead forgets no showing.</summary>
    public DateTimeOffset? AtLeast { get; init; }

    /// <summary>Now, where that is known.</summary>
    public DateTimeOffset? KnownAt => IsTimeKnown ? At : null;

    /// <summary>Where the customer is; null when that is not known.</summary>
    public ZoneId? Zone { get; init; }

    /// <summary>Whether the visit is still open.</summary>
    public bool IsPresent { get; init; } = true;

    /// <summary>Whether this customer, and nobody else, has claimed the screen that is decided for: a bounded time in which it may show them what is personal. Means nothing on a phone.</summary>
    public bool IsClaimed { get; init; }

    /// <summary>BCP 47.</summary>
    public required string Language { get; init; }

    /// <summary>What central said.</summary>
    public Facts Facts { get; init; } = Facts.None;

    /// <summary>What the customer said.</summary>
    public required Wishes Wishes { get; init; }

    /// <summary>Central's service notices for this visit, as offers of class service.</summary>
    public ImmutableArray<Offer> Notices { get; init; } = [];

    /// <summary>What was shown (or is reserved) within the longest window of any cap.</summary>
    public ImmutableArray<PastShowing> Shown { get; init; } = [];

    /// <summary>What this store has counted itself, aged.</summary>
    public IReadOnlyDictionary<OfferId, StoreVotes> LocalCounts { get; init; } = ImmutableDictionary<OfferId, StoreVotes>.Empty;

    /// <summary>Whether the customer consents to <paramref name="purpose"/>; silence is refusal.</summary>
    public bool Consents(Purpose purpose) =>
        Wishes.Consents.TryGetValue(purpose, out var said) ? said
        : Facts.Ask(purpose == Purpose.Loyalty ? FactName.LoyaltyConsent : FactName.MarketingConsent, KnownAt) == Truth.True;
}

/// <summary>What a customer said about being addressed. It stays in force offline, and unread means fail closed.</summary>
public sealed record Wishes
{
    /// <summary>Whether they said stop; unknown counts as yes.</summary>
    public required Truth Stopped { get; init; }

    /// <summary>What they consented to or refused in this store; where they said nothing, central may know.</summary>
    public ImmutableDictionary<Purpose, bool> Consents { get; init; } = ImmutableDictionary<Purpose, bool>.Empty;

    /// <summary>Offers never to be shown again.</summary>
    public ImmutableHashSet<OfferId> NeverOffers { get; init; } = [];

    /// <summary>Suppliers never to be shown again.</summary>
    public ImmutableHashSet<SupplierId> NeverSuppliers { get; init; } = [];

    /// <summary>Demands never to be addressed again.</summary>
    public ImmutableHashSet<string> NeverDemands { get; init; } = [];

    /// <summary>Demands that were somebody else's: the customer said that what they wanted or bought of them was a gift, so an interest in them is not theirs.</summary>
    public ImmutableHashSet<string> GiftDemands { get; init; } = [];

    /// <summary>Offers put off during this visit.</summary>
    public ImmutableHashSet<OfferId> NotNow { get; init; } = [];

    /// <summary>Nothing was ever said, and that is certain.</summary>
    public static Wishes Silent { get; } = new() { Stopped = Truth.False };

    /// <summary>What was said cannot be read.</summary>
    public static Wishes Unreadable { get; } = new() { Stopped = Truth.Unknown };
}

/// <summary>One earlier showing, with everything caps count by.</summary>
/// <param name="Offer">What.</param>
/// <param name="Supplier">Whose.</param>
/// <param name="Class">What for; null where that is not known any more: it then counts with every class.</param>
/// <param name="At">When.</param>
/// <param name="To">Which of the present customer, their household and the present screen saw it.</param>
public readonly record struct PastShowing(OfferId Offer, SupplierId? Supplier, OfferClass? Class, DateTimeOffset At, CapHolders To);

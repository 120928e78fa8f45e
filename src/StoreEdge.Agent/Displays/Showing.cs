using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Displays;

/// <summary>One display of the store, as configured.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Zone">Where it hangs.</param>
internal sealed record DisplayPlace(DisplayId Id, ZoneId Zone)
{
    /// <summary>Other zones from which it is seen: it serves them where they have no display of their own, and goes on for who walks there.</summary>
    public IReadOnlyList<ZoneId> Near { get; init; } = [];

    /// <summary>The receiver that it hangs by; null where the zone says enough.</summary>
    public string? Receiver { get; init; }

    /// <summary>Whether a browser shows it; otherwise something else of this machine draws it, and looks after its own health.</summary>
    public bool HasPage { get; init; } = true;

    /// <summary>The hash of what it draws of a poster: one with little room draws less than all of it.</summary>
    public Func<Poster, string> HashOf { get; init; } = poster => poster.ContentHash();

    /// <summary>Whether somebody in <paramref name="zone"/> sees it.</summary>
    public bool IsSeenFrom(ZoneId zone) => Zone == zone || Near.Contains(zone);
}

/// <summary>Something that a display shall show now, from a decision that is already in the journal.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Decision">The decision it carries out.</param>
/// <param name="Visit">For whom.</param>
/// <param name="Offer">What.</param>
/// <param name="OfferName">Its name now: later editions of the bundle may call it otherwise.</param>
/// <param name="Poster">What the screen says.</param>
/// <param name="DecidedAt">When, on the wall clock.</param>
/// <param name="Since">When, on the monotonic clock.</param>
/// <param name="Until">It is over then, whatever else happens.</param>
/// <param name="CameAt">When the customer came, if this answers their coming.</param>
internal sealed record Showing(
    string Id, DecisionId Decision, VisitId Visit, OfferId Offer, string OfferName, Poster Poster, DateTimeOffset DecidedAt, Instant Since, Instant Until, Instant? CameAt);

/// <summary>Why a showing ended.</summary>
internal enum EndReason
{
    /// <summary>Something else took its place.</summary>
    Replaced,

    /// <summary>Its time was over.</summary>
    Expired,

    /// <summary>The customer left the store or the zone.</summary>
    Departed,

    /// <summary>The customer said so.</summary>
    Choice,

    /// <summary>The display never acknowledged it.</summary>
    NotRendered,
}

/// <summary>What a display says that it drew.</summary>
/// <param name="Showing">Which showing; null while it draws idle content.</param>
/// <param name="ContentHash">See <see cref="Poster.ContentHash"/>.</param>
/// <param name="Frame">Frames drawn since the page was loaded.</param>
internal sealed record Acknowledgement(string? Showing, string ContentHash, long Frame);

/// <summary>A display as the technician sees it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Zone">Where.</param>
/// <param name="Clients">Pages connected.</param>
/// <param name="Showing">Name of what it shows; null while idle.</param>
/// <param name="SinceAcknowledged">Since its last acknowledgement; null when there was none.</param>
/// <param name="Frame">The frame counter of that acknowledgement.</param>
/// <param name="Rendered">Showings acknowledged since the agent started.</param>
internal sealed record DisplayStatus(DisplayId Id, ZoneId Zone, int Clients, string? Showing, TimeSpan? SinceAcknowledged, long Frame, long Rendered);

using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Displays;

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
    string Id, DecisionId Decision, VisitId Visit, OfferId Offer, string OfferName, Poster Poster, DateTimeOffset DecidedAt, Instant Since, Instant Until, Instant? CameAt)
{
    /// <summary>Whether it is for one pair of eyes: then it goes to the claimed screen itself and to no other page, and nobody else is told its name.</summary>
    public bool IsPersonal { get; init; }
}

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

    /// <summary>The hours of the display are over.</summary>
    Closed,

    /// <summary>The screen was somebody's own, and is not any more.</summary>
    Released,
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
/// <param name="SinceFrameMoved">Since its frame counter last moved.</param>
internal sealed record DisplayStatus(DisplayId Id, ZoneId Zone, int Clients, string? Showing, TimeSpan? SinceAcknowledged, long Frame, long Rendered, TimeSpan SinceFrameMoved);

using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>On which road a subject was noticed.</summary>
public enum Road
{
    /// <summary>Their beacon was heard.</summary>
    Beacon,

    /// <summary>They used the portal.</summary>
    Portal,
}

/// <summary>Why a visit ended.</summary>
public enum DepartureReason
{
    /// <summary>Nothing was heard for longer than this device is ever silent.</summary>
    Silence,

    /// <summary>They stayed below the exit threshold.</summary>
    Weak,

    /// <summary>They were seen before the door.</summary>
    Outside,

    /// <summary>Their portal session ended.</summary>
    Portal,

    /// <summary>The receivers that heard them last have been blind for longer than is waited for: nobody knows when they left.</summary>
    Lost,

    /// <summary>Present for longer than anybody stays: the device belongs to the building, or was forgotten here.</summary>
    Furniture,
}

/// <summary>A past-tense fact about a visit.</summary>
/// <param name="Visit">The visit.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Zone">Where they are, or were last.</param>
/// <param name="Road">On which road the visit began.</param>
/// <param name="At">When.</param>
public abstract record PresenceEvent(VisitId Visit, Pseudonym Subject, ZoneId Zone, Road Road, Instant At);

/// <summary>Somebody has come in.</summary>
/// <param name="Visit">The visit.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Zone">Where.</param>
/// <param name="Road">How they were noticed.</param>
/// <param name="At">When.</param>
/// <param name="Receiver">Which radio hears them best; null on the portal.</param>
/// <param name="Assurance">How sure we are who it is.</param>
/// <param name="Returned">Whether they came back within the grace, to the visit that they had left.</param>
/// <param name="Party">The visit of whoever came in first of those who came together; null for that one, and for who came alone.</param>
/// <param name="Suspicion">What speaks against it being them.</param>
/// <param name="Proof">Which window of a rotating id was heard; null for ids that do not rotate, and on the portal.</param>
public sealed record Arrival(
    VisitId Visit, Pseudonym Subject, ZoneId Zone, Road Road, Instant At, ReceiverId? Receiver, Assurance Assurance, bool Returned, VisitId? Party = null,
    Suspicion Suspicion = Suspicion.None, string? Proof = null)
    : PresenceEvent(Visit, Subject, Zone, Road, At);

/// <summary>Somebody has now been present for one of the configured spans.</summary>
/// <param name="Visit">The visit.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Zone">Where.</param>
/// <param name="Road">On which road the visit began.</param>
/// <param name="At">When.</param>
/// <param name="Receiver">Which radio hears them best; null where only the portal knows them.</param>
/// <param name="Assurance">How sure we are who it is.</param>
/// <param name="Present">Since the arrival.</param>
public sealed record Dwell(VisitId Visit, Pseudonym Subject, ZoneId Zone, Road Road, Instant At, ReceiverId? Receiver, Assurance Assurance, TimeSpan Present)
    : PresenceEvent(Visit, Subject, Zone, Road, At);

/// <summary>Somebody has moved.</summary>
/// <param name="Visit">The visit.</param>
/// <param name="Subject">Whose.</param>
/// <param name="From">The zone left.</param>
/// <param name="Zone">The zone entered.</param>
/// <param name="Road">On which road the visit began.</param>
/// <param name="At">When.</param>
/// <param name="Receiver">Which radio hears them best now.</param>
/// <param name="Assurance">How sure we are who it is.</param>
public sealed record ZoneChange(VisitId Visit, Pseudonym Subject, ZoneId From, ZoneId Zone, Road Road, Instant At, ReceiverId? Receiver, Assurance Assurance)
    : PresenceEvent(Visit, Subject, Zone, Road, At);

/// <summary>Somebody has left.</summary>
/// <param name="Visit">The visit, now over unless they return within the grace.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Zone">Where they were last.</param>
/// <param name="Road">On which road the visit began.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Receiver">Which radio heard them best last; null where only the portal knew them.</param>
/// <param name="Assurance">How sure we were who it was.</param>
/// <param name="Present">From the arrival to the last sign of presence.</param>
/// <param name="Reason">Why.</param>
/// <param name="Suspicion">What spoke against it being them.</param>
public sealed record Departure(
    VisitId Visit, Pseudonym Subject, ZoneId Zone, Road Road, Instant At, ReceiverId? Receiver, Assurance Assurance, TimeSpan Present, DepartureReason Reason,
    Suspicion Suspicion = Suspicion.None)
    : PresenceEvent(Visit, Subject, Zone, Road, At);

/// <summary>A visit that was open when the agent stopped, or that its subject had just left, to be taken up again.</summary>
/// <param name="Visit">The visit.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Zone">Where they were.</param>
/// <param name="Road">On which road it began.</param>
/// <param name="Assurance">How sure we were.</param>
/// <param name="Present">How long ago it began, by the wall clock, at the moment of restoring.</param>
/// <param name="Left">How long ago they left, likewise; null where they had not.</param>
public sealed record OpenVisit(VisitId Visit, Pseudonym Subject, ZoneId Zone, Road Road, Assurance Assurance, TimeSpan Present, TimeSpan? Left = null);

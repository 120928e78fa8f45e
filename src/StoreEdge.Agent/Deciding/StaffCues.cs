using StoreEdge.Agent.Timekeeping;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>A recognised customer who is here, as staff may know it: no more than it takes to greet them.</summary>
/// <param name="Name">How they want to be called; null where that is not freshly known, or the device is shared.</param>
/// <param name="CameAt">When they came into the zone; null where that was before the agent started.</param>
/// <param name="WantsPerson">They prefer to be addressed by a person.</param>
internal sealed record StaffCue(string? Name, Instant? CameAt, bool WantsPerson);

/// <summary>
/// What staff may know of who is here. Only of customers who consent to be recognised, have not said "stop", are not blocked and want to be addressed at all; never a debt, a history, or an
/// issue.
/// </summary>
internal sealed class StaffCues(PresentVisits visits, DecisionInputs inputs, TimeProvider time, TrustedClock? clock = null)
{
    /// <summary>Those in a zone who may be greeted, who came last first.</summary>
    public IReadOnlyList<StaffCue> In(ZoneId zone) => [.. visits.In(zone).Where(MayBeGreeted).Select(v => new StaffCue(NameOf(v), v.CameAt, Channel(v)?.Is("staff") == true))];

    /// <summary>How the customer of a visit wants to be called; null where that may not be said.</summary>
    public string? NameOf(VisitId visit) => visits.Find(visit) is { } present && MayBeGreeted(present) ? NameOf(present) : null;

    private DateTimeOffset? KnownAt => clock is null or { IsKnown: true } ? time.GetUtcNow() : null;

    private string? NameOf(PresentVisit visit) =>
        visit.Facts.MayStillHold(FactName.SharedDevice) ? null : visit.Facts.Fresh(FactName.PreferredName, KnownAt) is { Values: [var name] } ? name : null;

    private Fact? Channel(PresentVisit visit) => visit.Facts.Fresh(FactName.PreferredChannel, KnownAt);

    private bool MayBeGreeted(PresentVisit visit) =>
        !visit.Subject.IsAnonymous && !visit.Facts.MayStillHold(FactName.Block) && Channel(visit)?.Is("none") != true && inputs.MayBeRecognised(visit);
}

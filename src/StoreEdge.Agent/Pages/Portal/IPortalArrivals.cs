using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Presence, as the portal needs it.</summary>
internal interface IPortalArrivals
{
    /// <summary>
    /// Somebody has accepted the terms on the portal, or done so again. Completes when the arrival is in the journal; joins the subject's open visit
    /// (begun by a beacon or by an earlier acceptance) without a second arrival.
    /// </summary>
    /// <returns>The subject's one open visit.</returns>
    Task<VisitId> ArriveAsync(Pseudonym subject, Assurance assurance, CancellationToken stop);

    /// <summary>Phones of these subjects show life: their open visits go on. Opens none where there is none, and waits for nothing.</summary>
    void StillHere(IReadOnlyList<Pseudonym> subjects);

    /// <summary>The subject's phone has gone, or goes on as somebody else: the visit ends with its portal session, unless a beacon is still heard.</summary>
    /// <param name="subject">Who.</param>
    /// <param name="silently">Nothing was heard of the phone any more: the visit ended with its last sign of life.</param>
    void Leave(Pseudonym subject, bool silently = false);
}

/// <summary>The customer behind what was typed as loyalty number, or null where nobody is enrolled under it.</summary>
internal delegate Pseudonym? RecogniseLogin(string typed);

/// <summary>Whether the subject has said "stop everything"; where that cannot be read, they have.</summary>
internal delegate bool HasStopped(Pseudonym subject);

/// <summary>
/// What a receipt may still grant: false where the customer has refused since, on whichever of their phones and under whichever of their names. True where they are not known to have refused.
/// </summary>
internal delegate (bool Loyalty, bool Marketing) MayStillGrant(Pseudonym subject);

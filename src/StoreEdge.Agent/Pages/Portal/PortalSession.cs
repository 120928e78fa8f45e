using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>One acceptance and the phone's page that came of it.</summary>
/// <param name="Receipt">The consent receipt's id, a UUID; also names the session.</param>
/// <param name="Visit">The visit it belongs to.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Language">BCP 47 tag of the wording that was accepted.</param>
/// <param name="TextVersion">Which wording.</param>
/// <param name="Terms">False once the receipt is void ("not me").</param>
/// <param name="Loyalty">Agreed to be recognised.</param>
/// <param name="Marketing">Agreed to personal offers.</param>
/// <param name="Accepted">When.</param>
/// <param name="Over">The visit has ended: nothing is offered any more.</param>
/// <param name="Proven">That it is this customer was proven by the tenant's app, and not only typed.</param>
internal sealed record PortalSession(
    string Receipt, VisitId Visit, Pseudonym Subject, string Language, string TextVersion, bool Terms, bool Loyalty, bool Marketing, DateTimeOffset Accepted, bool Over, bool Proven = false)
{
    /// <summary>Whether we know which customer this is.</summary>
    public bool Recognised => !Subject.IsAnonymous;

    /// <summary>How sure that is, in the contract's word. Nobody in particular is claimed about a guest; a login was typed by the customer.</summary>
    public string Assurance => Recognised ? "high" : "low";
}

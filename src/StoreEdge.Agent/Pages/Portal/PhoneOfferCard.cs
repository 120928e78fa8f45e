namespace StoreEdge.Agent.Pages.Portal;

/// <summary>One offer as the phone's page shows it; plain text, encoded by the page.</summary>
/// <param name="OfferId">The offer.</param>
/// <param name="DecisionId">The journaled decision that chose it.</param>
/// <param name="Language">BCP 47 tag of the texts, which may be another than the page's.</param>
/// <param name="Title">What it is.</param>
/// <param name="Text">One or two sentences more; may be empty.</param>
/// <param name="Price">As it is to be read, with its currency; null where the offer has none.</param>
/// <param name="PriceBefore">What it cost before; null where no reduction is advertised.</param>
/// <param name="Supplier">Who makes it; null for the shop's own.</param>
/// <param name="Why">The sentence that says why this customer sees it.</param>
/// <param name="Votable">Whether it may be wanted or refused; a service notice may not.</param>
internal sealed record PhoneOfferCard(
    string OfferId, string DecisionId, string Language, string Title, string Text, string? Price, string? PriceBefore, string? Supplier, string Why, bool Votable);

/// <summary>
/// What the phone's page offers to this session now, in this language (BCP 47): at most three, best first; none is a decent answer. The decision is in
/// the journal before this completes.
/// </summary>
internal delegate ValueTask<IReadOnlyList<PhoneOfferCard>> FillPhone(PortalSession session, string language, CancellationToken stop);

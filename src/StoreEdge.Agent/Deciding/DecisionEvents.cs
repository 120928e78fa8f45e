using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Writes decisions in the contract's words.</summary>
internal static class DecisionEvents
{
    internal static DecisionData ToData(Decision decision, PresentVisit visit, string? assurance, DisplayId? display) => new(
        decision.Id.Value, visit.Visit.Value, visit.Subject.Value, display is null ? "phone" : "display", display?.Value, decision.Placement.Value,
        [.. decision.Chosen.Select(c => c.Offer.Id.Value)], decision.IsFallback, decision.Explanation, decision.Chosen.IsEmpty ? "" : decision.Chosen[0].Language,
        decision.BundleVersion, decision.BundleHash, (long)decision.Seed,
        // What was never meant for this placement was no candidate.
        [.. decision.Rejected.Where(r => r.Stage != Stage.Candidates).Select(r => new RejectedOffer(r.Offer.Value, r.Reason))],
        visit.Household, assurance, decision.Campaigns.IsEmpty ? null : [.. decision.Campaigns.Select(c => new CampaignMembership(c.Campaign, c.IsHeldOut))]);
}

using System.Security.Cryptography;
using System.Text;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>A decision with what this store keeps of it beyond what it tells: enough to count caps by, and to make it anew.</summary>
internal sealed record TracedDecision : DecisionData
{
    public TracedDecision(DecisionData told, Decision decision, DecisionContext context, Bundle bundle) : base(told)
    {
        Kinds = [.. decision.Chosen.Select(c => (c.Offer.Class, c.Offer.Supplier))];
        Inputs = Encoding.UTF8.GetString(ContextJson.Write(context, bundle));
        Digest = DigestOf(decision);
    }

    /// <summary>Class and supplier of each chosen offer: a later edition of the bundle may not have it any more.</summary>
    public IReadOnlyList<(OfferClass Class, SupplierId? Supplier)> Kinds { get; }

    /// <summary>What it was made from, as <see cref="ContextParser"/> reads it.</summary>
    public string Inputs { get; }

    /// <summary>SHA-256 of <see cref="DecisionJson"/>, lower-case hexadecimal.</summary>
    public string Digest { get; }

    public static string DigestOf(Decision decision) => Convert.ToHexStringLower(SHA256.HashData(DecisionJson.Write(decision)));
}

/// <summary>Writes decisions in the contract's words.</summary>
internal static class DecisionEvents
{
    internal static TracedDecision ToData(Decision decision, DecisionContext context, Bundle bundle, PresentVisit visit, string? household, string? assurance, DisplayId? display) => new(
        new DecisionData(
            decision.Id.Value, visit.Visit.Value, visit.Subject.Value, display is null ? "phone" : "display", display?.Value, decision.Placement.Value,
            [.. decision.Chosen.Select(c => c.Offer.Id.Value)], decision.IsFallback, decision.Explanation, decision.Chosen.IsEmpty ? "" : decision.Chosen[0].Language,
            decision.BundleVersion, decision.BundleHash, (long)decision.Seed,
            // What was never meant for this placement was no candidate.
            [.. decision.Rejected.Where(r => r.Stage != Stage.Candidates).Select(r => new RejectedOffer(r.Offer.Value, r.Reason))],
            household, assurance, decision.Campaigns.IsEmpty ? null : [.. decision.Campaigns.Select(c => new CampaignMembership(c.Campaign, c.IsHeldOut))]),
        decision, context, bundle);
}

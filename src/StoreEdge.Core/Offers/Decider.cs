using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Offers;

/// <summary>
/// Decides what to show. Pure: the same bundle, placement, context and seed give the same decision to the last bit. An offer passes candidates → time and
/// stock → eligibility → suppression → quiet hours → holdout → caps → rank → diversity; when none passes, a fallback remains that was not refused, which needs no data beyond that.
/// </summary>
public static class Decider
{
    /// <summary>Decides.</summary>
    /// <param name="bundle">What there is.</param>
    /// <param name="placement">Where; one of the bundle's.</param>
    /// <param name="context">For whom and when.</param>
    /// <param name="seed">Of the draws; any number.</param>
    public static Decision Decide(Bundle bundle, Placement placement, DecisionContext context, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(placement);
        ArgumentNullException.ThrowIfNull(context);

        bundle = bundle.InForceAt(context.At);
        var told = context.Facts;
        context = context with { Facts = told.Permitted(context.Consents).WithoutInterests(context.Wishes.GiftDemands).ByDefinition(bundle.LifecycleDefinition) };
        var rejected = new List<Rejection>(bundle.Offers.Length);
        var passed = new List<Ranked>();
        var campaigns = new Campaigns(bundle.Holdouts, context.Subject);
        var ranking = new Ranking(bundle, context, seed);
        foreach (var offer in context.Notices) Sift(offer);
        foreach (var offer in bundle.Offers) Sift(offer);
        var chosen = Choose(bundle, placement, context, ranking, passed, rejected);

        var isFallback = chosen.IsEmpty;
        if (isFallback && context.IsPresent && Fallback(bundle, placement, context, seed) is { } fallback) chosen = [fallback];
        return new Decision
        {
            Id = IdOf(bundle, placement, context, seed, chosen),
            Visit = context.Visit,
            Placement = placement.Id,
            At = context.At,
            Until = context.At + placement.Lifetime,
            BundleVersion = bundle.Version,
            BundleHash = bundle.Hash,
            Seed = seed,
            Chosen = chosen,
            IsFallback = isFallback,
            Explanation = chosen.IsEmpty ? "" : chosen[0].Why,
            Rejected = [.. rejected],
            Suppliers = ranking.Index.Suppliers,
            Campaigns = campaigns.Groups(),
            Facts = [.. told.All.Select(f => new FactAge(f.Key, context.At - f.Value.AsOf, context.Facts.Fresh(f.Key, context.KnownAt) is not null))],
        };

        void Sift(Offer offer)
        {
            if (Sieve.Reject(bundle, placement, context, offer) is { } rejection) rejected.Add(rejection);
            else if (campaigns.IsHeldOut(offer)) rejected.Add(new(offer.Id, Stage.Holdout, "holdout"));
            else if (ranking.HeldBack(offer) is { } reason) rejected.Add(new(offer.Id, Stage.Rank, reason));
            else passed.Add(ranking.Rank(offer));
        }
    }

    private static ImmutableArray<Chosen> Choose(Bundle bundle, Placement placement, DecisionContext context, Ranking ranking, List<Ranked> passed, List<Rejection> rejected)
    {
        passed.Sort(ranking.BestFirst);
        var caps = new CapRoom(bundle.Caps, context);
        var chosen = ImmutableArray.CreateBuilder<Chosen>(placement.Slots);
        foreach (var ranked in passed)
        {
            var offer = ranked.Offer;
            if (caps.Full(offer) is { } full) rejected.Add(new(offer.Id, Stage.Caps, full));
            else if (chosen.Count == placement.Slots) rejected.Add(new(offer.Id, Stage.Rank, "outranked"));
            else if (TooLike(chosen, offer) is { } like) rejected.Add(new(offer.Id, Stage.Diversity, like));
            else
            {
                caps.Take(offer);
                var (language, text) = offer.TextIn(context.Language, bundle.DefaultLanguage);
                chosen.Add(new(offer, language, text, Explanation.Why(bundle, placement, context, offer), ranked.Draw, ranked.Score) { IsNewcomer = ranked.IsNewcomer });
            }
        }

        return chosen.ToImmutable();
    }

    private static string? TooLike(ImmutableArray<Chosen>.Builder chosen, Offer offer)
    {
        foreach (var other in chosen)
        {
            if (other.Offer.Demand == offer.Demand) return "same-demand";
            if (offer.Supplier is { } supplier && other.Offer.Supplier == supplier) return "same-supplier";
        }

        return null;
    }

    /// <summary>One that the customer has not refused, of this placement if there is one; null where they have refused all: their word holds for what is the same for everyone too.</summary>
    private static Chosen? Fallback(Bundle bundle, Placement placement, DecisionContext context, ulong seed)
    {
        var allowed = bundle.Fallbacks.Where(f => Sieve.Refused(context.Wishes, f) is null).ToArray();
        var fitting = allowed.Where(f => f.Placements.Contains(placement.Id)).ToArray();
        var all = fitting.Length > 0 ? fitting : allowed;
        if (all.Length == 0) return null;
        var offer = all[(int)(new SplitMix(seed).Next() % (ulong)all.Length)];
        var (language, text) = offer.TextIn(context.Language, bundle.DefaultLanguage);
        return new(offer, language, text, Explanation.Everyone(bundle, context.Language), 0, 0);
    }

    private static DecisionId IdOf(Bundle bundle, Placement placement, DecisionContext context, ulong seed, ImmutableArray<Chosen> chosen)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{bundle.Hash}|{placement.Id}|{context.Visit}|{context.At:O}|{seed}|{string.Join(',', chosen.Select(c => c.Offer.Id))}");
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        var milliseconds = context.At.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++) bytes[i] = (byte)(milliseconds >> (40 - 8 * i));
        bytes[6] = (byte)(0x70 | bytes[6] & 0x0F);
        bytes[8] = (byte)(0x80 | bytes[8] & 0x3F);
        return new(new Guid(bytes, bigEndian: true).ToString());
    }
}

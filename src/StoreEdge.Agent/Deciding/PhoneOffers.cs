using System.Security.Cryptography;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>One offer as the phone's page shows it; plain text, to be encoded by the page.</summary>
/// <param name="Offer">For the customer's choice.</param>
/// <param name="Decision">For the customer's choice.</param>
/// <param name="Class">Service notices come first and are not to be refused.</param>
/// <param name="Language">BCP 47 tag of the texts.</param>
/// <param name="Headline">The big words.</param>
/// <param name="Body">May be empty.</param>
/// <param name="Call">What to do now; may be empty.</param>
/// <param name="Price">As written in the language; null where there is none.</param>
/// <param name="PriceBefore">As above, when a reduction is advertised.</param>
/// <param name="PriceUnit">What the price buys; null for a piece.</param>
/// <param name="Supplier">The supplier's name; null for the shop's own.</param>
/// <param name="Why">Why this one, in a sentence for the customer.</param>
internal sealed record PhoneOffer(
    OfferId Offer, DecisionId Decision, OfferClass Class, string Language, string Headline, string Body, string Call, string? Price, string? PriceBefore, string? PriceUnit,
    string? Supplier, string Why);

/// <summary>Decides for the customer's own phone: up to three offers, and the same ones again until something has changed or they are no longer timely.</summary>
internal sealed class PhoneOffers(JournalStore journal, BundleStore bundles, PresentVisits visits, DecisionInputs inputs, TimeProvider time, Func<Pseudonym, bool>? isStranger = null)
{
    private readonly Lock gate = new();
    private readonly Dictionary<VisitId, Shown> last = [];

    /// <summary>
    /// What to show. The decision is in the journal before this returns. Empty once the visit has ended, or after "stop".
    /// </summary>
    /// <param name="visit">The visit.</param>
    /// <param name="subject">Who holds the phone.</param>
    /// <param name="language">BCP 47.</param>
    /// <param name="stop">Ends the request.</param>
    public async ValueTask<IReadOnlyList<PhoneOffer>> DecideForPhoneAsync(VisitId visit, Pseudonym subject, string language, CancellationToken stop)
    {
        var bundle = bundles.Current;
        if (isStranger?.Invoke(subject) == true) return [];
        if ((visits.Find(visit) ?? inputs.FindPresent(visit)) is not { } here || bundle.Phone is not { } placement) return [];
        var present = here with { Subject = subject };
        using var turn = await inputs.TurnAsync(present);
        var context = inputs.For(present, null, bundle, placement, language);
        if (context.Wishes.Stopped != Truth.False)
        {
            Forget(visit);
            return [];
        }

        var now = Instant.Now(time);
        var key = KeyOf(context, bundle);
        lock (gate)
        {
            if (last.TryGetValue(visit, out var shown) && shown.Key == key && now < shown.Until) return shown.Offers;
        }

        var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        var decision = Decider.Decide(bundle, placement, context, seed);
        inputs.TellStandings(decision, bundle);
        await journal.AppendAsync(inputs.ToData(decision, context, bundle, present, null), now, stop);
        await TellAsync(decision, present, stop);
        var offers = decision.Chosen.Select(c => ToPhone(c, decision.Id, bundle)).ToArray();
        lock (gate)
        {
            foreach (var old in last.Where(s => s.Value.Until <= now).Select(s => s.Key).ToArray()) last.Remove(old);
            last[visit] = new(key, now + Lasting.Of(decision, placement), offers);
        }

        return offers;
    }

    /// <summary>The visit has ended.</summary>
    public void Forget(VisitId visit)
    {
        lock (gate) last.Remove(visit);
    }

    /// <summary>The page works without script and cannot acknowledge, so what is decided for it counts as shown.</summary>
    private async ValueTask TellAsync(Decision decision, PresentVisit present, CancellationToken stop)
    {
        foreach (var chosen in decision.Chosen)
            if (visits.Tell(present.Visit, chosen.Offer.Id, onPhone: true) is { } notice)
                await journal.AppendAsync(
                    new NoticeShownData(present.Visit.Value, present.Subject.Value, notice.Id.Value, Notices.KindOf(notice), "phone", null), Instant.Now(time), stop);
    }

    /// <summary>What makes a new decision necessary. Past showings do not: looking at the page again must not use up a cap.</summary>
    private static string KeyOf(DecisionContext context, Bundle bundle)
    {
        var wishes = context.Wishes;
        var facts = context.Facts.All.Select(f => $"{f.Key}={string.Join('+', f.Value.Values)}@{f.Value.AsOf.UtcTicks}:{f.Value.IsFresh(context.KnownAt)}");
        return string.Join('|', [
            bundle.Hash, context.Language, .. facts, .. context.Notices.Select(n => $"{n.Id}:{n.ValidUntil?.UtcTicks}:{n.TextIn(context.Language, context.Language).Text}"), .. wishes.Consents.OrderBy(c => c.Key).Select(c => $"{c.Key}={c.Value}"),
            .. wishes.NeverOffers.Select(o => "never " + o).Order(StringComparer.Ordinal), .. wishes.NeverSuppliers.Select(s => "never of " + s).Order(StringComparer.Ordinal),
            .. wishes.NeverDemands.Select(d => "never for " + d).Order(StringComparer.Ordinal), .. wishes.NotNow.Select(o => "not now " + o).Order(StringComparer.Ordinal),
            .. wishes.GiftDemands.Select(d => "gift " + d).Order(StringComparer.Ordinal)]);
    }

    private static PhoneOffer ToPhone(Chosen chosen, DecisionId decision, Bundle bundle)
    {
        var (offer, language, text) = (chosen.Offer, chosen.Language, chosen.Text);
        var supplier = offer.Supplier is { } id && bundle.Suppliers.TryGetValue(id, out var known) ? known.Name : null;
        return new(
            offer.Id, decision, offer.Class, language, text.Headline, text.Body, text.Call, offer.Price?.Format(offer.Price.Amount, language),
            offer.Price?.Before is { } before ? offer.Price.Format(before, language) : null, offer.Price?.Unit, supplier, chosen.Why);
    }

    private sealed record Shown(string Key, Instant Until, IReadOnlyList<PhoneOffer> Offers);
}

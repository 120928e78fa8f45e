using System.Security.Cryptography;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>
/// Whose turn a display is. Who comes is greeted; what somebody is reading stays for <see cref="DisplayHub.MinimumDwell"/>; then everybody near has a turn in each round, first whose content
/// suits most of those who stand there. Service comes before all of it, at once. Only the deciding loop calls it.
/// </summary>
internal sealed class ScreenTurns(
    JournalStore journal, BundleStore bundles, PresentVisits visits, DecisionInputs inputs, DisplayHub displays, TimeProvider time, HealthBoard health)
{
    public const string NotKept = "decision-not-kept";

    /// <summary>Of whom it is reckoned what suits them when a turn is given: more do not stand before one screen, and a Pi decides for these within a frame or two.</summary>
    private const int MostCompared = 8;

    private readonly Dictionary<DisplayId, Round> rounds = [];

    /// <summary>Somebody came into a zone. Where a display that served them is still in sight it goes on: content that hops from screen to screen is read by nobody.</summary>
    public async ValueTask ComeAsync(PresentVisit visit, CancellationToken stop)
    {
        if (displays.All.Any(d => d.IsSeenFrom(visit.Zone) && displays.Current(d.Id)?.Visit == visit.Visit)) return;
        foreach (var display in Nearest(visit))
            if (!IsGreeting(display.Id, visit)) await FillAsync(display, visit, visit.CameAt, Cause.Came, stop);
    }

    /// <summary>What displays show for a visit ends, on those of them that <paramref name="which"/> names; others have their turn.</summary>
    public async ValueTask LeaveAsync(VisitId visit, EndReason reason, Func<DisplayPlace, bool> which, CancellationToken stop)
    {
        // All of them end before anybody else has a turn: a turn needs the journal, and where that refuses, nothing of theirs may stay.
        var theirs = displays.All.Where(d => displays.Current(d.Id)?.Visit == visit && which(d)).ToList();
        foreach (var display in theirs) await displays.EndAsync(display.Id, reason, stop);
        foreach (var display in theirs) await NextAsync(display.Id, stop);
    }

    /// <summary>More is known: the displays that serve this visit, and idle ones, may now show something better; service may take the place of anything else.</summary>
    public async ValueTask RecheckAsync(VisitId id, CancellationToken stop)
    {
        if (visits.Find(id) is not { } visit) return;
        var ended = new List<DisplayId>();
        foreach (var display in Nearest(visit).Union(displays.All.Where(d => displays.Current(d.Id)?.Visit == id)))
        {
            var wasTheirs = displays.Current(display.Id)?.Visit == id;
            await FillAsync(display, visit, null, Cause.KnownBetter, stop);
            if (wasTheirs && displays.Current(display.Id) is null) ended.Add(display.Id);
        }

        foreach (var display in ended) await NextAsync(display, stop);
    }

    /// <summary>The display is free, or what it shows has been there long enough: whoever waits has it, then the others in turn. A display that nobody sees is left alone.</summary>
    public async ValueTask NextAsync(DisplayId id, CancellationToken stop)
    {
        if (displays.Find(id.Value) is not { } display) return;
        await FillAsync(display, stop);
        // Who was served here may be nearer to another by now.
        if (displays.Current(id) is null)
            foreach (var other in displays.All.Where(d => display.Near.Contains(d.Zone) && displays.Current(d.Id) is null)) await FillAsync(other, stop);
    }

    private async ValueTask FillAsync(DisplayPlace display, CancellationToken stop)
    {
        var id = display.Id;
        if (!displays.IsConnected(id)) return;
        var near = Near(display);
        if (near.Count == 0) return;
        var round = rounds.TryGetValue(id, out var begun) ? begun : rounds[id] = new();
        // While somebody reads, who waits would only be put back in the queue, and this would go round until the reading is over.
        while (!displays.IsBeingRead(id) && round.Waiting.TryDequeue(out var waiting))
        {
            if (near.FirstOrDefault(v => v.Visit == waiting) is not { } who) continue;
            await FillAsync(display, who, null, Cause.Turn, stop);
            if (displays.Current(id)?.Visit == waiting) return;
        }

        if (displays.Current(id) is not null) return;
        var left = near.Where(v => !round.Served.Contains(v.Visit)).ToList();
        if (left.Count == 0)
        {
            // A new round; who was served last is not the first again while others are there.
            round.Served.Clear();
            left = [.. near.Where(v => v.Visit != round.Last || near.Count == 1)];
        }

        foreach (var visit in MostSuitableFirst(display, left))
        {
            round.Served.Add(visit.Visit);
            await FillAsync(display, visit, null, Cause.Turn, stop);
            if (displays.Current(id) is not null) return;
        }
    }

    /// <summary>People at the display do not want this offer there.</summary>
    public async ValueTask PutOffAsync(DisplayId display, OfferId offer, CancellationToken stop)
    {
        displays.PutOff(display, offer);
        if (displays.Current(display)?.Offer != offer) return;
        await displays.EndAsync(display, EndReason.Choice, stop);
        await NextAsync(display, stop);
    }

    /// <summary>The visit is over; nothing of it is kept.</summary>
    public void Forget(VisitId visit)
    {
        foreach (var round in rounds.Values)
        {
            round.Served.Remove(visit);
            if (round.Last == visit) round.Last = null;
        }
    }

    /// <summary>
    /// The displays that somebody stands before: those by the receiver that heard them best, else all of their zone, else those that are seen from there. Which of several in one zone is nearer
    /// nobody knows, so each of them serves.
    /// </summary>
    private IEnumerable<DisplayPlace> Nearest(PresentVisit visit)
    {
        if (displays.All.Where(d => displays.ClaimOf(d.Id)?.Visit == visit.Visit).ToList() is { Count: > 0 } claimed) return claimed;
        var own = displays.All.Where(d => d.Zone == visit.Zone && displays.IsLit(d.Id)).ToList();
        if (own.Count == 0) return displays.All.Where(d => d.IsSeenFrom(visit.Zone));
        return visit.Receiver is { } receiver && own.Any(d => d.Receiver == receiver) ? own.Where(d => d.Receiver == receiver) : own;
    }

    private List<PresentVisit> Near(DisplayPlace display) => displays.ClaimOf(display.Id) is { } claim
        ? visits.Find(claim.Visit) is { } owner ? [owner] : []
        : [.. display.Near.Prepend(display.Zone).Distinct().SelectMany(visits.In).Where(v => Nearest(v).Any(d => d.Id == display.Id) && !IsServedElsewhere(v, display))];

    /// <summary>By a display of another zone that they still see.</summary>
    private bool IsServedElsewhere(PresentVisit visit, DisplayPlace display) =>
        displays.All.Any(d => d.Zone != display.Zone && displays.Current(d.Id)?.Visit == visit.Visit);

    /// <summary>A party is greeted once: the others have their turn when what greets the first of them is over.</summary>
    private bool IsGreeting(DisplayId display, PresentVisit visit) =>
        visit.Party is not null && displays.Current(display) is { Visit: { } served } && visits.Find(served)?.CameWith(visit) == true;

    /// <summary>
    /// In the order in which their content suits all who stand there: each one's first choice counts with what it scores with everybody, and what somebody else may not or will not see scores
    /// nothing with them. The decision itself stays one person's, so that it can be replayed and explained.
    /// </summary>
    private IEnumerable<PresentVisit> MostSuitableFirst(DisplayPlace display, List<PresentVisit> left)
    {
        var bundle = bundles.Current;
        if (left.Count < 2 || bundle.ScreenIn(display.Zone) is not { } placement) return left;
        var (seed, wide) = (Seed(), placement with { Slots = MostCompared });
        var choices = left.Take(MostCompared)
            .Select(v => (Visit: v, Context: ContextFor(v, display, null, bundle, wide)))
            .Where(v => v.Context.Wishes.Stopped == Truth.False)
            .Select(v => (v.Visit, Decision: Decider.Decide(bundle, wide, v.Context, seed)))
            .ToList();
        return choices.Where(c => !c.Decision.IsFallback).OrderByDescending(c => GroupScore(c.Decision.Chosen[0].Offer.Id)).Select(c => c.Visit)
            .Concat(choices.Where(c => c.Decision.IsFallback).Select(c => c.Visit)).Concat(left.Skip(MostCompared));

        double GroupScore(OfferId offer) => choices.Where(c => !c.Decision.IsFallback).Sum(c => c.Decision.Chosen.Where(o => o.Offer.Id == offer).Sum(o => o.Score));
    }

    private async ValueTask FillAsync(DisplayPlace display, PresentVisit visit, Instant? cameAt, Cause cause, CancellationToken stop)
    {
        var bundle = bundles.Current;
        if (bundle.ScreenIn(display.Zone) is not { } placement || !displays.IsLit(display.Id)) return;
        var claim = displays.ClaimOf(display.Id);
        if (claim is not null && claim.Visit != visit.Visit) return;
        // As on their phone: who claimed it is who the phone's page knows.
        if (claim is not null) visit = visit with { Subject = claim.Subject };
        var current = displays.Current(display.Id);
        // Another's content gives way to nothing but service, so for the rest there is nothing to decide.
        if (cause == Cause.KnownBetter && current is not null && current.Visit != visit.Visit && IsService(current)) return;
        using var turn = await inputs.TurnAsync(visit);
        var context = ContextFor(visit, display, claim, bundle, placement);
        // After "stop" a screen does not react to this person at all, not even with a fallback; nor to whom central knows to want to be addressed in another way, not even with a notice.
        if (context.Wishes.Stopped != Truth.False || context.Facts.Fresh(FactName.PreferredChannel, context.KnownAt)?.Is("display") == false)
        {
            // What stood there before that was known goes too.
            if (current?.Visit == visit.Visit) await displays.EndAsync(display.Id, context.Wishes.Stopped == Truth.Unknown ? EndReason.Replaced : EndReason.Choice, stop);
            return;
        }

        var decision = Decider.Decide(bundle, placement, context, Seed());
        inputs.TellStandings(decision, bundle);
        var comesFirst = !decision.IsFallback && !decision.Chosen.IsEmpty && decision.Chosen[0].Offer.Class == OfferClass.Service && !IsService(current);
        if (current is not null && current.Visit != visit.Visit && !comesFirst)
        {
            // Selling waits until a notice has had its time, however long that is.
            if (cause == Cause.KnownBetter || (IsService(current) && (decision.IsFallback || decision.Chosen.IsEmpty || decision.Chosen[0].Offer.Class != OfferClass.Service))) return;
            if (displays.IsBeingRead(display.Id))
            {
                if (!decision.IsFallback) Wait(display.Id, visit.Visit);
                return;
            }
        }

        if (cause == Cause.KnownBetter && current is not null && current.Visit == visit.Visit)
        {
            if (!IsBetter(decision, context, visit, display.Id, current, bundle)) return;
            if (decision.IsFallback) await displays.EndAsync(display.Id, EndReason.Replaced, stop);
        }

        // A fallback greets who comes; after that the idle content says the same without a decision.
        if (decision.Chosen.IsEmpty || (decision.IsFallback && cause != Cause.Came)) return;

        var now = Instant.Now(time);
        await journal.AppendAsync(inputs.ToData(decision, context, bundle, visit, display.Id), now, stop);
        health.Clear(NotKept);
        var round = rounds.TryGetValue(display.Id, out var begun) ? begun : rounds[display.Id] = new();
        round.Served.Add(visit.Visit);
        round.Last = visit.Visit;
        // What is shown for a claim ends with it, whatever else happens.
        var until = now + Lasting.Of(decision, placement);
        if (claim is not null && claim.Until < until) until = claim.Until;
        await displays.ShowAsync(display.Id, Posters.Showing(bundle, decision, now, until, cameAt), stop);
    }

    /// <summary>On a screen that is theirs for the moment, what is personal may stand too, notices among it. What people at the screen put off counts for whoever is there.</summary>
    private DecisionContext ContextFor(PresentVisit visit, DisplayPlace display, ScreenClaim? claim, Bundle bundle, Placement placement)
    {
        var context = inputs.For(visit, display.Id, bundle, placement, claim?.Language ?? bundle.DefaultLanguage);
        if (claim is not null) context = context with { IsClaimed = true, Notices = [.. context.Notices.Select(n => n with { Placements = [placement.Id] })] };
        var putOff = displays.PutOff(display.Id);
        return putOff.Count == 0 ? context : context with { Wishes = context.Wishes with { NotNow = context.Wishes.NotNow.Union(putOff) } };
    }

    private void Wait(DisplayId display, VisitId visit)
    {
        var round = rounds.TryGetValue(display, out var begun) ? begun : rounds[display] = new();
        if (round.Waiting.Count < MostCompared && !round.Waiting.Contains(visit)) round.Waiting.Enqueue(visit);
    }

    private static bool IsService(Showing? showing) => showing?.Poster.Class == Posters.WordOf(OfferClass.Service);

    private static ulong Seed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>What is on the screen gives way only to a higher class, or when it must not stay: another draw of the same kind would be restlessness.</summary>
    private bool IsBetter(Decision decision, DecisionContext context, PresentVisit visit, DisplayId display, Showing current, Bundle bundle)
    {
        if (!decision.Chosen.IsEmpty && decision.Chosen[0].Offer.Id == current.Offer) return false;
        if (decision.Rejected.Any(r => r.Offer == current.Offer && r.Stage < Stage.Caps)) return true;
        // A notice that stands on the screen for the last time is no candidate any more; who reads it is left to read, but for another notice.
        if (displays.IsBeingRead(display) && visit.Notices.Any(n => n.Id == current.Offer) && !context.Facts.MayStillHold(FactName.Block))
            return !decision.IsFallback && decision.Chosen[0].Offer.Class == OfferClass.Service;
        if (bundle.Find(current.Offer) is not { } shown) return true;
        return !decision.IsFallback && decision.Chosen[0].Offer.Class < shown.Class;
    }

    private enum Cause
    {
        Came,
        KnownBetter,
        Turn,
    }

    /// <summary>Who has had the display since everybody last had it.</summary>
    private sealed class Round
    {
        public HashSet<VisitId> Served { get; } = [];

        /// <summary>Who came while somebody else was reading.</summary>
        public Queue<VisitId> Waiting { get; } = [];

        public VisitId? Last { get; set; }
    }
}

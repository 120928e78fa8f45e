using System.Threading.Channels;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>
/// Acts on what is safely in the journal: somebody comes, moves, chooses or leaves, and the displays of the zone follow. Every decision is journaled before
/// anything is shown. One reader, so that a departure can never be overtaken by what was decided before it.
/// </summary>
internal sealed class DecidingLoop(
    JournalStore journal, BundleStore bundles, PresentVisits visits, DecisionInputs inputs, PhoneOffers phones, DisplayHub displays, TimeProvider time, HealthBoard health,
    Func<Pseudonym, bool>? isStranger = null)
{
    private const string Overloaded = "deciding-overloaded", NotKept = ScreenTurns.NotKept;

    /// <summary>Some minutes of the busiest store; beyond that something is stuck.</summary>
    private const int MostSignals = 4096;

    private readonly Channel<Signal> signals = Channel.CreateBounded<Signal>(new BoundedChannelOptions(MostSignals) { SingleReader = true });
    private readonly ScreenTurns turns = new(journal, bundles, visits, inputs, displays, time, health);
    private long dropped;

    /// <summary>Has a person come to a customer with an open issue: whose visit, and how sure that is.</summary>
    public Func<PresentVisit, string, Task>? OpenIssue { get; set; }

    /// <summary>Takes what central said about a visit; displays follow while it is present.</summary>
    /// <exception cref="FormatException">It breaks the contract; nothing of it was taken.</exception>
    public void Accept(ContextMessage message) => Post(new Signal.Recheck(visits.Accept(message)));

    /// <summary>Takes a service notice for a visit.</summary>
    /// <exception cref="FormatException">It breaks the contract.</exception>
    public void Accept(NoticeMessage message) => Post(new Signal.Recheck(visits.Accept(message)));

    /// <summary>Somebody was erased, and is a stranger by now: what is shown for them ends. Completes once it has, and its proof is in the journal, to be erased with the rest.</summary>
    public async Task ForgetAsync(Pseudonym subject, CancellationToken stop)
    {
        var signal = new Signal.Forgotten(subject);
        await signals.Writer.WriteAsync(signal, stop);
        await signal.Done.Task.WaitAsync(stop);
    }

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var committed = journal.Subscribe("deciding", MostSignals);
        Action<DisplayId> freed = PostFreed;
        Action changed = () => displays.Idle = Posters.Idle(bundles.Current);
        Action<DisplayId, ScreenClaim> claimOver = PostClaimOver;
        displays.Freed += freed;
        displays.ClaimOver += claimOver;
        bundles.Changed += changed;
        try
        {
            changed();
            await RecoverAsync(stop);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var forward = ForwardAsync(committed, both.Token);
            var act = ActAsync(both.Token);
            try
            {
                await await Task.WhenAny(forward, act);
            }
            finally
            {
                // Neither outlives the other, whichever failed.
                await both.CancelAsync();
                await Task.WhenAll(forward, act).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            displays.Freed -= freed;
            displays.ClaimOver -= claimOver;
            bundles.Changed -= changed;
        }
    }

    /// <summary>Handles what waits; for tests, which own the clock.</summary>
    internal async ValueTask DrainAsync(CancellationToken stop)
    {
        while (signals.Reader.TryRead(out var signal)) await HandleAsync(signal, stop);
    }

    internal void Post(CommittedEvent committed)
    {
        if (committed.Data is ArrivalData or ZoneData or DepartureData or ChoiceData or ConsentData or ScreenClaimData or ScreenChoiceData or RenderedData) Post(new Signal.Happened(committed));
    }

    internal void PostFreed(DisplayId display) => Post(new Signal.Freed(display));

    internal void PostClaimOver(DisplayId display, ScreenClaim claim) => Post(new Signal.ClaimOver(display, claim));

    /// <summary>A screen is given back before its time: on the phone (<c>customer</c>) or at the screen itself (<c>screen</c>), where anybody may.</summary>
    public void Release(DisplayId display, string reason) => Post(new Signal.Release(display, reason));

    /// <summary>What a crash cut off is declared ended, and who was here still is until the journal says otherwise.</summary>
    internal async ValueTask RecoverAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        foreach (var open in inputs.Unended())
        {
            var offer = bundles.Current.Find(open.Offer);
            var name = offer?.TextIn(bundles.Current.DefaultLanguage, bundles.Current.DefaultLanguage).Text.Name ?? open.Offer.Value;
            try
            {
                await journal.AppendAsync(
                    new ProofOfPlayData(
                        open.Showing ?? Guid.CreateVersion7(now).ToString(), open.Decision.Value, open.Visit, open.Display.Value, open.Offer.Value, name,
                        Posters.WordOf(offer?.Class ?? OfferClass.Generic), open.DecidedAt, open.RenderedAt, open.RenderedAt, now, "restart"),
                    Instant.Now(time), stop);
            }
            catch (JournalFault fault)
            {
                // It stays open in the database, and the next start declares it.
                health.Raise(NotKept, Severity.Fault, $"Decisions cannot be kept, so nothing new is shown: {fault.What}", fault.Remedy);
                break;
            }
        }

        foreach (var (visit, subject, zone) in inputs.StillPresent()) visits.Put(visit, subject, zone, null);
    }

    private async Task ForwardAsync(ChannelReader<CommittedEvent> committed, CancellationToken stop)
    {
        await foreach (var happened in committed.ReadAllAsync(stop)) Post(happened);
    }

    private async Task ActAsync(CancellationToken stop)
    {
        await foreach (var signal in signals.Reader.ReadAllAsync(stop)) await HandleAsync(signal, stop);
    }

    /// <summary>Never waits: the journal must not be held up by a display.</summary>
    private void Post(Signal signal)
    {
        if (signals.Writer.TryWrite(signal)) return;
        var lost = Interlocked.Increment(ref dropped);
        health.Raise(Overloaded, Severity.Fault, $"Deciding has fallen behind; {lost} signals were dropped.", "Restart the agent; if it comes again, report it with the journal's export.");
    }

    /// <summary>What cannot be journaled is not shown: the displays fall back, and the next signal is tried afresh.</summary>
    private async ValueTask HandleAsync(Signal signal, CancellationToken stop)
    {
        try
        {
            await ActOnAsync(signal, stop);
        }
        catch (JournalFault fault)
        {
            health.Raise(NotKept, Severity.Fault, $"Decisions cannot be kept, so nothing new is shown: {fault.What}", fault.Remedy);
        }
    }

    private ValueTask ActOnAsync(Signal signal, CancellationToken stop) => signal switch
    {
        Signal.Happened(var committed) => HappenedAsync(committed, stop),
        Signal.Recheck(var visit) => RecheckAsync(visit, stop),
        Signal.Freed(var display) => turns.NextAsync(display, stop),
        Signal.Forgotten forgotten => ForgetAsync(forgotten, stop),
        Signal.Release(var display, var reason) => ReleaseAsync(display, reason, stop),
        Signal.ClaimOver(var display, var claim) => ReleasedAsync(display, claim, "expired", stop),
        _ => ValueTask.CompletedTask,
    };

    private async ValueTask ForgetAsync(Signal.Forgotten forgotten, CancellationToken stop)
    {
        try
        {
            foreach (var visit in visits.Of(forgotten.Subject))
            {
                visits.Remove(visit);
                phones.Forget(visit);
                turns.Forget(visit);
                await ReleaseAllAsync(visit, "departed", stop);
                await turns.LeaveAsync(visit, EndReason.Departed, _ => true, stop);
            }
        }
        finally
        {
            // Where the next showing could not be kept, theirs has ended all the same.
            forgotten.Done.TrySetResult();
        }
    }

    private async ValueTask ClaimAsync(ScreenClaimData claim, CancellationToken stop)
    {
        var visit = new VisitId(claim.VisitId);
        if (displays.Find(claim.Display) is not { } display || visits.Find(visit) is null) return;
        var theirs = new ScreenClaim(visit, new(claim.Subject), claim.Language, claim.Assurance, Instant.Now(time) + ScreenGuests.ClaimLasts);
        // Somebody typed the same code a moment earlier, before it was used up.
        if (displays.ClaimOf(display.Id) is { } first && first.Visit != visit)
        {
            await SayReleasedAsync(display.Id, theirs, "taken", stop);
            return;
        }

        // One screen is theirs at a time, and what was shown for them elsewhere comes to it.
        await ReleaseAllAsync(visit, "customer", stop);
        await displays.BeginClaimAsync(display.Id, theirs, stop);
        await turns.LeaveAsync(visit, EndReason.Replaced, d => d.Id != display.Id, stop);
        await turns.NextAsync(display.Id, stop);
    }

    private async ValueTask ReleaseAllAsync(VisitId visit, string reason, CancellationToken stop, Func<DisplayPlace, bool>? which = null)
    {
        foreach (var display in displays.All.Where(d => displays.ClaimOf(d.Id)?.Visit == visit && which?.Invoke(d) != false)) await ReleaseAsync(display.Id, reason, stop);
    }

    private async ValueTask ReleaseAsync(DisplayId display, string reason, CancellationToken stop)
    {
        if (await displays.EndClaimAsync(display, EndReason.Released, stop) is { } claim) await ReleasedAsync(display, claim, reason, stop);
    }

    /// <summary>What was shown for the claim has gone already.</summary>
    private async ValueTask ReleasedAsync(DisplayId display, ScreenClaim claim, string reason, CancellationToken stop)
    {
        await SayReleasedAsync(display, claim, reason, stop);
        await turns.NextAsync(display, stop);
    }

    private async ValueTask SayReleasedAsync(DisplayId display, ScreenClaim claim, string reason, CancellationToken stop)
    {
        if (IsForgotten(claim.Subject.Value)) return;
        await journal.AppendAsync(new ScreenClaimData(claim.Visit.Value, claim.Subject.Value, display.Value, "released", reason, claim.Language, claim.Assurance, "voluntary"), Instant.Now(time), stop);
    }

    /// <summary>An arrival that was on its way here when its customer was erased.</summary>
    private bool IsForgotten(string subject) => isStranger?.Invoke(new(subject)) == true;

    private async ValueTask HappenedAsync(CommittedEvent committed, CancellationToken stop)
    {
        switch (committed.Data)
        {
            case ArrivalData arrival when IsForgotten(arrival.Subject):
            case ZoneData zoneLeft when IsForgotten(zoneLeft.Subject):
                break;
            case ArrivalData arrival:
                await ComeAsync(arrival, committed, stop);
                break;
            case ZoneData zone:
                // First, so that what ends where they were is followed by others there, and not by them.
                var moved = visits.Put(new(zone.VisitId), new(zone.Subject), new(zone.Zone), committed.At, receiver: zone.Receiver);
                // Whoever has walked out of sight of their screen does not see who reads it.
                await ReleaseAllAsync(new(zone.VisitId), "departed", stop, d => !d.IsSeenFrom(new(zone.Zone)));
                await turns.LeaveAsync(new(zone.VisitId), EndReason.Departed, d => !d.IsSeenFrom(new(zone.Zone)), stop);
                await turns.ComeAsync(moved, stop);
                break;
            case DepartureData departure:
                visits.Remove(new(departure.VisitId));
                phones.Forget(new(departure.VisitId));
                turns.Forget(new(departure.VisitId));
                await ReleaseAllAsync(new(departure.VisitId), "departed", stop);
                await turns.LeaveAsync(new(departure.VisitId), EndReason.Departed, _ => true, stop);
                break;
            case ScreenClaimData { State: "claimed" } claim:
                await ClaimAsync(claim, stop);
                break;
            case ScreenChoiceData { Choice: "never" } said:
                await turns.PutOffAsync(new(said.Display), new(said.OfferId), stop);
                break;
            case ChoiceData { Choice: "stop" } choice:
                await ReleaseAllAsync(new(choice.VisitId), "stop", stop);
                await turns.LeaveAsync(new(choice.VisitId), EndReason.Choice, _ => true, stop);
                break;
            case ChoiceData { Choice: "never" or "not-now" } choice:
                await turns.LeaveAsync(new(choice.VisitId), EndReason.Choice, d => displays.Current(d.Id)?.Offer.Value == choice.OfferId, stop);
                break;
            case ChoiceData { Choice: "never-supplier", Target: { } supplier } choice:
                await turns.LeaveAsync(new(choice.VisitId), EndReason.Choice, d => Shown(d.Id)?.Supplier?.Value == supplier, stop);
                break;
            case ChoiceData { Choice: "never-demand", Target: { } demand } choice:
                await turns.LeaveAsync(new(choice.VisitId), EndReason.Choice, d => Shown(d.Id)?.Demand == demand, stop);
                break;
            case RenderedData { VisitId: { } seen } rendered:
                await TellAsync(new(seen), rendered, stop);
                break;
            case ConsentData consent:
                await turns.RecheckAsync(new(consent.VisitId), stop);
                break;
        }
    }

    /// <summary>The bundle's offer that a display shows; null where it shows none, or a notice.</summary>
    private Offer? Shown(DisplayId display) => displays.Current(display) is { } current ? bundles.Current.Find(current.Offer) : null;

    /// <summary>A screen has drawn something; where that was a notice, central hears that it was shown.</summary>
    private async ValueTask TellAsync(VisitId visit, RenderedData rendered, CancellationToken stop)
    {
        if (visits.Find(visit) is not { } present || visits.Tell(visit, new(rendered.OfferId), onPhone: false) is not { } notice) return;
        await journal.AppendAsync(
            new NoticeShownData(visit.Value, present.Subject.Value, notice.Id.Value, Notices.KindOf(notice), "display", rendered.Display), Instant.Now(time), stop);
    }

    /// <summary>
    /// Who has an open issue gets a person, not a promotion. Only where that is freshly known: an old word of it keeps promotions away, but sends nobody; and after "stop" nobody is
    /// addressed who has not asked.
    /// </summary>
    private async ValueTask SendSomebodyAsync(VisitId visit)
    {
        if (OpenIssue is null || visits.Find(visit) is not { } present || !inputs.HasOpenIssue(present) || inputs.AssuranceOf(visit) is not { } assurance) return;
        await OpenIssue(present, assurance);
    }

    private async ValueTask ComeAsync(ArrivalData arrival, CommittedEvent committed, CancellationToken stop)
    {
        var visit = visits.Put(
            new(arrival.VisitId), new(arrival.Subject), new(arrival.Zone), committed.At, arrival.Party is { } party ? new(party) : null, arrival.Receiver);
        await SendSomebodyAsync(visit.Visit);
        await turns.ComeAsync(visit, stop);
    }

    private async ValueTask RecheckAsync(VisitId visit, CancellationToken stop)
    {
        await SendSomebodyAsync(visit);
        await turns.RecheckAsync(visit, stop);
    }

    private abstract record Signal
    {
        internal sealed record Happened(CommittedEvent Committed) : Signal;

        internal sealed record Recheck(VisitId Visit) : Signal;

        internal sealed record Freed(DisplayId Display) : Signal;

        internal sealed record Release(DisplayId Display, string Reason) : Signal;

        internal sealed record ClaimOver(DisplayId Display, ScreenClaim Claim) : Signal;

        internal sealed record Forgotten(Pseudonym Subject) : Signal
        {
            public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

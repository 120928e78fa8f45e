using System.Security.Cryptography;
using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Presence;

/// <summary>Keeps one event; completes when it is on disk.</summary>
internal delegate ValueTask<CommittedEvent> AppendEvent(IEventData data, Instant at, CancellationToken stop);

/// <summary>
/// The one owner of the <see cref="PresenceTracker"/>: feeds it with sightings, signs from the portal and time, and has every event journaled before anything else
/// happens. While the journal refuses, sightings wait in their bounded channel and overflow there, counted.
/// </summary>
internal sealed class PresenceLoop
{
    private const int MostSigns = 256;
    // Sightings are taken in portions so that a flood of them does not keep the portal or the clock waiting.
    private const int Portion = 512;
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private const string NotKept = "presence-not-kept";

    private readonly ChannelReader<Sighting> sightings;
    private readonly ReceiverPlace[] places;
    private readonly Func<ReceiverId, bool> isBlind;
    private readonly PresenceTracker tracker;
    private readonly AppendEvent append;
    private readonly TimeProvider time;
    private readonly HealthBoard health;
    private readonly Func<Pseudonym, bool> isStranger;
    private readonly Channel<PortalSign> signs = Channel.CreateBounded<PortalSign>(MostSigns);
    private readonly List<PresenceEvent> events = [];
    private long lastRound = -1;
    private int present;

    public PresenceLoop(
        ChannelReader<Sighting> sightings, IEnumerable<ReceiverPlace> places, Func<ReceiverId, bool> isBlind, PresenceOptions options, AppendEvent append,
        TimeProvider time, HealthBoard health, SubjectNames? namesOf = null, Func<Pseudonym, bool>? isStranger = null)
    {
        this.isStranger = isStranger ?? (_ => false);
        this.sightings = sightings;
        this.places = [.. places];
        this.isBlind = isBlind;
        this.append = append;
        this.time = time;
        this.health = health;
        tracker = new(this.places, options, NewVisit, namesOf);
    }

    /// <summary>How many are present.</summary>
    public int Present => Volatile.Read(ref present);

    /// <summary>How long ago the loop last came round; null before it started.</summary>
    public TimeSpan? Silence => Volatile.Read(ref lastRound) is >= 0 and var last ? Instant.Now(time) - new Instant(last) : null;

    /// <summary>Takes up the visits that the journal holds open, and what it knows to be furniture; before <see cref="RunAsync"/>.</summary>
    public void Restore(IEnumerable<OpenVisit> visits, IEnumerable<Pseudonym> furniture)
    {
        var now = Instant.Now(time);
        tracker.Restore(visits, now);
        tracker.RestoreFurniture(furniture, now);
        Volatile.Write(ref present, tracker.Present);
    }

    /// <summary>A customer does something on the portal: gives the visit that it belongs to, once its arrival is on disk.</summary>
    public async Task<VisitId> NoticePortalAsync(Pseudonym subject, Assurance assurance, ZoneId zone, CancellationToken stop)
    {
        var sign = new PortalSign(PortalSignKind.Arrives, subject, assurance, zone);
        await signs.Writer.WriteAsync(sign, stop);
        return await sign.Visit.Task.WaitAsync(stop);
    }

    /// <summary>Customers' phones show life: open visits go on. Waits for nothing; where too much waits already, the next sign of life does as well.</summary>
    public void RenewPortal(IReadOnlyList<Pseudonym> subjects)
    {
        if (subjects.Count > 0) signs.Writer.TryWrite(new(PortalSignKind.Renews, subjects[0], default, default) { Renewed = subjects });
    }

    /// <summary>A customer's portal session is over, and the visit with it unless a beacon is heard. Waits for nothing; where too much waits already, silence ends the visit.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="silently">Nothing was heard of the phone any more.</param>
    public void LeavePortal(Pseudonym subject, bool silently) =>
        signs.Writer.TryWrite(new(silently ? PortalSignKind.FallsSilent : PortalSignKind.Leaves, subject, default, default));

    /// <summary>Somebody was erased, and is a stranger by now: their visit ends without a word. Completes once what had happened before is on disk.</summary>
    public async Task ForgetAsync(Pseudonym subject, CancellationToken stop)
    {
        var sign = new PortalSign(PortalSignKind.Forgotten, subject, default, default);
        await signs.Writer.WriteAsync(sign, stop);
        await sign.Visit.Task.WaitAsync(stop);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TickEvery, time);
        var heard = sightings.WaitToReadAsync(stop).AsTask();
        var signed = signs.Reader.WaitToReadAsync(stop).AsTask();
        var ticked = timer.WaitForNextTickAsync(stop).AsTask();
        List<PortalSign> answered = [];
        try
        {
            while (true)
            {
                await Task.WhenAny(heard, signed, ticked);
                stop.ThrowIfCancellationRequested();
                Volatile.Write(ref lastRound, Instant.Now(time).Nanoseconds);
                for (var i = 0; i < Portion && sightings.TryRead(out var sighting); i++)
                    if (!isStranger(sighting.Subject)) tracker.Observe(sighting, events);
                while (answered.Count < MostSigns && signs.Reader.TryRead(out var sign))
                {
                    sign.Taken = Take(sign);
                    answered.Add(sign);
                }

                if (ticked.IsCompleted) Tick();
                Volatile.Write(ref present, tracker.Present);
                await KeepAsync(stop);
                foreach (var sign in answered) sign.Visit.TrySetResult(sign.Taken);
                answered.Clear();

                if (heard.IsCompleted) heard = sightings.WaitToReadAsync(stop).AsTask();
                if (signed.IsCompleted) signed = signs.Reader.WaitToReadAsync(stop).AsTask();
                if (ticked.IsCompleted) ticked = timer.WaitForNextTickAsync(stop).AsTask();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            foreach (var sign in answered) sign.Visit.TrySetCanceled(stop);
            while (signs.Reader.TryRead(out var sign)) sign.Visit.TrySetCanceled(stop);
        }
    }

    private void Tick()
    {
        var now = Instant.Now(time);
        foreach (var place in places) tracker.SetBlind(place.Id, isBlind(place.Id), now);
        tracker.Tick(now, events);
    }

    private VisitId Take(PortalSign sign)
    {
        var now = Instant.Now(time);
        switch (sign.Kind)
        {
            case PortalSignKind.Arrives:
                return tracker.ObservePortal(sign.Subject, sign.Assurance, sign.Zone, now, events);
            case PortalSignKind.Renews:
                foreach (var subject in sign.Renewed) tracker.RenewPortal(subject, now);
                return default;
            case PortalSignKind.Forgotten:
                tracker.Forget(sign.Subject, now);
                return default;
            default:
                tracker.EndPortal(sign.Subject, now, events, silently: sign.Kind == PortalSignKind.FallsSilent);
                return default;
        }
    }

    /// <summary>Has the events journaled in their order; those handed over together share a commit. Tried until it works: an arrival is not lost to a full disk.</summary>
    private async Task KeepAsync(CancellationToken stop)
    {
        var kept = 0;
        var waited = false;
        while (kept < events.Count)
        {
            var appends = events.Skip(kept).Select(e => append(PresenceWords.Of(e), e.At, stop).AsTask()).ToList();
            try
            {
                foreach (var one in appends)
                {
                    await one;
                    kept++;
                }

                health.Clear(NotKept);
            }
            catch (JournalFault fault)
            {
                // The later ones of this portion may have been kept though an earlier one was not: only what failed is tried again.
                await ((Task)Task.WhenAll(appends)).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                stop.ThrowIfCancellationRequested();
                var failed = events.Skip(events.Count - appends.Count).Where((_, i) => !appends[i].IsCompletedSuccessfully).ToList();
                events.Clear();
                events.AddRange(failed);
                kept = 0;
                waited = true;
                health.Raise(NotKept, Severity.Fault, $"{failed.Count} presence events cannot be kept: {fault.Message}", fault.Remedy);
                await Task.Delay(RetryAfter, time, stop);
                // Trying again is no standstill: a restart by the watchdog would lose exactly what is being held here.
                Volatile.Write(ref lastRound, Instant.Now(time).Nanoseconds);
            }
        }

        events.Clear();
        // Sightings overflowed meanwhile, the latest first: that nobody was heard lately says nothing about anybody.
        if (waited) tracker.ResumeHearing(Instant.Now(time));
    }

    private VisitId NewVisit(Instant at)
    {
        Span<byte> random = stackalloc byte[10];
        RandomNumberGenerator.Fill(random);
        return VisitIds.Create(time.GetUtcNow(), random);
    }

    private enum PortalSignKind
    {
        Arrives,
        Renews,
        Leaves,
        FallsSilent,
        Forgotten,
    }

    private sealed record PortalSign(PortalSignKind Kind, Pseudonym Subject, Assurance Assurance, ZoneId Zone)
    {
        public TaskCompletionSource<VisitId> Visit { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whom a renewal is about: many at once, so that a full shop does not fill the queue.</summary>
        public IReadOnlyList<Pseudonym> Renewed { get; init; } = [];

        public VisitId Taken { get; set; }
    }
}

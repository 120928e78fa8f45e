using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

/// <summary>Plays a drawn story to a tracker, restarts included, and holds every event against what must always be true of visits.</summary>
internal sealed class PresenceStory
{
    // Receivers are some packets apart.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(40);
    private readonly ReceiverPlace[] places;
    private readonly PresenceOptions options;
    private readonly Dictionary<int, Visit> visits = [];
    private readonly Dictionary<VisitId, Instant> begun = [];
    private readonly HashSet<int> furniture = [];
    private readonly Dictionary<int, Instant> heard = [];
    private readonly Dictionary<ReceiverId, Instant> blind = [];
    private readonly Pseudonym[][] names = [.. Enumerable.Range(0, 4).Select(i => new Pseudonym[] { new($"k1-{i}") })];
    private PresenceTracker tracker;
    private Instant sightBack;
    private Instant now = new(1_000_000_000_000);
    private int taken;

    public PresenceStory(ReceiverPlace[] places, PresenceOptions options)
    {
        (this.places, this.options) = (places, options);
        tracker = Start();
    }

    public enum Kind
    {
        Stay,
        Packet,
        Pass,
        Gap,
        Blind,
        Sight,
        Portal,
        Renew,
        EndPortal,
        Restart,
        NewKey,
    }

    public List<PresenceEvent> Events { get; } = [];

    public void Take(Step step)
    {
        var place = places.Length == 0 ? TrackerBench.Front : places[step.Receiver % places.Length];
        var who = names[step.Who][0];
        switch (step.Kind)
        {
            case Kind.Stay:
                for (var i = 0; i < step.Amount / 8; i++)
                {
                    foreach (var one in places) Hear(step.Who, one, one == place ? step.Rssi : step.Rssi == Sighting.RssiUnknown ? step.Rssi : (sbyte)Math.Max(-127, step.Rssi - 15), 0);
                    Pass(TimeSpan.FromMilliseconds(100 + step.Amount));
                }

                break;
            case Kind.Packet:
                Hear(step.Who, place, step.Rssi, step.Amount);
                Hear(step.Who, place, step.Rssi, step.Amount);
                break;
            case Kind.Pass:
                for (var i = 0; i < step.Amount / 4; i++) Pass(TimeSpan.FromSeconds(0.25));
                break;
            case Kind.Gap:
                Pass(TimeSpan.FromMinutes(step.Amount * 2));
                break;
            case Kind.Blind:
                tracker.SetBlind(place.Id, true, now);
                if (place.Side == ReceiverSide.Inside) blind.TryAdd(place.Id, now);
                break;
            case Kind.Sight:
                tracker.SetBlind(place.Id, false, now);
                if (blind.Remove(place.Id)) sightBack = now;
                break;
            case Kind.Portal:
                var visit = tracker.ObservePortal(who, Assurance.High, new("entrance"), now, Events);
                Judge();
                Assert.Equal(visits[step.Who].Id, visit);
                break;
            case Kind.Renew:
                tracker.RenewPortal(who, now);
                break;
            case Kind.EndPortal:
                tracker.EndPortal(who, now, Events);
                break;
            case Kind.Restart:
                tracker = Start();
                blind.Clear();
                sightBack = now;
                tracker.Restore(visits.Values.Select(v => new OpenVisit(v.Id, v.Subject, new("entrance"), v.Road, Assurance.Low, now - v.Start, v.Left is { } left ? now - left : null)), now);
                tracker.RestoreFurniture(furniture.Select(i => names[i][0]), now);
                foreach (var one in furniture) heard[one] = now;
                break;
            default:
                names[step.Who] = [new($"k{names[step.Who].Length + 1}-{step.Who}"), .. names[step.Who]];
                break;
        }

        Judge();
    }

    /// <summary>A store whose receivers have all opened; one that never did hides nobody (<see cref="SuspendedExitTests"/>).</summary>
    private PresenceTracker Start()
    {
        var started = new PresenceTracker(places, options, _ => new($"visit {begun.Count + Events.Count}"), subject => names[PersonOf(subject)]);
        foreach (var place in places) started.SetBlind(place.Id, false, now);
        return started;
    }

    private void Hear(int who, ReceiverPlace place, sbyte rssi, int lateByMilliseconds)
    {
        var at = new Instant(now.Nanoseconds - lateByMilliseconds * 100_000L);
        if (furniture.Contains(who) && now - heard[who] + Late > options.FurnitureGone) furniture.Remove(who);
        tracker.Observe(new(names[who][0], place.Id, rssi, at, Assurance.Low, Household: who < 2 ? TrackerBench.Family : null), Events);
        Judge();
        if (places.Length > 0) heard[who] = now;
    }

    private void Pass(TimeSpan span)
    {
        now += span;
        tracker.Tick(now, Events);
        Judge();
    }

    private void Judge()
    {
        for (; taken < Events.Count; taken++) Judge(Events[taken]);
        Assert.Equal(visits.Values.Count(v => v.Left is null), tracker.Present);
    }

    private void Judge(PresenceEvent happened)
    {
        var who = PersonOf(happened.Subject);
        var known = visits.GetValueOrDefault(who);
        switch (happened)
        {
            case Arrival arrival:
                Assert.True(known is null or { Left: not null }, "arrived twice");
                if (arrival.Returned)
                {
                    Assert.Equal(known!.Id, arrival.Visit);
                    Assert.True(arrival.At - known.Left!.Value <= options.ReentryGrace, "returned after the grace");
                }
                else
                {
                    Assert.DoesNotContain(arrival.Visit, begun.Keys);
                    Assert.Equal(names[who][0], arrival.Subject);
                    Assert.True(known is null || arrival.At - known.Left!.Value > options.ReentryGrace, "a second visit within the grace");
                }

                if (arrival.Party is { } leader) Assert.InRange(arrival.At - begun[leader], -Late, Longer(options.PartyWindow, options.HouseholdWindow));
                if (arrival.Road == Road.Beacon) Assert.False(furniture.Contains(who), "furniture arrived");
                begun.TryAdd(arrival.Visit, arrival.At);
                visits[who] = new(arrival.Visit, arrival.Subject, arrival.Road, arrival.Returned ? known!.Start : arrival.At, null);
                break;
            case Departure departure:
                Assert.Equal((departure.Visit, departure.Subject), (known!.Id, known.Subject));
                Assert.Null(known.Left);
                Assert.InRange(departure.Present, TimeSpan.Zero, departure.At - known.Start);
                if (departure.Reason is DepartureReason.Silence or DepartureReason.Weak or DepartureReason.Outside or DepartureReason.Lost)
                    Assert.All(blind.Values, since => Assert.True(departure.At - since > options.BlindHold, "left while a receiver was blind"));
                if (departure.Reason is DepartureReason.Silence or DepartureReason.Lost)
                    Assert.True(departure.At - sightBack + Late > Shorter(options.SilenceMinimum, options.SilenceUnlearned), "left before the silence was whole");
                if (departure.Reason == DepartureReason.Furniture)
                {
                    Assert.True(departure.At - known.Start >= options.FurnitureAfter);
                    furniture.Add(who);
                }

                visits[who] = known with { Left = departure.At };
                break;
            default:
                Assert.Equal((happened.Visit, happened.Subject), (known!.Id, known.Subject));
                Assert.Null(known.Left);
                break;
        }
    }

    private static int PersonOf(Pseudonym subject) => subject.Value[^1] - '0';

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <param name="Kind">What happens.</param>
    /// <param name="Who">To whom, 0–3; 0 and 1 are a household.</param>
    /// <param name="Receiver">Where.</param>
    /// <param name="Rssi">How loud.</param>
    /// <param name="Amount">How long or how late; 0–400.</param>
    internal sealed record Step(Kind Kind, int Who, int Receiver, sbyte Rssi, int Amount);

    private sealed record Visit(VisitId Id, Pseudonym Subject, Road Road, Instant Start, Instant? Left);
}

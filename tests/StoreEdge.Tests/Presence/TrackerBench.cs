using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

/// <summary>A tracker with a clock that the test moves, ticked as in a store.</summary>
internal sealed class TrackerBench
{
    public static readonly Pseudonym Ana = new("k1-ana"), Bia = new("k1-bia"), Family = new("k1-family");
    public static readonly ReceiverPlace Front = ReceiverPlace.Uncalibrated(new("front"), new("entrance"), ReceiverSide.Inside);
    public static readonly ReceiverPlace Back = ReceiverPlace.Uncalibrated(new("back"), new("shelves"), ReceiverSide.Inside);
    public static readonly ReceiverPlace Street = ReceiverPlace.Uncalibrated(new("street"), new("street"), ReceiverSide.Outside);
    private double clock;

    public TrackerBench(params ReceiverPlace[] places)
        : this(_ => [], places)
    {
    }

    public TrackerBench(SubjectNames namesOf, params ReceiverPlace[] places)
    {
        var visits = 0;
        Tracker = new(places, new() { DwellMarks = [TimeSpan.FromMinutes(5)] }, _ => new($"visit {++visits}"), namesOf);
    }

    public PresenceTracker Tracker { get; }

    public List<PresenceEvent> Events { get; } = [];

    public Instant Now => new((long)(clock * 1e9));

    public void SetBlind(ReceiverPlace place, bool blind) => Tracker.SetBlind(place.Id, blind, Now);

    public void Hear(Pseudonym who, int rssi, ReceiverPlace place, Pseudonym? household = null) =>
        Tracker.Observe(new(who, place.Id, (sbyte)rssi, Now, Assurance.Low, household), Events);

    public void Pass(double seconds, double tick = 0.25)
    {
        for (var end = clock + seconds; clock < end - 1e-6;)
        {
            clock += Math.Min(tick, end - clock);
            Tracker.Tick(Now, Events);
        }
    }

    public void Stay(Pseudonym who, int rssi, double seconds, double interval, ReceiverPlace place, Pseudonym? household = null)
    {
        for (var end = clock + seconds; clock < end - 1e-6;)
        {
            Hear(who, rssi, place, household);
            Pass(interval, interval);
        }
    }
}

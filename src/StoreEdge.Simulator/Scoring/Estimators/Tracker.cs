using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>The agent's own tracker, as it is built into the agent.</summary>
internal sealed class Tracker(IReadOnlyList<ReceiverPlace> receivers, PresenceOptions options) : IEstimator
{
    private static readonly Pseudonym Subject = new("k1-scored");
    private readonly PresenceTracker tracker = new(receivers, options, at => new VisitId($"visit at {at.Milliseconds} ms"));
    private readonly List<PresenceEvent> events = [];

    public bool IsInside => tracker.Present > 0;

    public int? Owner { get; private set; }

    public void Hear(in Packet packet)
    {
        tracker.Observe(new(Subject, receivers[packet.Receiver].Id, packet.Rssi, At(packet.At), Assurance.Low), events);
        Take();
    }

    public void Pass(double now)
    {
        tracker.Tick(At(now), events);
        Take();
    }

    private void Take()
    {
        foreach (var told in events)
        {
            if (told is Departure) Owner = null;
            else if (told is Arrival or ZoneChange) Owner = IndexOf(told.Zone);
        }

        events.Clear();
    }

    private int IndexOf(ZoneId zone)
    {
        for (var i = 0; i < receivers.Count; i++)
            if (receivers[i].Zone == zone) return i;
        throw new InvalidOperationException($"zone {zone} belongs to no receiver of the trace");
    }

    private static Instant At(double seconds) => new((long)(seconds * 1e9));
}

using System.Text;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Judging;
using StoreEdge.Simulator.Phones;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Tests.Simulator;

/// <summary>The agent's presence rules on the simulator's air, judged by the simulator: the whole road without its processes, and therefore the same on every machine.</summary>
internal static class SimulatedStore
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 17, 0, 0, TimeSpan.Zero);
    private static readonly PseudonymKey Key = new(1, Encoding.UTF8.GetBytes("a key of at least thirty-two bytes!"));

    /// <summary>Lets the crowd of one seed walk past receivers with these thresholds.</summary>
    public static Judgement Judge(Scenario scenario, IEnumerable<Core.Presence.ReceiverPlace> places, ulong seed, double seconds)
    {
        var people = CrowdPlan.Draw(scenario, seed, seconds);
        var enrolled = people.Where(p => p.IsEnrolled && p.Role == "customer").ToDictionary(p => AdPayload.IdText(p.Beacon!), p => Key.OfCustomer(p.Customer!));
        var visits = 0;
        var tracker = new PresenceTracker(places, new(), _ => new VisitId($"v{visits++}"));
        var events = new List<PresenceEvent>();
        var ticked = 0.0;
        foreach (var heard in Air.Listen(scenario, people, seed, seconds))
        {
            for (; ticked < heard.At; ticked += 0.25) tracker.Tick(At(ticked), events);
            Assert.True(HciEvent.TryRead(heard.Packet, out var reports, out _));
            foreach (var report in reports)
                if (AdvertisementDecoder.TryDecode(report.Data, out var frame, out _) && frame.TryGetBeaconId(out var id) && enrolled.TryGetValue(id.ToString(), out var subject))
                    tracker.Observe(new(subject, scenario.Layout.Receivers[heard.Receiver].Id, report.Rssi!.Value, At(heard.At), Assurance.Low), events);
        }

        var arrivals = events.OfType<Arrival>().Where(a => !a.Returned).Select(a => new ReportedArrival(a.Subject.Value, "beacon", TimeOf(a), TimeOf(a)));
        var departures = events.OfType<Departure>().Select(d => new ReportedDeparture(d.Subject.Value, d.Reason.ToString(), TimeOf(d)));
        return Judgement.Of(TruthOfRun.Of(people, new Dictionary<int, PortalOutcome>(), Key, Start, Start.AddSeconds(seconds)), arrivals, departures);
    }

    /// <summary>A moment of the run.</summary>
    public static Instant At(double seconds) => new((long)(seconds * 1e9));

    private static DateTimeOffset TimeOf(PresenceEvent happened) => Start + (happened.At - Instant.Origin);
}

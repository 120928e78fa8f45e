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
using Xunit.Abstractions;

namespace StoreEdge.Tests.Simulator;

/// <summary>The agent's presence rules on the simulator's air, judged by the simulator: the whole road without its processes, and therefore the same on every machine.</summary>
public class PresenceOnScenarioTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 17, 0, 0, TimeSpan.Zero);
    private static readonly PseudonymKey Key = new(1, Encoding.UTF8.GetBytes("a key of at least thirty-two bytes!"));

    [Theory]
    [InlineData("default", 60, 6, 0.95)]
    // Three enrolled passers-by to each customer: every fortieth is taken for one who came in.
    [InlineData("quiet-night", 7200, 1, 0.9)]
    public void Arrivals_by_beacon_are_found_and_nobody_on_the_street_is(string name, double seconds, int runs, double precision)
    {
        var (right, reported, truths, ghosts, repeats, falseDepartures) = (0, 0, 0, 0, 0, 0);
        var latencies = new List<double>();
        for (var seed = 1UL; seed <= (ulong)runs; seed++)
        {
            var judged = Judge(ScenarioFiles.Read(name), seed, seconds);
            right += judged.Right.Count;
            reported += judged.Reported;
            truths += judged.True;
            ghosts += judged.Ghosts.Count;
            repeats += judged.Repeats.Count;
            falseDepartures += judged.FalseDepartures.Count;
            latencies.AddRange(judged.Right.Select(r => (r.Report.Time - r.Truth.At).TotalSeconds));
        }

        output.WriteLine($"{name} {seconds} s × {runs}: {right} right of {truths} true and {reported} reported; {ghosts} ghosts, {repeats} repeats, {falseDepartures} false departures; "
            + $"p50 {Judgement.Percentile(latencies, 50):0.00} s, p95 {Judgement.Percentile(latencies, 95):0.00} s");
        Assert.True(right >= 0.95 * truths, $"{right} of {truths} true arrivals were found");
        Assert.True(right >= precision * reported, $"{right} of {reported} reported arrivals were true: {ghosts} ghosts, {repeats} repeats");
    }

    private static Judgement Judge(Scenario scenario, ulong seed, double seconds)
    {
        var people = CrowdPlan.Draw(scenario, seed, seconds);
        var enrolled = people.Where(p => p.IsEnrolled && p.Role == "customer").ToDictionary(p => AdPayload.IdText(p.Beacon!), p => Key.OfCustomer(p.Customer!));
        var visits = 0;
        var tracker = new PresenceTracker(
            scenario.Layout.Receivers.Select(r => Calibrated(r.Id, r.Zone, r.IsInside)), new(), _ => new VisitId($"v{visits++}"));
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

        var arrivals = events.OfType<Arrival>().Where(a => !a.Returned).Select(a => new ReportedArrival(a.Subject.Value, "beacon", Start + (a.At - Instant.Origin), Start + (a.At - Instant.Origin)));
        var departures = events.OfType<Departure>().Select(d => new ReportedDeparture(d.Subject.Value, d.Reason.ToString(), Start + (d.At - Instant.Origin)));
        return Judgement.Of(TruthOfRun.Of(people, new Dictionary<int, PortalOutcome>(), Key, Start, Start.AddSeconds(seconds)), arrivals, departures);
    }

    // What a calibration would set in these shops. The uncalibrated −80 dBm inside is heard through the shop front from the pavement: 0.92 recall, 0.88 precision.
    private static StoreEdge.Core.Presence.ReceiverPlace Calibrated(ReceiverId id, ZoneId zone, bool isInside) =>
        isInside ? new(id, zone, ReceiverSide.Inside, -73, -90) : new(id, zone, ReceiverSide.Outside, -66, -70);

    private static Instant At(double seconds) => new((long)(seconds * 1e9));
}

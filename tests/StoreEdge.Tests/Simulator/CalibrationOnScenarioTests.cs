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
using StoreEdge.Simulator.World;
using Xunit.Abstractions;

namespace StoreEdge.Tests.Simulator;

/// <summary>A simulated technician walks in; the shop is then judged with what that minute proposed, on customers that the calibration never saw.</summary>
public sealed class CalibrationOnScenarioTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 17, 0, 0, TimeSpan.Zero);
    private static readonly PseudonymKey Key = new(1, Encoding.UTF8.GetBytes("a key of at least thirty-two bytes!"));

    [Theory]
    [InlineData("default", 60, 6)]
    [InlineData("quiet-night", 7200, 1)]
    public void A_calibrated_shop_beats_the_uncalibrated_one(string name, double seconds, int runs)
    {
        var scenario = ScenarioFiles.Read(name);
        var uncalibrated = scenario.Layout.Receivers.Select(r => Core.Presence.ReceiverPlace.Uncalibrated(r.Id, r.Zone, r.IsInside ? ReceiverSide.Inside : ReceiverSide.Outside)).ToList();
        var before = Judge(scenario, uncalibrated, seconds, runs);
        output.WriteLine($"{name}, uncalibrated: {before}");
        List<double> better = [];
        for (var walk = 1UL; walk <= 5; walk++)
        {
            var found = WalkIn(scenario, uncalibrated, 1000 + walk);
            foreach (var r in found.Receivers)
                output.WriteLine($"  {r.Place.Id} {r.Place.EnterDbm}/{r.Place.ExitDbm} {r.Verdict}, separation {r.SeparationDb:0} dB, d' {r.DPrime:0.0}, overlap {r.Overlap:0.00}, {r.PacketsPerSecond:0.0}/s, loss {r.Loss:0.00}");
            var after = Judge(scenario, [.. found.Receivers.Select(r => r.Place)], seconds, runs);
            output.WriteLine($"{name}, walk {walk}, trusted {found.IsTrusted}, early {found.ArrivalsOutside}, delay {found.ArrivalDelay?.TotalSeconds:0.0}: {after}");
            better.Add(after.F1 - before.F1);
        }

        Assert.True(better.All(b => b > 0.05), $"F1 grew by {string.Join(", ", better.Select(b => $"{b:0.000}"))}");
    }

    /// <summary>20 s to and fro on the pavement before the door, 40 s through every zone of the shop.</summary>
    internal static CalibrationResult WalkIn(Scenario scenario, IReadOnlyList<Core.Presence.ReceiverPlace> places, ulong seed)
    {
        var layout = scenario.Layout;
        var (left, right) = (new Point(layout.Door.X - 3, layout.Door.Y - 2.5), new Point(layout.Door.X + 3, layout.Door.Y - 2.5));
        var track = new StoreEdge.Simulator.World.Track(0, left);
        while (track.End < 20) track.Walk(track.Last == left ? right : left, 1);
        var outside = track.End;
        track.Walk(layout.Door, 1);
        var zones = layout.Zones.Where(z => z.Area.Bottom >= layout.Inside.Bottom).ToList();
        track.Walk(zones[0].Area.At(0.5, 0.5), 1);
        var inside = track.End;
        for (var i = 1; track.End < inside + 40; i++) track.Walk(zones[i % zones.Count].Area.At(0.5, i % 2), 1).Stay(4);
        var tag = new Beacon(TagFormat.IBeacon, new byte[20], IsEnrolled: true, IsNoise: false, IntervalSeconds: 0.2, PowerAt1Metre: -59, BodyLossDb: 2);
        var technician = new Person(0, "technician", "technician", GroupKind.Staff, track, null, null, tag, "C-1", null, null, null);
        List<CalibrationSample> heard = [];
        foreach (var h in Air.Listen(scenario, [technician], seed, track.End))
        {
            Assert.True(HciEvent.TryRead(h.Packet, out var reports, out _));
            foreach (var report in reports) heard.Add(new(layout.Receivers[h.Receiver].Id, report.Rssi!.Value, At(h.At)));
        }

        CalibrationPhase Phase(double from, double to) => new(At(from), At(to), [.. heard.Where(h => h.At >= At(from) && h.At < At(to))]);
        return Calibration.Of(places, Phase(0, outside), Phase(inside, track.End), new());
    }

    private static Outcome Judge(Scenario scenario, IReadOnlyList<Core.Presence.ReceiverPlace> places, double seconds, int runs)
    {
        var (right, reported, truths) = (0, 0, 0);
        for (var seed = 1UL; seed <= (ulong)runs; seed++)
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

            var arrivals = events.OfType<Arrival>().Where(a => !a.Returned).Select(a => new ReportedArrival(a.Subject.Value, "beacon", Start + (a.At - Instant.Origin), Start + (a.At - Instant.Origin)));
            var departures = events.OfType<Departure>().Select(d => new ReportedDeparture(d.Subject.Value, d.Reason.ToString(), Start + (d.At - Instant.Origin)));
            var judged = Judgement.Of(TruthOfRun.Of(people, new Dictionary<int, PortalOutcome>(), Key, Start, Start.AddSeconds(seconds)), arrivals, departures);
            right += judged.Right.Count;
            reported += judged.Reported;
            truths += judged.True;
        }

        return new(right, reported, truths);
    }

    private static Instant At(double seconds) => new((long)(seconds * 1e9));

    private sealed record Outcome(int Right, int Reported, int Truths)
    {
        public double F1 => 2.0 * Right / (Reported + Truths);

        public override string ToString() => FormattableString.Invariant($"precision {(double)Right / Reported:0.000}, recall {(double)Right / Truths:0.000}, F1 {F1:0.000}");
    }
}

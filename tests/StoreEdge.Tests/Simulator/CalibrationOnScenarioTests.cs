using StoreEdge.Core;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;
using StoreEdge.Simulator.World;
using Xunit.Abstractions;

namespace StoreEdge.Tests.Simulator;

/// <summary>A simulated technician walks in; the shop is then judged with what that minute proposed, on customers that the calibration never saw.</summary>
public sealed class CalibrationOnScenarioTests(ITestOutputHelper output)
{
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
            var judged = SimulatedStore.Judge(scenario, places, seed, seconds);
            right += judged.Right.Count;
            reported += judged.Reported;
            truths += judged.True;
        }

        return new(right, reported, truths);
    }

    private static Instant At(double seconds) => SimulatedStore.At(seconds);

    private sealed record Outcome(int Right, int Reported, int Truths)
    {
        public double F1 => 2.0 * Right / (Reported + Truths);

        public override string ToString() => FormattableString.Invariant($"precision {(double)Right / Reported:0.000}, recall {(double)Right / Truths:0.000}, F1 {F1:0.000}");
    }
}

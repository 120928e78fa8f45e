using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Simulator.Judging;
using StoreEdge.Simulator.Scenarios;
using Xunit.Abstractions;

namespace StoreEdge.Tests.Simulator;

/// <summary>What the demo promises, without its processes.</summary>
public class PresenceOnScenarioTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("default", 60, 6, 0.95)]
    // Three enrolled passers-by to each customer: every fortieth is taken for one who came in.
    [InlineData("quiet-night", 7200, 1, 0.9)]
    public void Arrivals_by_beacon_are_found_and_nobody_on_the_street_is(string name, double seconds, int runs, double precision)
    {
        var (right, reported, truths, ghosts, repeats, falseDepartures) = (0, 0, 0, 0, 0, 0);
        var latencies = new List<double>();
        var scenario = ScenarioFiles.Read(name);
        var places = scenario.Layout.Receivers.Select(r => Calibrated(r.Id, r.Zone, r.IsInside)).ToList();
        for (var seed = 1UL; seed <= (ulong)runs; seed++)
        {
            var judged = SimulatedStore.Judge(scenario, places, seed, seconds);
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

    // What a calibration would set in these shops. The uncalibrated −80 dBm inside is heard through the shop front from the pavement: 0.92 recall, 0.88 precision.
    private static StoreEdge.Core.Presence.ReceiverPlace Calibrated(ReceiverId id, ZoneId zone, bool isInside) =>
        isInside ? new(id, zone, ReceiverSide.Inside, -73, -90) : new(id, zone, ReceiverSide.Outside, -66, -70);
}

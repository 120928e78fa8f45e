using StoreEdge.Core.Presence;
using StoreEdge.Simulator.Scoring;

namespace StoreEdge.Tests.Simulator;

public class ScoringTests
{
    [Fact]
    public void A_recording_is_read_with_its_sides_its_silences_and_its_crossings()
    {
        var trace = DoorCsv.Read("a.csv", ["superframe,O-A,I-B,Label,other", "10,-70,-100,0,9", "11,-100,-60,2,9", "14,-71,-61,1,9", "15,-50,-62,0,9"]);
        Assert.Equal([ReceiverSide.Outside, ReceiverSide.Inside], trace.Receivers.Select(r => r.Side));
        Assert.Equal([(0.0, 0, -70), (0.1, 1, -60), (0.4, 0, -71), (0.4, 1, -61), (0.5, 0, -50), (0.5, 1, -62)], trace.Packets.Select(p => (Math.Round(p.At, 6), p.Receiver, (int)p.Rssi)));
        Assert.Equal([(0.1, true), (0.5, false)], trace.Truth.Select(c => (Math.Round(c.At, 6), c.Inwards)));
    }

    [Theory]
    [InlineData("superframe,I-A", "1,-60", "a.csv:1: line: superframe,I-A is not allowed; allowed: a column Label")]
    [InlineData("superframe,X-A,Label", "1,-60,0", "a.csv:1: line: superframe,X-A,Label is not allowed; allowed: at least one receiver's column, I-… (inside) or O-… (outside)")]
    [InlineData("superframe,I-A,I-A,Label", "1,-60,-60,0", "a.csv:1: column: I-A is not allowed; allowed: each receiver once")]
    [InlineData("superframe,I-A,Label", "1,-60", "a.csv:2: line: 2 values is not allowed; allowed: 3 as in the header")]
    [InlineData("superframe,I-A,Label", "1,loud,0", "a.csv:2: column I-A: loud is not allowed; allowed: a number, -127 to 20")]
    [InlineData("superframe,I-A,Label", "1,-60,0\n1,-60,0", "a.csv:3: column superframe: 1 is not allowed; allowed: more than in the row before")]
    [InlineData("superframe,I-A,Label", "", "a.csv:2: line: nothing is not allowed; allowed: rows below the header")]
    public void What_is_wrong_in_a_recording_is_told_with_its_place(string header, string rows, string error) =>
        Assert.Equal(error, Assert.Throws<ScoringException>(() => DoorCsv.Read("a.csv", [header, .. rows.Split('\n')])).Message);

    [Fact]
    public void Each_report_counts_once_and_only_near_a_crossing_of_its_direction()
    {
        var tally = new Tally();
        tally.Add(new("t", [], [], [new(0, true), new(100, false), new(200, true)], 300), [new(1, true), new(2, true), new(50, false), new(104, false), new(206, true)]);
        Assert.Equal((2, 1, 3, 1), (tally.Matched, tally.Missed, tally.Invented, tally.Flaps));
        Assert.Equal((0.4, 2 / 3.0, 1.0, 4.0), (tally.Precision, tally.Recall, tally.Delay(50), tally.Delay(95)));
        Assert.Equal(200 / 3600.0, tally.DwellHours, 9);
    }

    [Fact]
    public void Perturbations_move_levels_drop_packets_and_slow_the_beacon_down()
    {
        var trace = DoorCsv.Read("a.csv", ["superframe,O-A,I-B,Label", .. Enumerable.Range(0, 1000).Select(i => $"{i},-70,-95,0")]);
        Assert.All(new Perturbation(-10).Of(trace, 1).Packets, p => Assert.Equal((0, -80), (p.Receiver, (int)p.Rssi)));
        Assert.InRange(new Perturbation(LossPercent: 70).Of(trace, 1).Packets.Count(), 500, 700);
        Assert.Equal(400, new Perturbation(EverySeconds: 0.5).Of(trace, 1).Packets.Count());
        var spread = new Perturbation(SpreadDb: 10).Of(trace, 1).Packets.ToLookup(p => p.Receiver, p => p.Rssi);
        Assert.Single(spread[0].Distinct());
        Assert.NotEqual(spread[0].First() + 70, spread[1].First() + 95);
    }

    [Fact]
    public void A_trace_is_the_same_for_every_rule()
    {
        var trace = Targets.Staying(3, 1, 0.1, 70);
        Assert.Equal(trace.Packets.ToArray(), trace.Packets.ToArray());
        Assert.InRange(trace.Packets.Count(), 150, 300);
    }

    [Fact]
    public void Seventy_per_cent_loss_ends_no_visit_of_the_agents_and_every_visit_of_ten_seconds_silence()
    {
        Assert.Equal(0, TargetScores.Dwell(Contestants.All[0], 1, 100).Values[0].Value);
        Assert.True(TargetScores.Dwell(Contestants.All.Single(c => c.Name == "abl"), 1, 100).Values[0].Value > 100);
    }

    [Fact]
    public void Passers_by_below_the_threshold_are_no_customers() =>
        Assert.True(TargetScores.Ghost(Contestants.All[0], 1, 1000).First().Values.Single(v => v.Name == "per 1000").Value <= 1);
}

using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;
using StoreEdge.Simulator.World;

namespace StoreEdge.Tests.Simulator;

public class AirTests
{
    private static readonly Scenario Small = SmallScenario.Read();

    [Fact]
    public void A_receiver_loses_the_share_of_packets_that_the_scenario_says()
    {
        var scenario = Small with { Radio = Small.Radio with { LossPercent = new(9, 9) } };
        var tag = Standing(new(0, 1), TagFormat.IBeacon, 0.1);
        var heard = Air.Listen(scenario, [tag], 1, 2000).Count(h => h.Receiver == 0);
        // Every 0.1 s plus 0–10 ms of advertising delay, mean 5 ms: 2000 / 0.105 events.
        Assert.InRange(heard / (2000 / 0.105), 0.90, 0.92);
    }

    [Fact]
    public void Each_receiver_draws_its_own_loss_from_the_range()
    {
        var tag = Standing(new(0, 0.5), TagFormat.IBeacon, 0.1);
        var counts = Air.Listen(Small, [tag], 5, 1000).CountBy(h => h.Receiver).ToDictionary();
        Assert.All(counts.Values, c => Assert.InRange(c / (1000 / 0.105), 0.85, 0.97));
        Assert.NotEqual(counts[0], counts[1]);
    }

    [Fact]
    public void Power_falls_with_distance_and_at_walls()
    {
        var beacon = new Beacon(TagFormat.IBeacon, new byte[20], true, false, 0.1, -59, 3);
        var inside = Small.Layout.Receivers[0]; // at (0, 2)
        Assert.Equal(-59 - 3 - 20, Air.MeanRssi(Small, beacon, new(10, 2), inside), 6);
        // From (4, −3) the line to (0, 2) crosses y = 0 at x = 1.6, in the wall; from (0, −3) it goes through the door.
        Assert.Equal(-59 - 3 - 20 * Math.Log10(Math.Sqrt(16 + 25)) - 10, Air.MeanRssi(Small, beacon, new(4, -3), inside), 6);
        Assert.Equal(-59 - 3 - 20 * Math.Log10(5), Air.MeanRssi(Small, beacon, new(0, -3), inside), 6);
    }

    [Theory]
    [InlineData("ibeacon")]
    [InlineData("altbeacon")]
    [InlineData("eddystone-uid")]
    public void The_agents_decoder_reads_from_every_frame_the_id_that_was_enrolled(string name)
    {
        var format = name switch { "ibeacon" => TagFormat.IBeacon, "altbeacon" => TagFormat.AltBeacon, _ => TagFormat.EddystoneUid };
        var tag = Standing(new(0, 1), format, 0.2);
        Assert.True(BeaconId.TryParse(AdPayload.IdText(tag.Beacon!), out var enrolled));
        Assert.Equal(AdPayload.IdText(tag.Beacon!), enrolled.ToString());
        var telemetry = 0;
        var frames = Air.Listen(Small, [tag], 1, 60).ToArray();
        Assert.Contains(frames, f => f.Packet[3] == 0x02);
        Assert.Contains(frames, f => f.Packet[3] == 0x0D);
        foreach (var heard in frames)
        {
            var reports = 0;
            foreach (var report in Reports(heard))
            {
                reports++;
                Assert.InRange(report.Rssi!.Value, -95, 0);
                Assert.True(AdvertisementDecoder.TryDecode(report.Data, out var frame, out _));
                if (frame.TryGetBeaconId(out var id)) Assert.Equal(enrolled, id);
                else telemetry++;
            }

            Assert.Equal(1, reports);
        }

        Assert.InRange((double)telemetry / frames.Length, format == TagFormat.EddystoneUid ? 0.05 : 0, format == TagFormat.EddystoneUid ? 0.15 : 0);
    }

    [Fact]
    public void Noise_never_looks_like_a_beacon()
    {
        var noise = CrowdPlan.Draw(Small, 1, 60).Where(p => p.Kind == GroupKind.Noise).ToArray();
        Assert.Equal(3, noise.Length);
        foreach (var heard in Air.Listen(Small, noise, 1, 60))
            foreach (var report in Reports(heard))
                Assert.False(AdvertisementDecoder.TryDecode(report.Data, out var frame, out _) && frame.TryGetBeaconId(out _));
    }

    private static AdvertisingReports Reports(Heard heard)
    {
        Assert.True(HciEvent.TryRead(heard.Packet, out var reports, out _));
        return reports;
    }

    private static Person Standing(Point at, TagFormat format, double interval)
    {
        var id = new byte[format switch { TagFormat.IBeacon => 20, TagFormat.AltBeacon => 22, _ => 16 }];
        new Xoshiro(9).Fill(id);
        return new(0, "test/0", "test", GroupKind.Customer, new Track(0, at).Stay(1e6), 0, null, new(format, id, true, false, interval, -40, 0), "C-1", null, null, null);
    }
}

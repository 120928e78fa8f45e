using System.Text;
using System.Threading.Channels;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Sensing.Espresense;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sensing;

public sealed class EspresenseNodesTests : IDisposable
{
    private const string Known = "iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-7-42", Topic = $"espresense/devices/{Known}/hall";

    /// <summary>As the firmware writes it: numbers with two decimals, more fields than we need.</summary>
    private const string Payload = """{"mac":"665544332211","id":"iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-7-42","rssi@1m":-59,"rssi":-61.50,"rxAdj":0,"rssiVar":1.20,"distance":1.33,"var":0.01,"int":205}""";

    private readonly ManualClock clock = new();
    private readonly Channel<Sighting> sightings = Channel.CreateBounded<Sighting>(16);
    private readonly EspresenseNodes nodes;
    private readonly Receiver receiver;
    private readonly CancellationTokenSource stop = new();

    public EspresenseNodesTests()
    {
        Assert.True(BeaconId.TryParse("ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e/7/42", out var known));
        receiver = new(
            ReceiverPlace.Uncalibrated(new("back"), new("back"), ReceiverSide.Inside),
            (in Heard heard, out BeaconOwner owner) => (owner = new(new("k1-somebody"), BeaconRole.Customer, Assurance.Low, null), heard.Beacon == known).Item2, sightings.Writer);
        nodes = new(["hall"], clock);
        _ = nodes.Source("hall").RunAsync(receiver, stop.Token);
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    [Theory]
    [InlineData("iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-7-42", "ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e/7/42")]
    [InlineData("altBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-258-65535", "altbeacon:0118/f7826da64fa24e988024bc5b71e0893e0102ffff")]
    [InlineData("eddy:00112233444455667788999a-0a0b0c0d0e0f", null)]
    [InlineData("eddy:0011223344445566778899-0a0b0c0d0e0f", "eddystone-uid:00112233445566778899/0a0b0c0d0e0f")] // The firmware says the fifth byte twice.
    [InlineData("eddy:00112233445566778899-0a0b0c0d0e0f", "eddystone-uid:00112233445566778899/0a0b0c0d0e0f")]
    [InlineData("665544332211", null)]
    [InlineData("irk:00112233445566778899aabbccddeeff", null)]
    [InlineData("iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-7-65536", null)]
    [InlineData("iBeacon:-7-42", null)]
    [InlineData("iBeacon:", null)]
    [InlineData("phone:ana", null)]
    public void An_id_of_a_beacon_is_read_and_every_other_names_none(string id, string? beacon)
    {
        Assert.Equal(beacon is not null, EspresenseId.TryParse(id, out var read));
        if (beacon is not null) Assert.Equal(beacon, read.ToString());
    }

    [Fact]
    public void An_enrolled_beacon_becomes_a_sighting_and_opens_the_receiver()
    {
        Assert.NotNull(receiver.BlindAt(Instant.Now(clock)));
        Say(Topic, Payload);
        Assert.True(sightings.Reader.TryRead(out var sighting));
        Assert.Equal((new Pseudonym("k1-somebody"), new ReceiverId("back"), (sbyte)-62, Instant.Now(clock)), (sighting.Subject, sighting.Receiver, sighting.Rssi, sighting.At));
        Assert.Null(receiver.BlindAt(Instant.Now(clock)));
    }

    [Fact]
    public void What_the_broker_kept_of_a_device_is_stale_and_of_a_node_is_its_state()
    {
        nodes.Take(Topic, Encoding.UTF8.GetBytes(Payload), isRetained: true);
        Assert.False(sightings.Reader.TryRead(out _));
        Assert.NotNull(receiver.BlindAt(Instant.Now(clock)));
        nodes.Take("espresense/rooms/hall/status", "online"u8, isRetained: true);
        Assert.Null(receiver.BlindAt(Instant.Now(clock)));
        nodes.Take("espresense/rooms/hall/status", "offline"u8, isRetained: false);
        Assert.Contains("off or away", receiver.BlindAt(Instant.Now(clock))!.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"rssi":"-60"}""")]
    [InlineData("""{"rssi":-1e300}""")]
    [InlineData("""{"rssi":-60}}""")]
    [InlineData("""{"x":{"rssi":-60}}""")]
    [InlineData("\0\u00ff")]
    [InlineData("""{"rssi\ud800":-60}""")] // Sound JSON, and no text.
    [InlineData("""{"\ud800":1,"rssi":"x"}""")]
    public void A_payload_that_cannot_be_used_is_counted(string payload)
    {
        Say(Topic, payload);
        Assert.False(sightings.Reader.TryRead(out _));
        Assert.Equal(1, receiver.Status.Malformed);
    }

    [Fact]
    public void Strangers_are_counted_and_other_topics_are_none_of_ours()
    {
        Say("espresense/devices/665544332211/hall", Payload);
        Say("espresense/devices/iBeacon:00000000-4fa2-4e98-8024-bc5b71e0893e-7-42/hall", Payload);
        Say("espresense/devices/x/kitchen", Payload);
        Say("espresense/rooms/hall/name", "hall");
        Assert.Equal((2L, 0L), (receiver.Status.NotEnrolled, receiver.Status.Malformed));
        Assert.False(sightings.Reader.TryRead(out _));
    }

    [Fact]
    public void A_node_that_hears_strangers_only_is_not_silent()
    {
        Say("espresense/rooms/hall/telemetry", """{"ip":"192.168.0.9","uptime":900,"adverts":1200,"seen":80}""");
        Assert.Equal(Instant.Now(clock), receiver.Status.LastHeard);
        Assert.Equal(0, receiver.Status.Frames);
    }

    [Fact]
    public void Without_its_broker_every_node_is_blind()
    {
        Say(Topic, Payload);
        nodes.CloseAll("the broker is away");
        Assert.Equal("the broker is away", receiver.BlindAt(Instant.Now(clock))!.Why);
    }

    private void Say(string topic, string payload) => nodes.Take(topic, Encoding.UTF8.GetBytes(payload), isRetained: false);
}

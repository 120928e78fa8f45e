using System.Threading.Channels;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing;

public sealed class ReceiverTests
{
    private static readonly ReceiverPlace Door = ReceiverPlace.Uncalibrated(new("door"), new("entrance"), ReceiverSide.Inside);
    private static readonly Pseudonym Somebody = new("k1-somebody");
    private readonly Channel<Sighting> sightings = Channel.CreateBounded<Sighting>(2);

    [Fact]
    public void An_enrolled_beacon_becomes_a_sighting_under_its_pseudonym()
    {
        var receiver = Receiver(BeaconRole.Customer);
        receiver.Hear(Frames.Legacy(Frames.IBeacon), new(42));
        Assert.True(sightings.Reader.TryRead(out var sighting));
        Assert.Equal(new(Somebody, new("door"), -56, new(42), Assurance.Low), sighting);
        Assert.Equal((1, 1, 1, 0), (receiver.Status.Frames, receiver.Status.Advertisements, receiver.Status.Enrolled, receiver.Status.NotEnrolled));
        Assert.Equal(new Instant(42), receiver.Status.LastHeard);
    }

    [Theory]
    [InlineData(BeaconRole.Staff)]
    [InlineData(BeaconRole.Fixed)]
    public void Staff_and_fixtures_are_known_and_take_no_part(BeaconRole role)
    {
        var receiver = Receiver(role);
        receiver.Hear(Frames.Legacy(Frames.IBeacon), new(1));
        Assert.False(sightings.Reader.TryRead(out _));
        Assert.Equal((1, 0), (receiver.Status.Enrolled, receiver.Status.NotEnrolled));
    }

    [Fact]
    public void Strangers_are_counted_and_dropped_without_an_allocation()
    {
        var receiver = Receiver(BeaconRole.Customer);
        byte[][] strangers = [.. Frames.All.Where(f => f != Frames.IBeacon).Select(f => Frames.Legacy(f)), Frames.Extended(Frames.Uid), Frames.Bytes("043E0302"), Frames.Legacy("06FF4C00021501")];
        foreach (var packet in strangers) receiver.Hear(packet, new(1));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            foreach (var packet in strangers)
                receiver.Hear(packet, new(i));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(sightings.Reader.TryRead(out _));
        Assert.Equal(10_001L * (strangers.Length - 2), receiver.Status.NotEnrolled);
        Assert.Equal(10_001L * 2, receiver.Status.Malformed);
    }

    [Fact]
    public void What_presence_cannot_take_in_time_is_dropped_and_counted()
    {
        var receiver = Receiver(BeaconRole.Customer);
        for (var i = 0; i < 5; i++) receiver.Hear(Frames.Legacy(Frames.IBeacon), new(i));
        Assert.Equal((5, 3), (receiver.Status.Enrolled, receiver.Status.Overflowed));
    }

    [Fact]
    public void Other_events_of_the_controller_are_no_fault()
    {
        var receiver = Receiver(BeaconRole.Customer);
        receiver.Hear(Frames.Bytes("040E0401030C00"), new(1));
        Assert.Equal((1, 0, 0), (receiver.Status.Frames, receiver.Status.Advertisements, receiver.Status.Malformed));
    }

    [Fact]
    public void A_missing_rssi_is_passed_on_as_unknown()
    {
        Receiver(BeaconRole.Customer).Hear(Frames.Legacy(Frames.IBeacon, "7F"), new(1));
        Assert.True(sightings.Reader.TryRead(out var sighting));
        Assert.Equal(Sighting.RssiUnknown, sighting.Rssi);
    }

    [Fact]
    public void A_receiver_is_blind_until_its_source_is_open_and_when_it_closes()
    {
        var receiver = Receiver(BeaconRole.Customer);
        Assert.NotNull(receiver.BlindAt(Seconds(1)));
        receiver.Open(Seconds(1));
        Assert.Null(receiver.BlindAt(Seconds(1000)));
        receiver.Close("the adapter was removed", Seconds(1000));
        receiver.Close("no adapter", Seconds(1005));
        Assert.Equal(new Blindness(Seconds(1000), "no adapter"), receiver.BlindAt(Seconds(1010)));
    }

    [Fact]
    public void A_receiver_that_is_made_ready_again_was_open_all_the_time_so_a_flat_battery_is_forgotten_in_the_end()
    {
        var receiver = Receiver(BeaconRole.Fixed);
        receiver.Open(Seconds(1));
        for (var i = 0; i < 20; i++) receiver.Hear(Frames.Legacy(Frames.IBeacon), Seconds(1 + i * 0.5));
        receiver.Open(Seconds(400));
        receiver.Hear(Frames.Legacy(Frames.Uid), Seconds(620));
        Assert.NotNull(receiver.BlindAt(Seconds(621)));
        Assert.Equal(1, receiver.ForgetGoneCanaries(Seconds(621)));
        Assert.Null(receiver.BlindAt(Seconds(621)));
    }

    [Fact]
    public void A_recording_that_is_over_is_not_blind()
    {
        var receiver = Receiver(BeaconRole.Customer);
        receiver.Open(Seconds(1));
        receiver.End("the recording is over", Seconds(2));
        Assert.Null(receiver.BlindAt(Seconds(3)));
    }

    [Fact]
    public void A_receiver_is_blind_when_its_fixed_beacon_falls_silent_even_while_strangers_are_heard()
    {
        var receiver = Receiver(BeaconRole.Fixed);
        receiver.Open(Seconds(1));
        for (var i = 0; i < 20; i++) receiver.Hear(Frames.Legacy(Frames.IBeacon), Seconds(1 + i * 0.5));
        for (var i = 0; i < 5; i++) receiver.Hear(Frames.Legacy(Frames.Uid), Seconds(11 + i));
        Assert.Null(receiver.BlindAt(Seconds(13)));
        Assert.Equal(Seconds(10.5), receiver.BlindAt(Seconds(15))?.Since);
        receiver.Hear(Frames.Legacy(Frames.IBeacon), Seconds(16));
        Assert.Null(receiver.BlindAt(Seconds(16)));
    }

    [Theory]
    [InlineData(BeaconRole.Customer)]
    [InlineData(BeaconRole.Staff)]
    public void Somebody_who_left_does_not_make_a_receiver_blind(BeaconRole role)
    {
        var receiver = Receiver(role);
        receiver.Open(Seconds(1));
        for (var i = 0; i < 20; i++) receiver.Hear(Frames.Legacy(Frames.IBeacon), Seconds(1 + i * 0.5));
        Assert.Null(receiver.BlindAt(Seconds(3600)));
    }

    private static Instant Seconds(double seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);

    private Receiver Receiver(BeaconRole role)
    {
        Assert.True(BeaconId.TryParse("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/2", out var known));
        var owner = new BeaconOwner(Somebody, role, Assurance.Low, null);
        return new(Door, (in Heard heard, out BeaconOwner found) => (found = owner, heard.Beacon == known).Item2, sightings.Writer);
    }
}

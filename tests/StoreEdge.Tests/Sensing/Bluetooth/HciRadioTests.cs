using StoreEdge.Core.Radio;
using StoreEdge.Linux.Bluetooth;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing.Bluetooth;

public sealed class HciRadioTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_generations_of_controllers_are_made_to_scan(bool extended)
    {
        using var scene = new RadioScene(10);
        scene.Kernel.Plug(0).Extended = extended;
        scene.Kernel.Every(1, () => scene.Kernel.Advertise(Frames.Bytes(Frames.IBeacon), -70), from: 5);
        scene.RunRaw();
        Assert.Equal(5, scene.Receiver.Status.Enrolled);
        Assert.True(scene.Sightings.Reader.TryRead(out var sighting));
        Assert.Equal(-70, sighting.Rssi);
        Assert.Empty(scene.Health.Warnings);
        Assert.Equal(0, scene.Receiver.Status.Malformed);
    }

    [Fact]
    public void The_duty_is_what_was_configured()
    {
        using var scene = new RadioScene(2) { Options = new() { ScanInterval = TimeSpan.FromMilliseconds(100), ScanWindow = TimeSpan.FromMilliseconds(50) } };
        scene.Kernel.Plug(0);
        scene.RunRaw();
        Assert.Contains(scene.Kernel.RawCommands, c => c.Packet is [1, 0x0B, 0x20, 7, 0, 0xA0, 0, 0x50, 0, 0, 0]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void When_somebody_else_stops_the_scan_or_filters_duplicates_it_is_begun_again(byte on, byte filter)
    {
        using var scene = new RadioScene(60).WithCanary();
        var adapter = scene.Kernel.Plug(0);
        var was = (Scanning: false, FiltersDuplicates: true);
        scene.Kernel.At(30, () => scene.Kernel.Disturb(0, [1, 0x0C, 0x20, 2, on, filter])).At(59, () => was = (adapter.Scanning, adapter.FiltersDuplicates));
        scene.RunRaw();
        Assert.Equal((true, false), was);
        Assert.DoesNotContain(scene.Blind, b => b.From >= 1);
    }

    [Fact]
    public void An_adapter_that_is_removed_and_returned_is_used_again_and_the_receiver_is_blind_in_between()
    {
        using var scene = new RadioScene(60).WithCanary();
        scene.Kernel.Plug(0);
        scene.Kernel.At(20, () => scene.Kernel.Unplug(0)).At(35, () => scene.Kernel.Plug(1));
        scene.RunRaw();
        var (from, to) = scene.Blind[^1];
        Assert.InRange(from, 20, 20.2);
        Assert.InRange(to, 35, 36.5);
        Assert.Equal("hci1", scene.Receiver.Radio?.Adapter);
        Assert.Empty(scene.Health.Warnings);
    }

    [Fact]
    public void A_power_off_is_noticed_and_overridden()
    {
        using var scene = new RadioScene(60).WithCanary();
        var adapter = scene.Kernel.Plug(0);
        var was = (Powered: false, Scanning: false);
        scene.Kernel.At(20, () => { scene.Kernel.Power(0, false); adapter.Scanning = false; }).At(59, () => was = (adapter.Powered, adapter.Scanning));
        scene.RunRaw();
        Assert.Equal((true, true), was);
        Assert.Contains(scene.Blind, b => b.From is >= 20 and < 21.5 && b.To < 23);
    }

    [Fact]
    public void A_wedged_controller_is_mended_by_a_new_scan()
    {
        using var scene = new RadioScene(120).WithCanary();
        var adapter = scene.Kernel.Plug(0);
        adapter.HealedByScan = true;
        scene.Kernel.At(60, () => adapter.Deaf = true);
        scene.RunRaw();
        Assert.Equal((1, RecoveryStep.RestartScan), (scene.Receiver.Ladder.Recoveries, scene.Receiver.Ladder.Healer));
        Assert.InRange(scene.Blind[^1].To, 89, 93);
    }

    [Fact]
    public void An_orderly_end_ends_the_scan()
    {
        using var scene = new RadioScene(5);
        var adapter = scene.Kernel.Plug(0);
        var was = false;
        scene.Kernel.At(4, () => was = adapter.Scanning);
        scene.RunRaw();
        Assert.Equal((true, false), (was, adapter.Scanning));
    }

    [Fact]
    public void A_missing_capability_is_told()
    {
        using var scene = new RadioScene(5);
        scene.Kernel.Plug(0, powered: true);
        scene.Kernel.Capable = false;
        scene.RunRaw();
        Assert.Contains("CAP_NET_RAW", scene.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_controller_that_answers_nothing_is_walked_up_the_ladder()
    {
        using var scene = new RadioScene(400);
        var adapter = scene.Kernel.Plug(0, powered: true);
        scene.Kernel.At(20, () => (adapter.Mute, adapter.Scanning) = (true, false)).At(20, () => scene.Kernel.Tell(MgmtEventCode.NewSettings, 0, [0, 2, 0, 0]));
        Assert.Throws<BluetoothFault>(scene.RawRadio().Run);
        Assert.Contains("reset 0", scene.Acts);
    }
}

using StoreEdge.Agent.Health;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Radio;
using StoreEdge.Linux.Bluetooth;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing.Bluetooth;

public sealed class MgmtRadioTests
{
    [Fact]
    public void An_adapter_is_switched_on_before_its_monitor_is_added_and_the_duty_set_in_between()
    {
        using var scene = new RadioScene(5);
        scene.Kernel.Plug(0);
        scene.Kernel.Every(1, () => scene.Kernel.Advertise(Frames.Bytes(Frames.IBeacon), -56));
        scene.Run();
        MgmtOpcode[] order = [.. scene.Kernel.Opcodes.Where(o => o is MgmtOpcode.SetPowered or MgmtOpcode.SetDefaultConfiguration or MgmtOpcode.AddPatternsMonitor)];
        Assert.Equal([MgmtOpcode.SetPowered, MgmtOpcode.SetDefaultConfiguration, MgmtOpcode.AddPatternsMonitor], order);
        Assert.True(scene.Sightings.Reader.TryRead(out var sighting));
        Assert.Equal((new("k1-somebody"), new("door"), (sbyte)-56), (sighting.Subject, sighting.Receiver, sighting.Rssi));
        Assert.True(scene.Receiver.Status.Connected);
        Assert.Empty(scene.Health.Warnings);
    }

    [Fact]
    public void An_unknown_rssi_is_passed_on_as_unknown()
    {
        using var scene = new RadioScene(3);
        scene.Kernel.Plug(0, powered: true);
        scene.Kernel.At(1, () => scene.Kernel.Advertise(Frames.Bytes(Frames.IBeacon), 127));
        scene.Run();
        Assert.True(scene.Sightings.Reader.TryRead(out var sighting));
        Assert.Equal(Sighting.RssiUnknown, sighting.Rssi);
    }

    [Fact]
    public void The_duty_is_what_was_configured()
    {
        using var scene = new RadioScene(2) { Options = new() { ScanInterval = TimeSpan.FromMilliseconds(100), ScanWindow = TimeSpan.FromMilliseconds(50) } };
        scene.Kernel.Plug(0, powered: true);
        scene.Run();
        Assert.Equal("13 00 02 A0 00 14 00 02 50 00", Hex(scene.Kernel.Commands.Single(c => c.Opcode == MgmtOpcode.SetDefaultConfiguration).Values));
    }

    [Fact]
    public void An_adapter_is_found_by_its_address_wherever_its_number_moves()
    {
        using var scene = new RadioScene(20);
        scene.Kernel.Plug(0, "00:AA:01:00:00:01", powered: true);
        scene.Kernel.Plug(1, "00:AA:01:00:00:02", powered: true);
        scene.Kernel.At(5, () => scene.Kernel.Unplug(1)).At(8, () => scene.Kernel.Plug(3, "00:AA:01:00:00:02"));
        scene.Run("00:aa:01:00:00:02");
        Assert.Empty(scene.Kernel.Adapters[0].Monitors);
        Assert.Single(scene.Kernel.Adapters[3].Monitors);
        Assert.Equal("hci3", scene.Receiver.Radio?.Adapter);
    }

    [Fact]
    public void An_adapter_that_was_named_by_its_number_is_followed_when_the_number_moves()
    {
        using var scene = new RadioScene(20);
        scene.Kernel.Plug(0, powered: true);
        scene.Kernel.At(5, () => scene.Kernel.Unplug(0)).At(8, () => scene.Kernel.Plug(1));
        scene.Run();
        Assert.Single(scene.Kernel.Adapters[1].Monitors);
    }

    [Fact]
    public void A_missing_adapter_is_told_with_those_that_are_there()
    {
        using var scene = new RadioScene(3);
        scene.Kernel.Plug(1, "00:AA:01:00:00:02");
        scene.Run();
        Assert.Equal("Receiver door: there is no adapter hci0; there is hci1 (00:AA:01:00:00:02)", scene.Fault);
        Assert.Equal("failed", scene.Health.Verdict);
        using var none = new RadioScene(3);
        none.Run();
        Assert.Contains("no Bluetooth adapter", none.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_that_comes_late_is_used_at_once()
    {
        using var scene = new RadioScene(100);
        scene.Kernel.At(60.5, () => scene.Kernel.Plug(0));
        scene.Run();
        Assert.InRange(scene.Blind.Single().To, 60.5, 61.5);
        Assert.Empty(scene.Health.Warnings);
    }

    [Fact]
    public void An_adapter_that_is_removed_and_returned_is_used_again_and_the_receiver_is_blind_in_between()
    {
        using var scene = new RadioScene(60).WithCanary();
        scene.Kernel.Plug(0);
        scene.Kernel.At(20, () => scene.Kernel.Unplug(0)).At(35, () => scene.Kernel.Plug(0));
        scene.Run();
        var (from, to) = scene.Blind[^1];
        Assert.InRange(from, 20, 20.2);
        Assert.InRange(to, 35, 36.5);
        Assert.Single(scene.Kernel.Adapters[0].Monitors);
        Assert.Empty(scene.Health.Warnings);
    }

    [Fact]
    public void Bluetoothd_wipes_the_monitors_and_they_are_added_again_before_anybody_is_missed()
    {
        using var scene = new RadioScene(40).WithCanary();
        scene.Kernel.Plug(0);
        scene.Kernel.At(20, () => scene.Kernel.StartBluetoothd(0));
        scene.Run();
        Assert.Single(scene.Kernel.Adapters[0].Monitors);
        Assert.DoesNotContain(scene.Blind, b => b.From >= 1);
        Assert.InRange(scene.Kernel.Commands.Last(c => c.Opcode == MgmtOpcode.AddPatternsMonitor).At, 20, 21);
    }

    [Fact]
    public void Another_monitor_that_goes_is_no_concern_of_ours()
    {
        using var scene = new RadioScene(40);
        scene.Kernel.Plug(0);
        scene.Kernel.At(20, () => scene.Kernel.Tell(MgmtEventCode.MonitorRemoved, 0, [77, 0]));
        scene.Run();
        Assert.Single(scene.Kernel.Opcodes, MgmtOpcode.AddPatternsMonitor);
    }

    [Fact]
    public void While_somebody_discovers_reports_come_in_other_words()
    {
        using var scene = new RadioScene(10);
        scene.Kernel.Plug(0).Discovering = true;
        scene.Kernel.At(5, () => scene.Kernel.Tell(MgmtEventCode.Discovering, 0, [6, 1])).At(6, () => scene.Kernel.Advertise(Frames.Bytes(Frames.IBeacon)));
        // Classic Bluetooth is told of too, and is no advertisement.
        scene.Kernel.At(7, () => scene.Kernel.Advertise(Frames.Bytes(Frames.IBeacon), addressType: 0));
        scene.Run();
        Assert.Equal(1, scene.Receiver.Status.Enrolled);
    }

    [Fact]
    public void A_power_off_is_overridden()
    {
        using var scene = new RadioScene(40).WithCanary();
        scene.Kernel.Plug(0);
        scene.Kernel.At(20, () => scene.Kernel.Power(0, false));
        scene.Run();
        Assert.True(scene.Kernel.Adapters[0].Powered);
        Assert.Contains(scene.Blind, b => b.From is >= 20 and < 20.3 && b.To < 21.5);
    }

    [Fact]
    public void A_power_off_is_respected_where_the_configuration_says_so_until_it_is_switched_on_again()
    {
        using var scene = new RadioScene(200) { Options = new() { OverridePowerOff = false } };
        scene.WithCanary();
        scene.Kernel.Plug(0);
        scene.Kernel.At(20, () => scene.Kernel.Power(0, false)).At(150, () => Assert.False(scene.Kernel.Adapters[0].Powered)).At(150, () => Assert.Contains("switched off by somebody", scene.Fault, StringComparison.Ordinal))
            .At(151, () => scene.Kernel.Power(0, true));
        scene.Run();
        Assert.Contains(scene.Blind, b => b.From < 20.3 && b.To is > 151 and < 153);
        Assert.Empty(scene.Health.Warnings);
    }

    [Fact]
    public void A_monitor_command_that_hangs_in_the_kernel_is_ended_by_a_power_cycle()
    {
        using var scene = new RadioScene(20);
        scene.Kernel.Plug(0, powered: true).Stuck = true;
        scene.Run();
        Assert.Equal(1, scene.Kernel.Adapters[0].PowerCycles);
        Assert.Single(scene.Kernel.Adapters[0].Monitors);
    }

    [Fact]
    public void What_a_killed_agent_left_is_removed_and_nobody_elses()
    {
        using var scene = new RadioScene(5);
        var adapter = scene.Kernel.Plug(0, powered: true);
        adapter.Monitors.Add(900);
        scene.Kernel.At(2, () => throw new OperationCanceledException("killed"));
        scene.Run();
        scene.Run();
        Assert.Equal(2, adapter.Monitors.Count);
        Assert.Contains((ushort)900, adapter.Monitors);
        Assert.DoesNotContain(scene.Kernel.Commands, c => c.Opcode == MgmtOpcode.RemoveMonitor && c.Values is [0, 0]);
    }

    [Fact]
    public void An_orderly_end_takes_its_own_monitor_away_so_that_its_handle_never_means_anothers()
    {
        using var scene = new RadioScene(5);
        var adapter = scene.Kernel.Plug(0, powered: true);
        adapter.Monitors.Add(900);
        var radio = scene.Radio();
        Assert.Throws<OperationCanceledException>(radio.Run);
        radio.Leave(scene.Kernel);
        Assert.Equal([900], adapter.Monitors);
        // Somebody else gets the number that was ours.
        var ours = scene.Kernel.Commands.Last(c => c.Opcode == MgmtOpcode.RemoveMonitor).Values;
        adapter.Monitors.Add((ushort)(ours[0] | ours[1] << 8));
        scene.Kernel.Commands.Clear();
        scene.Run();
        Assert.DoesNotContain(scene.Kernel.Opcodes, o => o == MgmtOpcode.RemoveMonitor);
    }

    [Fact]
    public void A_missing_capability_is_named_with_the_line_of_the_unit()
    {
        using var scene = new RadioScene(5);
        scene.Kernel.Plug(0);
        scene.Kernel.Capable = false;
        scene.Run();
        var warning = Assert.Single(scene.Health.Warnings);
        Assert.Contains("CAP_NET_ADMIN", warning.Text, StringComparison.Ordinal);
        Assert.Contains("AmbientCapabilities=CAP_NET_ADMIN", warning.NextAction, StringComparison.Ordinal);
        Assert.NotNull(scene.Receiver.BlindAt(new(5_000_000_000)));
    }

    [Theory]
    [InlineData(RfKillState.Hard, true, "a switch of the machine")]
    [InlineData(RfKillState.Soft, false, "receivers[].overridePowerOff is false")]
    public void A_block_that_may_not_be_lifted_is_told(RfKillState block, bool over, string told)
    {
        using var scene = new RadioScene(5) { Options = new() { OverridePowerOff = over } };
        scene.Kernel.Plug(0).RfKill = block;
        scene.Run();
        Assert.Contains(told, scene.Fault, StringComparison.Ordinal);
        Assert.Empty(scene.Acts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_soft_block_is_lifted_or_it_is_told_why_not_whatever_the_kernel_calls_it(bool saysRfKilled)
    {
        using var scene = new RadioScene(5);
        var adapter = scene.Kernel.Plug(0);
        (adapter.RfKill, adapter.SaysRfKilled) = (RfKillState.Soft, saysRfKilled);
        scene.Run();
        Assert.Equal(["unblock 0"], scene.Acts);
        Assert.True(scene.Receiver.Status.Connected);
        using var refused = new RadioScene(2) { Wrong = "/dev/rfkill cannot be written: Permission denied" };
        refused.Kernel.Plug(0).RfKill = RfKillState.Soft;
        refused.Run();
        Assert.Contains("/dev/rfkill cannot be written", refused.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_does_not_know_the_duty_still_listens_and_says_so()
    {
        using var scene = new RadioScene(5);
        scene.Kernel.Plug(0).Old = true;
        scene.Run();
        Assert.True(scene.Receiver.Status.Connected);
        Assert.Equal(("receiver-duty:door", Severity.Warning), scene.Health.Warnings.Select(w => (w.Code, w.Severity)).Single());
    }

    [Fact]
    public void A_full_list_of_monitors_is_told()
    {
        using var scene = new RadioScene(5);
        var adapter = scene.Kernel.Plug(0, powered: true);
        for (ushort i = 100; i < 132; i++) adapter.Monitors.Add(i);
        scene.Run();
        Assert.Contains("all 32 advertisement monitors are taken", scene.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_restart_mends_leads_to_none()
    {
        using var scene = new RadioScene(1000);
        var adapter = scene.Kernel.Plug(0, powered: true);
        for (ushort i = 100; i < 132; i++) adapter.Monitors.Add(i);
        scene.Run();
        Assert.Equal((0, 0), (adapter.PowerCycles, scene.Acts.Count));
    }

    [Fact]
    public void A_flat_battery_among_strangers_restarts_the_scan_is_told_and_forgotten_without_being_called_a_recovery()
    {
        using var scene = new RadioScene(900);
        var adapter = scene.Kernel.Plug(0);
        for (var i = 0; i < 60; i++) scene.Kernel.At(1 + i * 0.5, () => scene.Kernel.Advertise(Frames.Bytes(RadioScene.FixedBeacon)));
        scene.Kernel.Every(1, () => scene.Kernel.Advertise(Frames.Bytes(Frames.Uid)));
        scene.Kernel.At(120, () => Assert.Equal(["receiver-deaf:door"], scene.Health.Warnings.Select(w => w.Code)));
        scene.Kernel.Every(30, () => scene.Receiver.ForgetGoneCanaries(StoreEdge.Core.Instant.Now(scene.Clock)));
        scene.Run();
        Assert.Equal((0, 0), (adapter.PowerCycles, scene.Acts.Count));
        Assert.Equal(0, scene.Receiver.Ladder.Recoveries);
        Assert.Empty(scene.Health.Warnings);
        Assert.InRange(scene.Blind[^1].To, 630, 662);
    }

    [Fact]
    public void An_adapter_without_low_energy_is_told()
    {
        using var scene = new RadioScene(5);
        scene.Kernel.Plug(0).Supported = MgmtSettings.Powered;
        scene.Run();
        Assert.Contains("cannot do Bluetooth Low Energy", scene.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_dropped_is_counted()
    {
        using var scene = new RadioScene(10);
        scene.Kernel.Plug(0);
        scene.Kernel.Room = 100;
        scene.Kernel.At(5, () => { for (var i = 0; i < 150; i++) scene.Kernel.Advertise(Frames.Bytes(Frames.Uid)); });
        scene.Run();
        Assert.Equal(50, scene.Receiver.Radio?.Dropped);
        Assert.Equal(100, scene.Receiver.Status.Advertisements);
    }

    [Fact]
    public void A_lost_word_about_a_wiped_monitor_is_found_out_within_half_a_minute()
    {
        using var scene = new RadioScene(100);
        scene.Kernel.Plug(0);
        scene.Kernel.At(50, () => scene.Kernel.Adapters[0].Monitors.Clear());
        scene.Run();
        Assert.Single(scene.Kernel.Adapters[0].Monitors);
        Assert.InRange(scene.Kernel.Commands.Last(c => c.Opcode == MgmtOpcode.AddPatternsMonitor).At, 50, 81);
    }

    [Fact]
    public void A_wedged_adapter_makes_the_receiver_blind_within_three_seconds_and_a_new_scan_mends_it()
    {
        using var scene = new RadioScene(120).WithCanary();
        var adapter = scene.Kernel.Plug(0);
        adapter.HealedByScan = true;
        scene.Kernel.At(60, () => adapter.Deaf = true);
        scene.Run();
        var (from, to) = scene.Blind[^1];
        Assert.InRange(from, 62, 63.5);
        Assert.InRange(to, 89, 92);
        Assert.Equal((1, RecoveryStep.RestartScan), (scene.Receiver.Ladder.Recoveries, scene.Receiver.Ladder.Healer));
        Assert.Equal(0, adapter.PowerCycles);
        Assert.Empty(scene.Health.Warnings);
    }

    [Fact]
    public void Where_a_new_scan_does_not_help_a_power_cycle_follows()
    {
        using var scene = new RadioScene(150).WithCanary();
        var adapter = scene.Kernel.Plug(0);
        adapter.HealedByPower = true;
        scene.Kernel.At(60, () => adapter.Deaf = true);
        scene.Run();
        Assert.Equal(RecoveryStep.PowerCycle, scene.Receiver.Ladder.Healer);
        Assert.InRange(scene.Blind[^1].To, 104, 110);
    }

    [Fact]
    public void A_radio_that_nothing_helps_is_closed_and_opened_anew_and_then_a_person_is_told()
    {
        using var scene = new RadioScene(400).WithCanary();
        var adapter = scene.Kernel.Plug(0);
        scene.Kernel.At(60, () => adapter.Deaf = true);
        var radio = scene.Radio();
        var wedged = Assert.Throws<BluetoothFault>(radio.Run);
        Assert.Equal(BluetoothFaultKind.Wedged, wedged.Kind);
        Assert.Equal(["down 0", "up 0", "reset 0"], scene.Acts);
        scene.Run();
        Assert.Contains(scene.Health.Warnings, w => w.Code == "receiver-deaf:door" && w.Severity == Severity.Fault);
    }

    [Fact]
    public void An_empty_store_at_night_is_never_reset()
    {
        using var scene = new RadioScene(36_000);
        var adapter = scene.Kernel.Plug(0);
        scene.Kernel.At(5, () => scene.Kernel.Advertise(Frames.Bytes(Frames.IBeacon)));
        scene.Run();
        Assert.Equal((0, 0), (adapter.PowerCycles, scene.Acts.Count));
        Assert.Single(scene.Kernel.Opcodes, MgmtOpcode.AddPatternsMonitor);
        Assert.Null(scene.Receiver.BlindAt(new(35_000_000_000_000)));
    }

    [Fact]
    public void An_adapter_that_refuses_to_be_switched_on_is_reset_even_before_a_canary_is_known()
    {
        using var scene = new RadioScene(200);
        scene.Kernel.Plug(0).PowerFails = true;
        Assert.Throws<BluetoothFault>(scene.Radio().Run);
        Assert.Equal(["down 0", "up 0", "reset 0"], scene.Acts);
        Assert.Contains("SetPowered was refused with status 0x03", scene.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_that_answers_nothing_is_walked_up_the_ladder()
    {
        using var scene = new RadioScene(400);
        var adapter = scene.Kernel.Plug(0);
        scene.Kernel.At(20, () => adapter.Mute = true);
        Assert.Throws<BluetoothFault>(scene.Radio().Run);
        Assert.Contains("no answer", scene.Fault, StringComparison.Ordinal);
        Assert.Contains("reset 0", scene.Acts);
    }

    [Fact]
    public void Broken_packets_are_counted_and_listening_goes_on()
    {
        using var scene = new RadioScene(10);
        scene.Kernel.Plug(0);
        scene.Kernel.At(3, () => scene.Kernel.Tell([0x2F, 0, 0])).At(4, () => scene.Kernel.Tell(MgmtEventCode.MonitorDeviceFound, 0, new byte[15]))
            .At(5, () => scene.Kernel.Advertise(Frames.Bytes(Frames.IBeacon)));
        scene.Run();
        Assert.Equal((2, 1), (scene.Receiver.Status.Malformed, scene.Receiver.Status.Enrolled));
    }

    private static string Hex(byte[] bytes) => BitConverter.ToString(bytes).Replace('-', ' ');
}

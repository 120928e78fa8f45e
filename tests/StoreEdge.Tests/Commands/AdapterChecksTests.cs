using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Tests.Commands;

public sealed class AdapterChecksTests
{
    private static readonly SeenAdapter Good = Seen(RfKillState.Free, MgmtSettings.Powered);

    [Fact]
    public void What_is_there_is_shown_and_whether_it_is_on()
    {
        var check = AdapterChecks.Conclude([Good, Seen(RfKillState.Free, 0) with { Index = 1 }], daemon: true, [Source("mgmt:hci0")]);
        Assert.Equal(CheckVerdict.Pass, check.Verdict);
        Assert.Equal("hci0 00:AA:01:00:00:42: on; hci1 00:AA:01:00:00:42: off (the agent switches it on). bluetoothd runs; each report wakes it too.", check.Evidence.English);
    }

    [Theory]
    [InlineData("mgmt:hci3", "hci3 is not there. hci0 00:AA:01:00:00:42: on.")]
    [InlineData("hci:00:AA:01:00:00:43", "00:AA:01:00:00:43 is not there.")]
    public void An_adapter_that_is_missing_is_told_with_those_that_are_there(string source, string told)
    {
        var check = AdapterChecks.Conclude([Good], daemon: false, [Source(source)]);
        Assert.Equal(CheckVerdict.Fail, check.Verdict);
        Assert.StartsWith(told, check.Evidence.English, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RfKillState.Soft, "sudo rfkill unblock bluetooth")]
    [InlineData(RfKillState.Hard, "Turn the machine's radio switch on, or enable Bluetooth in its firmware.")]
    public void A_block_is_told_with_what_lifts_it(RfKillState block, string action)
    {
        var check = AdapterChecks.Conclude([Seen(block, 0)], daemon: false, [Source("mgmt:00:aa:01:00:00:42")]);
        Assert.Equal((CheckVerdict.Fail, action), (check.Verdict, check.NextAction.English));
    }

    [Fact]
    public void Where_no_radio_of_this_machine_is_used_none_is_missed() =>
        Assert.Equal(CheckVerdict.NotApplicable, AdapterChecks.Conclude([], daemon: false, []).Verdict);

    [Fact]
    public void A_machine_without_Bluetooth_is_told_so_as_a_fault_only_where_a_radio_is_configured()
    {
        if (Directory.Exists("/sys/class/bluetooth")) return; // A machine with Bluetooth has adapters of its own to tell of.
        Assert.Equal(CheckVerdict.NotApplicable, AdapterChecks.Look([], TimeProvider.System, CancellationToken.None).Verdict);
        var check = AdapterChecks.Look([Source("mgmt:hci0")], TimeProvider.System, CancellationToken.None);
        Assert.Equal((CheckVerdict.Fail, "the kernel does not offer Bluetooth sockets to this process"), (check.Verdict, check.Evidence.English));
        Assert.Contains("modprobe bluetooth", check.NextAction.English, StringComparison.Ordinal);
    }

    private static SeenAdapter Seen(RfKillState state, MgmtSettings current) => new(0, new(new(0x00AA01000042), MgmtSettings.LowEnergy | MgmtSettings.Powered, current | MgmtSettings.LowEnergy), state);

    private static ReceiverSource Source(string word) => ReceiverSource.TryParse(word, out var source) ? source : throw new ArgumentException(word, nameof(word));
}

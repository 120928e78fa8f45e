using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Tests.Linux.Bluetooth;

/// <summary>
/// What the agent relies on of the kernel's Bluetooth management. The kernel that the other tests play keeps it, and so must a real one: these tests change an adapter's
/// power and monitors.
/// </summary>
public abstract class ControlChannelContract
{
    /// <summary>Opens the channel; null where there is none to be tried.</summary>
    internal abstract (IPacketChannel Channel, ushort Adapter)? Open();

    [Fact]
    public void The_adapter_is_listed_and_can_do_Low_Energy() => With((client, adapter) =>
    {
        Assert.Contains(adapter, client.Indexes());
        Assert.True(client.Info(adapter)?.Supported.HasFlag(MgmtSettings.LowEnergy));
    });

    [Fact]
    public void A_missing_adapter_has_no_info() => With((client, _) => Assert.Null(client.Info(4242)));

    [Fact]
    public void Power_is_switched_and_shows() => With((client, adapter) =>
    {
        Assert.Equal(MgmtStatus.Success, client.SetPowered(adapter, false));
        Assert.False(client.Info(adapter)?.Current.HasFlag(MgmtSettings.Powered));
        Assert.Equal(MgmtStatus.Success, client.SetPowered(adapter, true));
        Assert.True(client.Info(adapter)?.Current.HasFlag(MgmtSettings.Powered));
    });

    [Fact]
    public void A_monitor_is_added_listed_and_removed_alone() => With((client, adapter) =>
    {
        client.SetPowered(adapter, true);
        Assert.Equal(MgmtStatus.Success, client.SetScan(adapter, 0x60, 0x60));
        Assert.Equal(MgmtStatus.Success, client.AddMonitor(adapter, AdvertisementPattern.Beacons, out var one));
        Assert.Equal(MgmtStatus.Success, client.AddMonitor(adapter, AdvertisementPattern.Beacons, out var other));
        Assert.NotEqual(one, other);
        Assert.Equal(MgmtStatus.Success, client.RemoveMonitor(adapter, one));
        var left = client.Monitors(adapter)!.Handles;
        Assert.DoesNotContain(one, left);
        Assert.Contains(other, left);
        Assert.Equal(MgmtStatus.Success, client.RemoveMonitor(adapter, other));
    });

    [Fact]
    public void Monitors_survive_a_power_cycle() => With((client, adapter) =>
    {
        client.SetPowered(adapter, true);
        Assert.Equal(MgmtStatus.Success, client.AddMonitor(adapter, AdvertisementPattern.Beacons, out var monitor));
        client.SetPowered(adapter, false);
        client.SetPowered(adapter, true);
        Assert.Contains(monitor, client.Monitors(adapter)!.Handles);
        Assert.Equal(MgmtStatus.Success, client.RemoveMonitor(adapter, monitor));
    });

    [Fact]
    public void A_monitor_without_a_pattern_is_refused() => With((client, adapter) =>
    {
        client.SetPowered(adapter, true);
        Assert.Equal(MgmtStatus.InvalidParameters, client.AddMonitor(adapter, [], out _));
    });

    [Fact]
    public void A_monitor_that_is_added_while_the_adapter_is_off_hangs_until_a_power_cycle() => With((client, adapter) =>
    {
        client.SetPowered(adapter, false);
        Assert.Equal(MgmtStatus.Failed, client.AddMonitor(adapter, AdvertisementPattern.Beacons, out _));
        client.SetPowered(adapter, true);
        Assert.Equal(MgmtStatus.Busy, client.AddMonitor(adapter, AdvertisementPattern.Beacons, out _));
        client.SetPowered(adapter, false);
        client.SetPowered(adapter, true);
        Assert.Equal(MgmtStatus.Success, client.AddMonitor(adapter, AdvertisementPattern.Beacons, out var monitor));
        Assert.Equal(MgmtStatus.Success, client.RemoveMonitor(adapter, monitor));
    });

    private void With(Action<MgmtClient, ushort> what)
    {
        if (Open() is not { } opened) return;
        using var channel = opened.Channel;
        what(new(channel, TimeProvider.System, static (in MgmtPacket _) => { }), opened.Adapter);
    }
}

/// <summary>The kernel that is played at the wire.</summary>
public sealed class PlayedKernelTests : ControlChannelContract
{
    internal override (IPacketChannel Channel, ushort Adapter)? Open()
    {
        var kernel = new FakeKernel(new(), TimeSpan.FromHours(1));
        kernel.Plug(0);
        return (kernel, 0);
    }
}

/// <summary>This machine's own kernel, where STOREEDGE_TRY_ADAPTER names the number of an adapter that nothing else uses; needs CAP_NET_ADMIN.</summary>
public sealed class RealKernelTests : ControlChannelContract
{
    internal override (IPacketChannel Channel, ushort Adapter)? Open() =>
        ushort.TryParse(Environment.GetEnvironmentVariable("STOREEDGE_TRY_ADAPTER"), out var adapter) ? (BluetoothSocket.OpenControl(CancellationToken.None), adapter) : null;
}

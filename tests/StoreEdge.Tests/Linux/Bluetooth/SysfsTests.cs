using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Tests.Linux.Bluetooth;

/// <summary>What is read of an adapter beside its sockets, from a sysfs of the test's own.</summary>
public sealed class SysfsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("storeedge-sysfs-").FullName;

    [Theory]
    [InlineData("0", "0", RfKillState.Free)]
    [InlineData("1", "0", RfKillState.Soft)]
    [InlineData("1", "1", RfKillState.Hard)]
    public void A_radio_switch_is_read(string soft, string hard, RfKillState expected)
    {
        Write("class/bluetooth/hci0/rfkill3/soft", soft + "\n");
        Write("class/bluetooth/hci0/rfkill3/hard", hard + "\n");
        Assert.Equal(expected, new RfKill(root).State(0));
        Assert.Equal(RfKillState.Unknown, new RfKill(root).State(1));
    }

    [Fact]
    public void A_block_is_lifted_for_this_switch_alone()
    {
        Write("class/bluetooth/hci0/rfkill3/soft", "1");
        Write("rfkill", "");
        Assert.Null(new RfKill(root, Path.Combine(root, "rfkill")).Unblock(0));
        Assert.Equal("0300000000020000", Convert.ToHexString(File.ReadAllBytes(Path.Combine(root, "rfkill"))));
        Assert.Contains("no radio switch", new RfKill(root, "/nowhere").Unblock(1), StringComparison.Ordinal);
        Assert.Contains("cannot be written", new RfKill(root, Path.Combine(root, "nowhere")).Unblock(0), StringComparison.Ordinal);
    }

    [Fact]
    public void The_USB_device_of_an_adapter_is_found_above_its_interface()
    {
        Write("devices/usb1/1-2/busnum", "1\n");
        Write("devices/usb1/1-2/devnum", "17\n");
        Directory.CreateDirectory(Path.Combine(root, "devices/usb1/1-2/1-2:1.0"));
        Directory.CreateDirectory(Path.Combine(root, "class/bluetooth/hci0"));
        Directory.CreateSymbolicLink(Path.Combine(root, "class/bluetooth/hci0/device"), Path.Combine(root, "devices/usb1/1-2/1-2:1.0"));
        Assert.Equal("/dev/bus/usb/001/017", new UsbReset(root).DeviceOf(0));
        Assert.Contains("/001/017", new UsbReset(root, Path.Combine(root, "nodev")).Reset(0), StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_on_a_UART_has_none()
    {
        Directory.CreateDirectory(Path.Combine(root, "devices/serial0-0"));
        Directory.CreateDirectory(Path.Combine(root, "class/bluetooth/hci0"));
        Directory.CreateSymbolicLink(Path.Combine(root, "class/bluetooth/hci0/device"), Path.Combine(root, "devices/serial0-0"));
        Assert.Null(new UsbReset(root).DeviceOf(0));
        Assert.Equal("the adapter is on no USB", new UsbReset(root).Reset(0));
        Assert.Equal("the adapter is on no USB", new UsbReset(root).Reset(1));
    }

    [Fact]
    public void Bluetoothd_is_seen_among_the_processes()
    {
        Write("self/comm", "bluetoothd\n");
        Write("12/comm", "systemd\n");
        Directory.CreateDirectory(Path.Combine(root, "13"));
        Assert.False(BluetoothDaemon.IsRunning(root));
        Write("14/comm", "bluetoothd\n");
        Assert.True(BluetoothDaemon.IsRunning(root));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private void Write(string path, string text)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}

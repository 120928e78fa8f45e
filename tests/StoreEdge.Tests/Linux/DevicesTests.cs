using System.Runtime.CompilerServices;
using StoreEdge.Linux.Devices;
using StoreEdge.Linux.Gpio;
using StoreEdge.Linux.I2c;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Tests.Linux;

/// <summary>Buses and chips are found by name and label, and what is not there or not allowed is said with its place and remedy. What the kernel does with them is the lab's to show.</summary>
public sealed class DevicesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("storeedge-devices-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_bus_is_found_by_its_adapter_whatever_number_it_has()
    {
        Adapter(0, "DesignWare HDMI");
        Adapter(13, "MCP2221 usb-i2c bridge");
        Adapter(4, "MCP2221 usb-i2c bridge on hidraw1");
        Assert.Equal("/dev/i2c-4", I2cBus.FindByName("MCP2221", folder));
        Assert.Null(I2cBus.FindByName("CP2112", folder));
        Assert.Contains("'CP2112'", Assert.Throws<DeviceFault>(() => I2cBus.OpenByName("CP2112", folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_is_not_there_says_how_to_switch_it_on()
    {
        var fault = Assert.Throws<DeviceFault>(() => I2cBus.Open(Path.Combine(folder, "i2c-1")));
        Assert.Contains("i2c-1 is not there", fault.Message, StringComparison.Ordinal);
        Assert.Contains("dtparam=i2c_arm=on", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_is_none_is_refused()
    {
        var file = Path.Combine(folder, "i2c-1");
        File.WriteAllText(file, "");
        Assert.Contains("is no I²C bus", Assert.Throws<DeviceFault>(() => I2cBus.Open(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13, "group that owns it")]
    [InlineData(1, "SupplementaryGroups=gpio")]
    public void A_device_that_is_not_allowed_names_the_group(int errno, string remedy) =>
        Assert.Contains(remedy, DeviceFault.Opening("/dev/gpiochip0", errno, "gpio", "plug it in").Remedy, StringComparison.Ordinal);

    [Fact]
    public void A_chip_that_is_not_there_says_which_label_is_missing()
    {
        var fault = Assert.Throws<DeviceFault>(() => GpioChip.OpenByLabel("pinctrl-rp1", folder));
        Assert.Contains("labelled pinctrl-rp1; there is none at all", fault.Message, StringComparison.Ordinal);
        Assert.Contains("hardware.profile", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_is_handed_is_laid_out_as_its_headers_say()
    {
        Assert.Equal(16, Unsafe.SizeOf<Libc.i2c_msg>());
        Assert.Equal(16, Unsafe.SizeOf<Libc.i2c_rdwr_ioctl_data>());
        Assert.Equal(68, Unsafe.SizeOf<Libc.gpiochip_info>());
        Assert.Equal(24, Unsafe.SizeOf<Libc.gpio_v2_line_config_attribute>());
        Assert.Equal(272, Unsafe.SizeOf<Libc.gpio_v2_line_config>());
        Assert.Equal(592, Unsafe.SizeOf<Libc.gpio_v2_line_request>());
        Assert.Equal(16, Unsafe.SizeOf<Libc.gpio_v2_line_values>());
        Assert.Equal(48, Unsafe.SizeOf<Libc.gpio_v2_line_event>());
    }

    private void Adapter(int number, string name)
    {
        Directory.CreateDirectory(Path.Combine(folder, $"class/i2c-dev/i2c-{number}"));
        File.WriteAllText(Path.Combine(folder, $"class/i2c-dev/i2c-{number}/name"), name + "\n");
    }
}

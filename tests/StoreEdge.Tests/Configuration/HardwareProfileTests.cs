using System.Text.Json.Nodes;
using StoreEdge.Agent.Configuration;
using StoreEdge.Tests.Contracts;

namespace StoreEdge.Tests.Configuration;

/// <summary>The shipped pin profiles can be used, and a wrong one is refused with file, key, value and what is allowed.</summary>
public sealed class HardwareProfileTests : IDisposable
{
    private static readonly string Hardware = Path.GetFullPath(Path.Combine(ContractSchemas.Directory, "..", "..", "..", "hardware"));
    private readonly string folder = Directory.CreateTempSubdirectory("storeedge-hardware-").FullName;

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(Path.Combine(Hardware, "profiles"), "*.json").Select(f => Path.GetFileName(f))];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_profile_can_be_used_and_has_a_lamp_and_stands_in_the_wiring_table(string file)
    {
        var profile = HardwareProfile.Load(Path.Combine(Hardware, "profiles", file));
        var lamp = Assert.Single(profile.Lines, l => l.Name == "lamp");
        Assert.True(lamp.IsOutput);
        var guide = File.ReadAllText(Path.Combine(Hardware, "README.md"));
        Assert.Contains($"`{profile.GpioChip}`", guide, StringComparison.Ordinal);
        foreach (var line in profile.Lines) Assert.Contains(line.Pin > 0 ? $"| {line.Pin} | GPIO {line.Line} | {line.Name}" : $"| GP{line.Line} | {line.Name}", guide, StringComparison.Ordinal);
        foreach (var device in profile.Devices) Assert.Contains($"`0x{device.Address:x2}`", guide, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raspberry-pi-4.json", "pinctrl-bcm2711")]
    [InlineData("raspberry-pi-5.json", "pinctrl-rp1")]
    [InlineData("usb-mcp2221.json", "mcp2221_gpio")]
    public void A_board_is_known_by_the_label_of_its_chip(string file, string label) =>
        Assert.Equal(label, HardwareProfile.Load(Path.Combine(Hardware, "profiles", file)).GpioChip);

    // The map once more, from the pin-out by GPIO number rather than by pin.
    [Fact]
    public void The_header_leads_where_the_pin_out_says()
    {
        int[] pinOfGpio = [27, 28, 3, 5, 7, 29, 31, 26, 24, 21, 19, 23, 32, 33, 8, 10, 36, 11, 12, 35, 38, 40, 15, 16, 18, 22, 37, 13];
        for (var gpio = 2; gpio < pinOfGpio.Length; gpio++)
        {
            Assert.True(RaspberryPiHeader.TryLine(pinOfGpio[gpio], out var line, out _));
            Assert.Equal(gpio, line);
        }

        Assert.Equal(26, RaspberryPiHeader.Usable.Split(", ").Length);
        foreach (var (pins, what) in new (int[], string)[] { ([1, 17], "3.3 V"), ([2, 4], "5 V"), ([6, 9, 14, 20, 25, 30, 34, 39], "ground"), ([27, 28], "add-on"), ([0, 41], "1 to 40") })
            foreach (var pin in pins)
            {
                Assert.False(RaspberryPiHeader.TryLine(pin, out _, out var refusal));
                Assert.Contains(what, refusal, StringComparison.Ordinal);
            }
    }

    [Theory]
    [InlineData("lines[0].pin", "1", "3.3 V power")]
    [InlineData("lines[0].pin", "4", "5 V power")]
    [InlineData("lines[0].pin", "6", "ground")]
    [InlineData("lines[0].pin", "27", "add-on board")]
    [InlineData("lines[0].pin", "41", "1 to 40")]
    [InlineData("lines[0].pin", "\"11\"", "1 to 40")]
    [InlineData("lines[0].pin", "3", "the bus's data is on pin 3")]
    [InlineData("lines[0].pin", null, "one of the pins")]
    [InlineData("lines[0].line", "18", "pin 11 of this header is line 17")]
    [InlineData("lines[0].direction", "\"out\"", "output, input")]
    [InlineData("lines[0].name", "\"Lamp\"", "lower-case")]
    [InlineData("lines[0].activeLow", "1", "true or false")]
    [InlineData("lines[0].pull", "\"up\"", "no such key")]
    [InlineData("gpioChip", "\"gpiochip4\"", "never by its number")]
    [InlineData("gpioChip", "\"/dev/gpiochip0\"", "never by its number")]
    [InlineData("gpioChip", "\"0\"", "never by its number")]
    [InlineData("header", "\"arduino\"", "raspberry-pi-40")]
    [InlineData("i2c.bus", "\"i2c-1\"", "/dev/i2c-N")]
    [InlineData("i2c.sclPin", "3", "the bus's data is on pin 3")]
    [InlineData("i2c.devices[0].address", "\"0x78\"", "0x77")]
    [InlineData("i2c.devices[0].address", "\"39\"", "0x77")]
    [InlineData("i2c.devices[1].address", "\"0x27\"", "lcd is there")]
    [InlineData("i2c.devices[1].name", "\"lamp\"", "a name of its own")]
    [InlineData("i2c.devices[0].kind", "\"lcd\"", "hd44780-pcf8574, ssd1306")]
    [InlineData("i2c.devices[0].rows", "0", "1 to 128")]
    [InlineData("i2c.devices[0].rows", "3", "2 or 4, with 16 or 20 columns")]
    [InlineData("i2c.devices[1].rows", "48", "32 or 64, with 128 columns")]
    [InlineData("lines[0].bias", "\"pull-up\"", "an output is held by whoever drives it")]
    [InlineData("lines[2].bias", "\"up\"", "none, pull-up, pull-down")]
    [InlineData("i2c.adapter", "\"bcm2835\"", "and then no bus")]
    public void A_wrong_value_is_refused_with_file_key_value_and_what_is_allowed(string key, string? value, string allowed)
    {
        var profile = JsonNode.Parse(File.ReadAllText(Path.Combine(Hardware, "profiles", "raspberry-pi-5.json")))!;
        var path = key.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        var owner = path[..^1].Aggregate(profile, (at, step) => int.TryParse(step, out var i) ? at[i]! : at[step]!);
        if (value is null) owner.AsObject().Remove(path[^1]);
        else owner[path[^1]] = JsonNode.Parse(value);
        var file = Write(profile.ToJsonString());

        var errors = Assert.Throws<ConfigurationException>(() => HardwareProfile.Load(file)).Errors;
        var error = errors.First(e => e.Allowed.Contains(allowed, StringComparison.Ordinal));
        // The later of two that collide is the one reported, and lines come after the bus.
        Assert.Equal(key == "i2c.devices[1].name" ? "lines[0].name" : key, error.Key);
        Assert.Equal(file, error.Source);
        Assert.Equal(value, error.Value);
    }

    [Fact]
    public void All_faults_are_told_at_once() =>
        Assert.Equal(3, Assert.Throws<ConfigurationException>(() => HardwareProfile.Load(Write(
            """{"board":"x","header":"raspberry-pi-40","gpioChip":"gpiochip0","lines":[{"name":"a","pin":2,"line":1,"direction":"output"},{"name":"b","pin":11,"line":1,"direction":"input"}]}"""))).Errors.Count);

    [Theory]
    [InlineData("{\"name\":\"a\",\"direction\":\"output\"}", "0 to 511")]
    [InlineData("{\"name\":\"a\",\"line\":1,\"pin\":11,\"direction\":\"output\"}", "no such key")]
    [InlineData("{\"name\":\"a\",\"line\":1,\"direction\":\"output\"},{\"name\":\"b\",\"line\":1,\"direction\":\"output\"}", "a is on line 1")]
    public void A_board_without_a_header_has_lines_and_no_pins(string lines, string allowed) =>
        Assert.Contains(allowed, Assert.Throws<ConfigurationException>(() => HardwareProfile.Load(Write($$"""{"board":"x","header":"none","gpioChip":"y","lines":[{{lines}}]}"""))).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_lines_on_one_pin_are_refused() =>
        Assert.Contains("a is on pin 11", Assert.Throws<ConfigurationException>(() => HardwareProfile.Load(Write(
            """{"board":"x","header":"raspberry-pi-40","gpioChip":"y","lines":[{"name":"a","pin":11,"line":17,"direction":"output"},{"name":"b","pin":11,"line":17,"direction":"input"}]}"""))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"board\":\"a\",\"board\":\"b\"}")]
    public void What_is_no_profile_at_all_is_refused_with_the_file(string text)
    {
        var file = Write(text);
        Assert.StartsWith(file, Assert.Throws<ConfigurationException>(() => HardwareProfile.Load(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("nowhere.json", Assert.Throws<ConfigurationException>(() => HardwareProfile.Load(Path.Combine(folder, "nowhere.json"))).Message, StringComparison.Ordinal);

    private string Write(string text)
    {
        var file = Path.Combine(folder, "profile.json");
        File.WriteAllText(file, text);
        return file;
    }
}

using StoreEdge.Linux.Gpio;

namespace StoreEdge.Agent.Configuration;

/// <summary>One line of the GPIO chip.</summary>
/// <param name="Name">What the rest of the configuration calls it, such as <c>lamp</c>.</param>
/// <param name="Pin">The header pin it is wired to, 1–40; 0 on a board without such a header.</param>
/// <param name="Line">Its offset on the chip.</param>
/// <param name="IsOutput">Driven by the agent; otherwise read by it.</param>
/// <param name="IsActiveLow">Whether 0 V means on.</param>
/// <param name="Bias">What holds an input while nothing else does.</param>
internal sealed record GpioLine(string Name, int Pin, int Line, bool IsOutput, bool IsActiveLow, GpioBias Bias);

/// <summary>One small display on the I²C bus.</summary>
/// <param name="Name">What the rest of the configuration calls it.</param>
/// <param name="Kind"><c>hd44780-pcf8574</c> (character LCD behind a port expander) or <c>ssd1306</c> (OLED).</param>
/// <param name="Address">7-bit address, 0x08–0x77.</param>
/// <param name="Columns">Characters of an LCD, pixels of an OLED.</param>
/// <param name="Rows">As above.</param>
internal sealed record I2cDevice(string Name, string Kind, int Address, int Columns, int Rows);

/// <summary>
/// How one kind of computer is wired: which header pin is which line of which GPIO chip, and what hangs on the I²C bus. The files are in <c>hardware/profiles</c>.
/// A chip is named by its label, because its number changes between revisions of the same board and with the order in which drivers load.
/// </summary>
/// <param name="Board">For people.</param>
/// <param name="GpioChip">The chip's label, such as <c>pinctrl-rp1</c>.</param>
/// <param name="Lines">No two on the same pin.</param>
/// <param name="I2cBus">The bus's device file, such as <c>/dev/i2c-1</c>; null where none is used, or it is found by its adapter.</param>
/// <param name="I2cAdapter">The beginning of the name of the bus's adapter, where its number changes; null where it does not.</param>
/// <param name="Devices">No two at the same address.</param>
internal sealed record HardwareProfile(string Board, string GpioChip, IReadOnlyList<GpioLine> Lines, string? I2cBus, string? I2cAdapter, IReadOnlyList<I2cDevice> Devices)
{
    /// <summary>Reads a profile.</summary>
    /// <exception cref="ConfigurationException">It cannot be used; every fault names file, key, value and what is allowed.</exception>
    public static HardwareProfile Load(string path)
    {
        var layers = ConfigurationLayers.ReadOne(path);
        var errors = layers.Errors.ToList();
        var profile = errors.Count > 0 ? null : Read(ConfigurationSection.Top(layers, errors));
        return errors.Count > 0 ? throw new ConfigurationException(errors) : profile!;
    }

    private static HardwareProfile Read(ConfigurationSection top)
    {
        var board = top.Required("board", "the name of the computer");
        top.Text("notes");
        var hasHeader = top.OneOf("header", "", "raspberry-pi-40", "none") != "none";
        var chip = top.Required("gpioChip", "the chip's label as 'gpiodetect' shows it in brackets, such as pinctrl-rp1");
        if (chip.Contains("gpiochip", StringComparison.OrdinalIgnoreCase) || chip.All(char.IsAsciiDigit) && chip.Length > 0)
            top.Fail("gpioChip", "a chip is named by its label, such as pinctrl-rp1, never by its number, which changes");
        var (pins, names, addresses) = (new Dictionary<int, string>(), new HashSet<string>(StringComparer.Ordinal), new Dictionary<int, string>());
        var bus = top.Section("i2c");
        string? busFile = null, adapter = null;
        var devices = new List<I2cDevice>();
        if (bus.IsPresent)
        {
            adapter = bus.Text("adapter");
            if (adapter is null) busFile = bus.Text("bus", "", t => t.StartsWith("/dev/i2c-", StringComparison.Ordinal) && t.Length > 9 && t[9..].All(char.IsAsciiDigit), "a device file /dev/i2c-N");
            else if (bus.Text("bus") is not null || adapter.Length == 0) bus.Fail("adapter", "the beginning of a name that `i2cdetect -l` shows, and then no bus");
            if (hasHeader)
            {
                Claim(bus, "sdaPin", "the bus's data", pins);
                Claim(bus, "sclPin", "the bus's clock", pins);
            }

            foreach (var device in bus.Sections("devices")) devices.Add(Device(device, names, addresses));
            bus.Close();
        }

        var lines = top.Sections("lines").Select(l => Line(l, hasHeader, pins, names)).ToList();
        top.Close();
        return new(board, chip, lines, busFile, adapter, devices);
    }

    private static GpioLine Line(ConfigurationSection section, bool hasHeader, Dictionary<int, string> pins, HashSet<string> names)
    {
        var name = Name(section, names);
        var (pin, line) = hasHeader ? Claim(section, "pin", name, pins) : (0, -1);
        var said = section.Integer("line", -1, 0, 511);
        if (line >= 0 && said != line) section.Fail("line", $"pin {pin} of this header is line {line}");
        if (!hasHeader && said < 0) section.Fail("line", "0 to 511");
        // Without a header the line itself is what no two may have.
        else if (!hasHeader && !pins.TryAdd(said, name)) section.Fail("line", $"a line of its own; {pins[said]} is on line {said}");
        var direction = section.OneOf("direction", "", "output", "input");
        var activeLow = section.Flag("activeLow", false);
        var bias = section.OneOf("bias", "none", "none", "pull-up", "pull-down") switch { "pull-up" => GpioBias.PullUp, "pull-down" => GpioBias.PullDown, _ => GpioBias.AsIs };
        if (bias != GpioBias.AsIs && direction == "output") section.Fail("bias", "none: an output is held by whoever drives it");
        section.Close();
        return new(name, pin, said, direction == "output", activeLow, bias);
    }

    private static I2cDevice Device(ConfigurationSection section, HashSet<string> names, Dictionary<int, string> addresses)
    {
        var name = Name(section, names);
        var kind = section.OneOf("kind", "", "hd44780-pcf8574", "ssd1306");
        // 0x00–0x07 and 0x78–0x7f are reserved by the I²C specification.
        const string allowed = "a 7-bit address from \"0x08\" to \"0x77\"";
        var address = Address(section.Text("address", "", t => Address(t) is >= 0x08 and <= 0x77, allowed)) ?? 0;
        if (address != 0 && !addresses.TryAdd(address, name)) section.Fail("address", $"an address of its own; {addresses[address]} is there");
        var (columns, rows) = (section.Integer("columns", 0, 8, 256), section.Integer("rows", 0, 1, 128));
        if (columns == 0) section.Fail("columns", "8 to 256");
        if (rows == 0) section.Fail("rows", "1 to 128");
        else if (kind == "ssd1306" && (columns, rows) is not (128, 32 or 64)) section.Fail("rows", "32 or 64, with 128 columns");
        else if (kind == "hd44780-pcf8574" && (columns is not (16 or 20) || rows is not (2 or 4))) section.Fail("rows", "2 or 4, with 16 or 20 columns");
        section.Close();
        return new(name, kind, address, columns, rows);
    }

    private static string Name(ConfigurationSection section, HashSet<string> names)
    {
        var name = section.Name("name", "what the configuration calls it");
        if (name.Length > 0 && !names.Add(name)) section.Fail("name", "a name of its own; another line or device is called so");
        return name;
    }

    /// <summary>Takes a pin for one purpose. The line is −1 where the pin cannot be used.</summary>
    private static (int Pin, int Line) Claim(ConfigurationSection section, string key, string purpose, Dictionary<int, string> pins)
    {
        var pin = section.Integer(key, 0, 1, RaspberryPiHeader.Pins);
        if (pin == 0) section.Fail(key, $"one of the pins {RaspberryPiHeader.Usable}");
        else if (!RaspberryPiHeader.TryLine(pin, out var line, out var refusal)) section.Fail(key, $"{refusal}; usable are {RaspberryPiHeader.Usable}");
        else if (!pins.TryAdd(pin, purpose)) section.Fail(key, $"a pin of its own; {pins[pin]} is on pin {pin}");
        else return (pin, line);
        return (pin, -1);
    }

    private static int? Address(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && int.TryParse(text.AsSpan(2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var n) ? n : null;
}

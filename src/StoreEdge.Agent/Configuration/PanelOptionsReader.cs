using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Panels;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Agent.Configuration;

/// <summary>Reads <c>panels</c>, <c>lamps</c>, <c>buzzers</c> and <c>buttons</c>: what hangs on the lines and the bus of the hardware profile, by the names that it has there.</summary>
internal static class PanelOptionsReader
{
    private const string SignalWords = "one or more of arrival, help, fault";

    /// <summary>Reads them; those for customers join the displays.</summary>
    public static PanelOptions Read(ConfigurationSection top, HardwareProfile? profile, List<DisplayPlace> displays)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var panels = top.Sections("panels").Select(s => Panel(s, profile, displays, taken)).ToList();
        var lamps = top.Sections("lamps").Select(s => Lamp(s, profile, taken)).ToList();
        var buzzers = top.Sections("buzzers").Select(s => Buzzer(s, profile, taken)).ToList();
        var buttons = top.Sections("buttons").Select(s => Button(s, profile, taken)).ToList();
        foreach (var panel in panels.Where(p => p.Audience == PanelAudience.Customers))
            displays.Add(new(new(panel.Id), panel.Zone) { HasPage = false, HashOf = poster => panel.Shape.Hash(PanelWords.Of(poster)) });
        return new(profile?.GpioChip ?? "", profile?.I2cBus, profile?.I2cAdapter, panels, lamps, buzzers, buttons);
    }

    private static PanelPlace Panel(ConfigurationSection section, HardwareProfile? profile, List<DisplayPlace> displays, HashSet<string> taken)
    {
        var device = Known(section, "device", profile, "a display on the bus", profile?.Devices ?? [], d => d.Name, taken);
        var id = section.Text("id", device?.Name ?? "panel", n => NameRule.Holds(n), $"the display's id: {NameRule.Allowed}");
        if (displays.Exists(d => d.Id.Value == id) || !taken.Add($"id {id}")) section.Fail("id", "each display has an id of its own");
        var zone = section.Name("zone", "the zone it stands in");
        var audience = section.OneOf("for", "customers", "customers", "staff") == "staff" ? PanelAudience.Staff : PanelAudience.Customers;
        section.Close();
        return new(id, new(zone), audience, new(device?.Kind == "ssd1306", device?.Columns ?? 16, device?.Rows ?? 2), device?.Address ?? 0);
    }

    private static LampPlace Lamp(ConfigurationSection section, HardwareProfile? profile, HashSet<string> taken)
    {
        var read = new LampPlace(Pin(section, profile, true, taken), Zone(section), SignalsOf(section, "shows", "arrival", "help", "fault"));
        section.Close();
        return read;
    }

    private static BuzzerPlace Buzzer(ConfigurationSection section, HardwareProfile? profile, HashSet<string> taken)
    {
        var pin = Pin(section, profile, true, taken);
        var (zone, sounds) = (Zone(section), SignalsOf(section, "sounds", "help"));
        if (sounds.HasFlag(Signals.Fault)) section.Fail("sounds", "one or more of arrival, help; a fault is shown, not sounded");
        QuietHours? quiet = null;
        if (section.Text("quiet") is { } hours)
        {
            var parts = hours.Split('-');
            if (parts.Length == 2 && Clock(parts[0], out var from) && Clock(parts[1], out var until) && from != until) quiet = new(from, until);
            else section.Fail("quiet", "a span of the store's time, such as 21:00-08:00");
        }

        section.Close();
        return new(pin, zone, sounds, quiet);
    }

    private static ButtonPlace Button(ConfigurationSection section, HardwareProfile? profile, HashSet<string> taken)
    {
        var line = LineOf(section, profile, false, taken);
        var zone = section.Name("zone", "the zone it stands in");
        var calls = section.OneOf("does", "call", "call", "acknowledge") == "call";
        // Contacts of cheap buttons bounce for up to 10 ms; a quick press lasts 80.
        var debounce = section.Span("debounce", TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(500));
        section.Close();
        return new(new(line?.Name ?? "", line?.Line ?? 0, line?.IsActiveLow ?? false), new(zone), calls, line?.Bias ?? GpioBias.AsIs, debounce);
    }

    private static PinPlace Pin(ConfigurationSection section, HardwareProfile? profile, bool isOutput, HashSet<string> taken) =>
        LineOf(section, profile, isOutput, taken) is { } line ? new(line.Name, line.Line, line.IsActiveLow) : new("", 0, false);

    private static GpioLine? LineOf(ConfigurationSection section, HardwareProfile? profile, bool isOutput, HashSet<string> taken) =>
        Known(section, "line", profile, isOutput ? "an output line" : "an input line", [.. (profile?.Lines ?? []).Where(l => l.IsOutput == isOutput)], l => l.Name, taken);

    private static T? Known<T>(ConfigurationSection section, string key, HardwareProfile? profile, string what, IReadOnlyList<T> there, Func<T, string> nameOf, HashSet<string> taken)
        where T : class
    {
        var allowed = profile is null ? $"{what} of hardware.profile, which is not given"
            : there.Count == 0 ? $"{what} of the hardware profile, which has none" : $"{what} of the hardware profile: {string.Join(", ", there.Select(nameOf))}";
        var name = section.Required(key, allowed);
        if (name.Length == 0) return null;
        var found = there.FirstOrDefault(t => nameOf(t) == name);
        if (found is null) section.Fail(key, allowed);
        else if (!taken.Add(name)) section.Fail(key, "each line and device once; another entry has this one");
        return found;
    }

    private static ZoneId? Zone(ConfigurationSection section) =>
        section.Text("zone", "", z => z.Length == 0 || NameRule.Holds(z), $"the zone it speaks for: {NameRule.Allowed}") is { Length: > 0 } zone ? new ZoneId(zone) : null;

    private static Signals SignalsOf(ConfigurationSection section, string key, params string[] fallback)
    {
        var signals = Signals.None;
        foreach (var word in section.Texts(key, fallback, t => t is "arrival" or "help" or "fault" ? t : null, SignalWords))
            signals |= word switch { "arrival" => Signals.Arrival, "help" => Signals.Help, _ => Signals.Fault };
        if (signals == Signals.None) section.Fail(key, SignalWords);
        return signals;
    }

    private static bool Clock(string text, out TimeOnly time) => TimeOnly.TryParseExact(text, "HH:mm", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out time);
}

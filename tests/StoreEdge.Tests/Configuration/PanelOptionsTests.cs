using System.Collections;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Panels;
using StoreEdge.Linux.Gpio;
using StoreEdge.Tests.Contracts;

namespace StoreEdge.Tests.Configuration;

/// <summary>What hangs on the pins is named as in the hardware profile, and a wrong word about it by its place.</summary>
public sealed class PanelOptionsTests : IDisposable
{
    private static readonly string Profile = Path.GetFullPath(Path.Combine(ContractSchemas.Directory, "..", "..", "..", "hardware", "profiles", "raspberry-pi-5.json"));
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Panels_lamps_buzzers_and_buttons_have_the_lines_of_the_profile()
    {
        var read = Read("""
            "displays": [ { "id": "door", "zone": "door" } ],
            "panels": [ { "device": "lcd", "zone": "till" }, { "device": "oled", "id": "staff-oled", "zone": "till", "for": "staff" } ],
            "lamps": [ { "line": "lamp", "zone": "till", "shows": ["help"] } ], "buzzers": [ { "line": "buzzer", "quiet": "21:00-08:00" } ],
            "buttons": [ { "line": "button", "zone": "till", "does": "acknowledge", "debounce": "10ms" } ]
            """);
        var panels = read.Panels;
        Assert.Equal([("lcd", 0x27, false), ("staff-oled", 0x3c, true)], panels.Panels.Select(p => (p.Id, p.Address, p.Shape.HasDots)));
        Assert.Equal([PanelAudience.Customers, PanelAudience.Staff], panels.Panels.Select(p => p.Audience));
        Assert.Equal(("pinctrl-rp1", "/dev/i2c-1", null), (panels.Chip, panels.BusFile, panels.BusAdapter));
        Assert.Equal((17, "till", Signals.Help), (panels.Lamps[0].Pin.Line, panels.Lamps[0].Zone?.Value, panels.Lamps[0].Shows));
        Assert.Equal((27, Signals.Help, new TimeOnly(21, 0)), (panels.Buzzers[0].Pin.Line, panels.Buzzers[0].Sounds, panels.Buzzers[0].Quiet!.From));
        Assert.Equal((22, true, GpioBias.PullUp, false), (panels.Buttons[0].Pin.Line, panels.Buttons[0].Pin.IsActiveLow, panels.Buttons[0].Bias, panels.Buttons[0].Calls));
        // Those for customers are displays, those for the staff are none.
        Assert.Equal([("door", true), ("lcd", false)], read.Displays.Select(d => (d.Id.Value, d.HasPage)));
    }

    [Theory]
    [InlineData("\"panels\": [ { \"device\": \"lamp\", \"zone\": \"z\" } ]", "panels[0].device: \"lamp\" is not allowed; a display on the bus of the hardware profile: lcd, oled")]
    [InlineData("\"panels\": [ { \"device\": \"lcd\" } ]", "panels[0].zone: is missing")]
    [InlineData("\"panels\": [ { \"device\": \"lcd\", \"zone\": \"z\", \"for\": \"me\" } ]", "panels[0].for: \"me\" is not allowed; one of customers, staff")]
    [InlineData("\"panels\": [ { \"device\": \"lcd\", \"zone\": \"z\", \"id\": \"D 1\" } ]", "panels[0].id: \"D 1\" is not allowed; the display's id")]
    [InlineData("\"panels\": [ { \"device\": \"lcd\", \"zone\": \"z\" }, { \"device\": \"lcd\", \"zone\": \"z\", \"id\": \"b\" } ]", "panels[1].device: \"lcd\" is not allowed; each line and device once")]
    [InlineData("\"displays\": [ { \"id\": \"lcd\", \"zone\": \"z\" } ], \"panels\": [ { \"device\": \"lcd\", \"zone\": \"z\" } ]", "panels[0].id: is missing; each display has an id of its own")]
    [InlineData("\"lamps\": [ { \"line\": \"button\" } ]", "lamps[0].line: \"button\" is not allowed; an output line of the hardware profile: lamp, buzzer")]
    [InlineData("\"lamps\": [ { \"line\": \"lamp\", \"shows\": [\"love\"] } ]", "lamps[0].shows[0]: \"love\" is not allowed; one or more of arrival, help, fault")]
    [InlineData("\"lamps\": [ { \"line\": \"lamp\", \"shows\": [] } ]", "lamps[0].shows: [] is not allowed; one or more of arrival, help, fault")]
    [InlineData("\"lamps\": [ { \"line\": \"lamp\", \"zone\": \"Z 1\" } ]", "lamps[0].zone: \"Z 1\" is not allowed; the zone it speaks for")]
    [InlineData("\"buzzers\": [ { \"line\": \"buzzer\", \"sounds\": [\"fault\"] } ]", "buzzers[0].sounds: [\"fault\"] is not allowed; one or more of arrival, help; a fault is shown")]
    [InlineData("\"buzzers\": [ { \"line\": \"buzzer\", \"quiet\": \"9-18\" } ]", "buzzers[0].quiet: \"9-18\" is not allowed; a span of the store's time, such as 21:00-08:00")]
    [InlineData("\"buttons\": [ { \"line\": \"lamp\", \"zone\": \"z\" } ]", "buttons[0].line: \"lamp\" is not allowed; an input line of the hardware profile: button")]
    [InlineData("\"buttons\": [ { \"line\": \"button\", \"zone\": \"z\", \"does\": \"dance\" } ]", "buttons[0].does: \"dance\" is not allowed; one of call, acknowledge")]
    [InlineData("\"buttons\": [ { \"line\": \"button\", \"zone\": \"z\", \"debounce\": \"2s\" } ]", "buttons[0].debounce: \"2s\" is not allowed; a span of time from 1ms to 500ms")]
    public void A_wrong_word_is_named_by_its_place(string keys, string error) =>
        Assert.Contains(Assert.Throws<ConfigurationException>(() => Read(keys)).Errors, e => e.ToString().Contains($": {error}", StringComparison.Ordinal));

    [Fact]
    public void Without_a_profile_nothing_can_hang_anywhere() =>
        Assert.Contains(
            "lamps[0].line: \"lamp\" is not allowed; an output line of hardware.profile, which is not given",
            Assert.Throws<ConfigurationException>(() => Read("\"lamps\": [ { \"line\": \"lamp\" } ]", profile: false)).Message, StringComparison.Ordinal);

    private AgentOptions Read(string keys, bool profile = true)
    {
        var file = Path.Combine(directory, "storeedge.json");
        var hardware = profile ? $$""" "hardware": { "profile": "{{Profile}}" }, """ : "";
        File.WriteAllText(file, $$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, {{hardware}} {{keys}} }""");
        return AgentOptionsReader.Read(ConfigurationLayers.Read(file, new Hashtable(), []));
    }
}

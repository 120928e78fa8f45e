using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Panels;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Gpio;
using StoreEdge.Linux.I2c;

namespace StoreEdge.Agent.Hosting;

/// <summary>The small displays, lamps, buzzers and buttons of this machine, each with a loop of its own: one that is absent disturbs no other.</summary>
internal sealed class PanelParts(
    PanelOptions options, StoreOptions store, DisplayHub hub, JournalStore journal, HelpDesk help, Func<Pseudonym, bool> isNobody, HealthBoard health, TimeProvider time)
{
    private readonly OneAtATime turns = new();

    /// <summary>What the staff are to notice; others may add to it.</summary>
    public StaffSignals Signals { get; } = new(time);

    /// <summary>Opens the bus that the options name.</summary>
    /// <exception cref="Linux.Devices.DeviceFault">It is not there.</exception>
    public static II2cBus OpenBus(PanelOptions options) => options.BusFile is { } file ? I2cBus.Open(file) : I2cBus.OpenByName(options.BusAdapter ?? "");

    /// <summary>Takes a line as an output, off.</summary>
    /// <exception cref="Linux.Devices.DeviceFault">It cannot be had.</exception>
    public static IGpioLine TakeOutput(PanelOptions options, PinPlace pin)
    {
        using var chip = GpioChip.OpenByLabel(options.Chip);
        return chip.Output(pin.Line, pin.IsActiveLow, on: false);
    }

    /// <summary>Takes a button's line.</summary>
    /// <exception cref="Linux.Devices.DeviceFault">It cannot be had.</exception>
    public static IGpioLine TakeInput(PanelOptions options, ButtonPlace button)
    {
        using var chip = GpioChip.OpenByLabel(options.Chip);
        return chip.Input(button.Pin.Line, button.Pin.IsActiveLow, button.Bias);
    }

    /// <summary>Starts the loops; none where nothing hangs here.</summary>
    public void Run(Loops loops)
    {
        if (options.IsEmpty) return;
        var words = new PanelWords(store.Language, store.Name);
        loops.Run("signals for the staff", new SignalsLoop(journal.Subscribe("signals", 256), () => help.Open().Select(CallOf), isNobody, Signals).RunAsync);
        foreach (var panel in options.Panels) loops.Run($"panel {panel.Id}", new PanelLoop(panel, () => turns.Open(() => OpenBus(options)), hub, Signals, words, time, health).RunAsync);
        foreach (var lamp in options.Lamps) loops.Run($"lamp {lamp.Pin.Name}", new LampLoop(lamp, () => turns.Take(() => TakeOutput(options, lamp.Pin)), Signals, time, health).RunAsync);
        foreach (var buzzer in options.Buzzers) loops.Run($"buzzer {buzzer.Pin.Name}", new BuzzerLoop(buzzer, () => turns.Take(() => TakeOutput(options, buzzer.Pin)), Signals, time, health).RunAsync);
        foreach (var button in options.Buttons)
            loops.Run($"button {button.Pin.Name}", new ButtonLoop(button, () => turns.Take(() => TakeInput(options, button)), () => Press(button), time, health).RunAsync);
    }

    private static StaffCall CallOf(HelpRequest request) =>
        new(request.Id, request.Zone is { } zone ? new ZoneId(zone) : null, request.Skill, request.State == HelpDesk.OnTheWay);

    private void Press(ButtonPlace button)
    {
        if (button.Calls) Signals.Press(button.Zone);
        else Signals.See(button.Zone);
    }
}

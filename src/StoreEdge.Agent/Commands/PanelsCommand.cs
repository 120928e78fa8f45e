using System.CommandLine;
using System.Globalization;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Panels;
using StoreEdge.Core.Panels;
using StoreEdge.Linux.Devices;
using StoreEdge.Linux.I2c;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge panels</c>: small displays, lamps, buzzers and buttons by hand, for whoever has just wired them. A line has one owner, so the agent must not run.</summary>
internal static class PanelsCommand
{
    private static readonly SignalPattern Identify = SignalPattern.Of(false, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100), Beep = SignalPattern.Of(false, 60);

    public static Command Create(TimeProvider time) => new("panels", "What hangs on this machine's pins: small displays, lamps, buzzers, buttons.") { Test(time) };

    private static Command Test(TimeProvider time)
    {
        var configuration = new ConfigurationArguments();
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for each button to be pressed", DefaultValueFactory = _ => 10 };
        var command = new Command("test", "Draws on every panel, flashes every lamp, sounds every buzzer, waits for every button; says what it took. Stop the agent first: a line has one owner. Exit code 1: something is absent.") { wait };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                var options = AgentOptionsReader.Read(configuration.Read(parsed)).Panels;
                return await RunAsync(options, TimeSpan.FromSeconds(parsed.GetValue(wait)), parsed.InvocationConfiguration.Output, time, stop);
            }
            catch (ConfigurationException fault)
            {
                foreach (var wrong in fault.Errors) parsed.InvocationConfiguration.Error.WriteLine(wrong);
                return 2;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(PanelOptions options, TimeSpan wait, TextWriter output, TimeProvider time, CancellationToken stop)
    {
        if (options.IsEmpty) output.WriteLine("The configuration names no panels, lamps, buzzers or buttons.");
        var absent = false;
        foreach (var panel in options.Panels) await TryAsync("panel", panel.Id, () => DrawAsync(options, panel, time, stop));
        foreach (var lamp in options.Lamps) await TryAsync("lamp", lamp.Pin.Name, () => BeatAsync(options, lamp.Pin, Identify, "flashed five times", time, stop));
        foreach (var buzzer in options.Buzzers) await TryAsync("buzzer", buzzer.Pin.Name, () => BeatAsync(options, buzzer.Pin, Beep, "sounded once", time, stop));
        foreach (var button in options.Buttons) await TryAsync("button", button.Pin.Name, () => WaitAsync(options, button, wait, output, time, stop));
        return absent ? 1 : 0;

        async Task TryAsync(string kind, string name, Func<Task<string>> use)
        {
            try
            {
                output.WriteLine($"{kind} {name}: {await use()}");
            }
            catch (DeviceFault fault)
            {
                absent = true;
                output.WriteLine($"{kind} {name}: {fault.Message} {fault.Remedy}");
            }
        }
    }

    private static async Task<string> DrawAsync(PanelOptions options, PanelPlace panel, TimeProvider time, CancellationToken stop)
    {
        using var bus = new CountingBus(PanelParts.OpenBus(options), time);
        IPanel device = panel.Shape.HasDots ? new DotPanel(bus, panel.Address, panel.Shape) : new CharacterPanel(bus, panel.Address, panel.Shape, time);
        await device.StartAsync(panel.Shape.Lay(new("StoreEdge", "", [panel.Id, string.Create(CultureInfo.InvariantCulture, $"0x{panel.Address:x2} ãçéñõ")])), stop);
        var started = bus.Take();
        // Every dot of the display once, then the text that stays.
        var full = new string('#', panel.Shape.HasDots ? DotPicture.LettersAcross(1) : panel.Shape.Columns);
        await device.DrawAsync([.. Enumerable.Range(0, panel.Shape.LetterRows).Select(row => new PanelLine(row, full, 1))], stop);
        var whole = bus.Take();
        await device.DrawAsync([new(0, "StoreEdge 0123456789"[..Math.Min(full.Length, 20)], 1), .. Enumerable.Range(1, panel.Shape.LetterRows - 1).Select(row => new PanelLine(row, full, 1))], stop);
        var line = bus.Take();
        await device.DrawAsync(panel.Shape.Lay(new("StoreEdge", "R$ 1,00", [panel.Id, "ãçéñõ"])), stop);
        return $"drawn; start {started}; whole picture {whole}; one line {line}";
    }

    private static async Task<string> BeatAsync(PanelOptions options, PinPlace pin, SignalPattern pattern, string done, TimeProvider time, CancellationToken stop)
    {
        using var line = PanelParts.TakeOutput(options, pin);
        var isOn = false;
        foreach (var beat in pattern.Beats)
        {
            line.Set(isOn = !isOn);
            await Task.Delay(beat, time, stop);
        }

        line.Set(false);
        return done;
    }

    private static async Task<string> WaitAsync(PanelOptions options, ButtonPlace button, TimeSpan wait, TextWriter output, TimeProvider time, CancellationToken stop)
    {
        output.WriteLine($"button {button.Pin.Name}: press it within {wait.TotalSeconds:0} s");
        var pressed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var line = PanelParts.TakeInput(options, button);
        var waiting = ButtonLoop.WatchAsync(line, button.Debounce, () => pressed.TrySetResult(), time, over.Token);
        var first = await Task.WhenAny(pressed.Task, waiting, Task.Delay(wait, time, over.Token));
        await over.CancelAsync();
        // A chip that went away in the meantime says so.
        if (first == waiting) await waiting;
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        return first == pressed.Task ? $"pressed ({(line.TellsChanges ? "the kernel told" : "looked at")})" : "nobody pressed it";
    }

    /// <summary>Counts what goes over a bus, and how long it took.</summary>
    private sealed class CountingBus(II2cBus bus, TimeProvider time) : II2cBus
    {
        private int messages, bytes;
        private TimeSpan took;

        public string Take()
        {
            var said = string.Create(CultureInfo.InvariantCulture, $"{messages} message{(messages == 1 ? "" : "s")}, {bytes} bytes, {took.TotalMilliseconds:0.0} ms");
            (messages, bytes, took) = (0, 0, TimeSpan.Zero);
            return said;
        }

        public void Write(int address, ReadOnlySpan<byte> bytes)
        {
            var begun = time.GetTimestamp();
            bus.Write(address, bytes);
            (messages, this.bytes, took) = (messages + 1, this.bytes + bytes.Length, took + time.GetElapsedTime(begun));
        }

        public void WriteRead(int address, ReadOnlySpan<byte> bytes, Span<byte> answer) => bus.WriteRead(address, bytes, answer);

        public void Dispose() => bus.Dispose();
    }
}

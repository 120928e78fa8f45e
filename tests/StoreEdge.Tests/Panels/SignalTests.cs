using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Panels;
using StoreEdge.Contracts;
using StoreEdge.Core.Offers;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Tests.Panels;

/// <summary>Lamps, buzzers and buttons tell the staff what to notice, and nothing about who.</summary>
public sealed class SignalTests : IAsyncDisposable
{
    private readonly ManualClock clock = new(new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
    private readonly HealthBoard health;
    private readonly StaffSignals signals;
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public SignalTests() => (health, signals) = (new(clock, NullLogger<HealthBoard>.Instance), new(clock));

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        stop.Dispose();
    }

    [Fact]
    public void A_lamp_flashes_until_somebody_has_seen_the_call_and_stays_lit_until_it_is_settled()
    {
        var lamp = Lamp("till");
        Assert.False(lamp.Now().IsOn);
        signals.Replace([new("r", new("till"), "find", false)]);
        Assert.Equal([true, false, true, false, false], Looks(lamp, 0, 200, 150, 250, 300));
        signals.See(new("till"));
        Assert.Equal([true, true, true], Looks(lamp, 0, 5_000, 70_000));
        signals.Replace([]);
        Assert.False(lamp.Now().IsOn);
    }

    [Fact]
    public void A_call_elsewhere_leaves_a_zone_s_lamp_dark_and_one_from_nowhere_is_everybody_s()
    {
        var (till, whole) = (Lamp("till"), Lamp(null));
        signals.Replace([new("r", new("shoes"), "find", false)]);
        Assert.False(till.Now().IsOn);
        Assert.True(whole.Now().IsOn);
        signals.Replace([new("r", null, "find", false)]);
        Assert.True(till.Now().IsOn);
    }

    [Fact]
    public void A_technician_who_asks_which_lamp_it_is_sees_that_one_flash_quickly_and_no_other()
    {
        var till = Lamp("till");
        signals.Identify("another");
        Assert.False(till.Now().IsOn);
        signals.Identify("lamp");
        Assert.Equal([true, false, true, false], Looks(till, 0, 110, 100, 100));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(till.Now().IsOn);
    }

    [Fact]
    public void Somebody_who_comes_lights_it_for_four_seconds()
    {
        var lamp = Lamp("door");
        signals.Arrive(new("door"));
        Assert.Equal([true, true, false], Looks(lamp, 0, 3_900, 200));
        signals.Arrive(new("aisle"));
        Assert.False(lamp.Now().IsOn);
    }

    [Fact]
    public void A_fault_blinks_and_a_call_comes_first()
    {
        var lamp = Lamp(null);
        health.Raise("journal-write", Severity.Fault, "", "");
        Assert.Equal([true, false, true], Looks(lamp, 0, 1_000, 2_010));
        signals.Press(new("till"));
        Assert.Equal([true, false, true], Looks(lamp, 0, 200, 150));
        health.Clear("journal-write");
        signals.See(new("till"));
        Assert.False(lamp.Now().IsOn);
    }

    [Fact]
    public void A_mere_warning_lights_no_lamp()
    {
        health.Raise("clock-unsynchronized", Severity.Warning, "", "");
        Assert.False(Lamp(null).Now().IsOn);
    }

    [Fact]
    public void A_button_that_nobody_answers_is_forgotten_after_a_quarter_of_an_hour()
    {
        signals.Press(new("till"));
        clock.Advance(StaffSignals.ForgottenAfter - TimeSpan.FromSeconds(1));
        Assert.Single(signals.Calls);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(signals.Calls);
    }

    [Fact]
    public void A_buzzer_sounds_once_for_each_call()
    {
        var buzzer = Buzzer(Signals.Help, null);
        signals.Arrive(new("till"));
        Assert.Null(buzzer.Next());
        signals.Replace([new("r", new("till"), "find", false)]);
        Assert.Equal(BuzzerLoop.Wanted, buzzer.Next());
        Assert.Null(buzzer.Next());
        signals.Replace([new("r", new("till"), "find", false), new("s", new("till"), "find", false)]);
        Assert.Equal(BuzzerLoop.Wanted, buzzer.Next());
        signals.See(new("till"));
        signals.Press(new("till"));
        Assert.Equal(BuzzerLoop.Wanted, buzzer.Next());
    }

    [Fact]
    public void In_quiet_hours_a_buzzer_is_silent_and_does_not_make_up_for_it()
    {
        var local = clock.GetLocalNow();
        var buzzer = Buzzer(Signals.Help | Signals.Arrival, new(TimeOnly.FromDateTime(local.DateTime.AddMinutes(-1)), TimeOnly.FromDateTime(local.DateTime.AddMinutes(1))));
        signals.Press(new("till"));
        Assert.Null(buzzer.Next());
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(buzzer.Next());
        signals.Arrive(new("till"));
        Assert.Equal(BuzzerLoop.Came, buzzer.Next());
    }

    [Fact]
    public async Task A_lamp_pulled_out_is_said_and_used_again_when_it_is_back()
    {
        var line = new FakeLine();
        running = new LampLoop(new(new("lamp", 17, false), null, Signals.Help), () => line.IsGone ? throw new StoreEdge.Linux.Devices.DeviceFault("There is no chip.", "Plug it in.") : line, signals, clock, health)
            .RunAsync(stop.Token);
        await UntilAsync(() => line.Driven.Count == 1);
        line.IsGone = true;
        await UntilAsync(() => health.Warnings.Any(w => w.Code == "device-absent:lamp"));
        Assert.Contains("It is used again by itself", health.Warnings.Single().NextAction, StringComparison.Ordinal);
        line.IsGone = false;
        await UntilAsync(() => health.Warnings.Count == 0);
        signals.Press(new("till"));
        await UntilAsync(() => line.Driven.Contains(true));
        await EndAsync();
        Assert.False(line.Driven[^1]);
    }

    [Fact]
    public async Task A_buzzer_is_silent_again_even_when_the_agent_ends_in_the_middle_of_a_tone()
    {
        var line = new FakeLine();
        running = new BuzzerLoop(new(new("buzzer", 27, false), null, Signals.Help, null), () => line, signals, clock, health).RunAsync(stop.Token);
        signals.Press(new("till"));
        await UntilAsync(() => line.Driven.Contains(true), step: 0);
        await EndAsync();
        Assert.False(line.Driven[^1]);
    }

    [Fact]
    public async Task A_press_counts_once_however_its_contacts_bounce_and_one_held_from_the_start_does_not()
    {
        var (line, presses) = (new FakeLine { Level = true }, 0);
        running = new ButtonLoop(new(new("button", 22, true), new("till"), true, GpioBias.PullUp, TimeSpan.FromMilliseconds(30)), () => line, () => presses++, clock, health).RunAsync(stop.Token);
        await LookAsync(line, true, 4);
        Assert.Equal(0, presses);
        await LookAsync(line, false, 4);
        foreach (var level in (bool[])[true, false, true, false, true]) await LookAsync(line, level, 1);
        Assert.Equal(0, presses);
        await LookAsync(line, true, 3);
        Assert.Equal(1, presses);
        await LookAsync(line, false, 1);
        await LookAsync(line, true, 4);
        Assert.Equal(1, presses);
    }

    [Fact]
    public async Task A_press_that_the_kernel_tells_counts_once_however_its_contacts_bounce()
    {
        var presses = 0;
        // On, bouncing, quiet; a bounce in the middle; off; on again, and too short.
        var line = new FakeLine { Changes = new([null, true, false, true, null, false, true, null, false, null, true, false, null]) };
        var watching = ButtonLoop.WatchAsync(line, TimeSpan.FromMilliseconds(30), () => presses++, clock, stop.Token);
        await Assert.ThrowsAsync<StoreEdge.Linux.Devices.DeviceFault>(() => watching);
        Assert.Equal(1, presses);
    }

    [Fact]
    public async Task Two_loops_never_speak_to_the_bridge_at_once()
    {
        var (turns, jealous) = (new OneAtATime(), new JealousBridge());
        using var bus = turns.Open(() => jealous);
        using var line = turns.Take(() => jealous);
        await Task.WhenAll(
            Task.Run(() => Repeat(() => bus.Write(0x3c, [0]))), Task.Run(() => Repeat(() => line.Set(true))), Task.Run(() => Repeat(() => line.Get())),
            Task.Run(() => Repeat(() => turns.Take(() => new JealousBridge()).Dispose())));
        Assert.False(jealous.WasDisturbed);
        Assert.Equal(3 * 500, jealous.Commands);

        static void Repeat(Action command)
        {
            for (var i = 0; i < 500; i++) command();
        }
    }

    [Fact]
    public void Nobody_who_said_stop_lights_a_lamp_when_they_come()
    {
        var loop = new SignalsLoop(null!, () => [], subject => subject.Value == "k1-stopped", signals);
        loop.Take(new ArrivalData("v", "k1-stopped", "door", "r1", "low", "beacon", "involuntary"));
        Assert.Null(signals.LastArrival(null));
        loop.Take(new ArrivalData("v", "k1-other", "door", "r1", "low", "beacon", "involuntary"));
        Assert.NotNull(signals.LastArrival(new("door")));
    }

    [Fact]
    public void Which_requests_are_open_is_asked_again_whenever_one_may_have_changed()
    {
        var open = new List<StaffCall> { new("r", new("till"), "find", false) };
        var loop = new SignalsLoop(null!, () => open, _ => false, signals);
        loop.Take(new HelpRequestedData("v", "k1-a", "r", "till", "find", "pt-BR", "low"));
        Assert.Single(signals.Calls);
        open.Clear();
        loop.Take(new DepartureData("v", "k1-a", "till", 60, "silence", "involuntary", "low"));
        Assert.Empty(signals.Calls);
    }

    private async Task EndAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>As the driver of the MCP2221: whoever speaks while it is spoken to spoils both.</summary>
    private sealed class JealousBridge : StoreEdge.Linux.I2c.II2cBus, IGpioLine
    {
        private int speaking;

        public int Commands { get; private set; }

        public bool WasDisturbed { get; private set; }

        public bool TellsChanges => false;

        public void Write(int address, ReadOnlySpan<byte> bytes) => Take();

        public void WriteRead(int address, ReadOnlySpan<byte> bytes, Span<byte> answer) => Take();

        public void Set(bool on) => Take();

        public bool Get()
        {
            Take();
            return false;
        }

        public bool? WaitChange(TimeSpan limit) => null;

        public void Dispose()
        {
        }

        private void Take()
        {
            WasDisturbed |= Interlocked.Exchange(ref speaking, 1) != 0;
            Commands++;
            Thread.Yield();
            Interlocked.Exchange(ref speaking, 0);
        }
    }

    private bool[] Looks(LampLoop lamp, params int[] milliseconds) => [.. milliseconds.Select(passed =>
    {
        clock.Advance(TimeSpan.FromMilliseconds(passed));
        return lamp.Now().IsOn;
    })];

    private LampLoop Lamp(string? zone) =>
        new(new(new("lamp", 17, false), zone is null ? null : new(zone), Signals.Arrival | Signals.Help | Signals.Fault), () => new FakeLine(), signals, clock, health);

    private BuzzerLoop Buzzer(Signals sounds, QuietHours? quiet) => new(new(new("buzzer", 27, false), null, sounds, quiet), () => new FakeLine(), signals, clock, health);

    private async Task LookAsync(FakeLine line, bool level, int times)
    {
        line.Level = level;
        for (var i = 0; i < times; i++)
        {
            var seen = line.Looks;
            await UntilAsync(() => line.Looks > seen, step: 0, begin: () => clock.Advance(ButtonLoop.LookEvery));
        }
    }

    private async Task UntilAsync(Func<bool> holds, int step = 20, Action? begin = null)
    {
        begin?.Invoke();
        for (var deadline = Environment.TickCount64 + 20_000; Environment.TickCount64 < deadline; await Task.Yield())
        {
            if (holds()) return;
            clock.Advance(TimeSpan.FromMilliseconds(step));
        }

        Assert.Fail($"it did not come to that; the board says {string.Join("; ", health.Warnings.Select(w => w.Text))}, the loop {running.Status}");
    }
}

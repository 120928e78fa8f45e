using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Tests.Timekeeping;

public sealed class ClockWatcherTests : IDisposable
{
    private static readonly DateTimeOffset Right = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private readonly string state = Directory.CreateTempSubdirectory("watcher-").FullName;
    private readonly ManualClock machine = new(Right);
    private readonly HealthBoard health;
    private readonly TrustedClock clock;
    private readonly ClockWatcher watcher;
    private bool synchronized;
    private int looks;

    public ClockWatcherTests()
    {
        health = new(machine, NullLogger<HealthBoard>.Instance);
        clock = new(machine, () => synchronized, DateTimeOffset.UnixEpoch, state, "boot-1");
        watcher = new(clock, health, machine, () => looks++);
    }

    private DateTimeOffset? Kept => KnownTime.Read(Path.Combine(state, KnownTime.FileName), Right)?.Time;

    [Fact]
    public void A_clock_that_stays_unsynchronized_is_a_warning_after_ten_minutes_and_not_before()
    {
        watcher.Look();
        machine.Advance(TimeSpan.FromMinutes(9));
        watcher.Look();
        Assert.Empty(health.Warnings);
        machine.Advance(TimeSpan.FromMinutes(1));
        watcher.Look();
        Assert.Equal("clock-unsynchronized", Assert.Single(health.Warnings).Code);
        synchronized = true;
        watcher.Look();
        Assert.Empty(health.Warnings);
        Assert.Equal(4, looks);
    }

    [Fact]
    public void The_time_is_kept_at_once_when_it_becomes_known_and_hourly_after()
    {
        watcher.Look();
        Assert.Null(Kept);
        synchronized = true;
        watcher.Look();
        Assert.Equal(Right, Kept);
        machine.Advance(TimeSpan.FromMinutes(59));
        watcher.Look();
        Assert.Equal(Right, Kept);
        machine.Advance(TimeSpan.FromMinutes(1));
        watcher.Look();
        Assert.Equal(Right.AddHours(1), Kept);
    }

    [Fact]
    public async Task An_orderly_end_keeps_the_time()
    {
        using var stop = new CancellationTokenSource();
        synchronized = true;
        var running = watcher.RunAsync(stop.Token);
        machine.Advance(TimeSpan.FromMilliseconds(100));
        await stop.CancelAsync();
        await running;
        Assert.Equal(Right.AddMilliseconds(100), Kept);
    }

    [Fact]
    public void A_time_that_cannot_be_kept_is_a_warning_that_goes_once_it_can()
    {
        var file = Path.Combine(state, KnownTime.FileName);
        Directory.CreateDirectory(file);
        synchronized = true;
        watcher.Look();
        Assert.Equal("clock-not-kept", Assert.Single(health.Warnings).Code);
        Directory.Delete(file);
        machine.Advance(TimeSpan.FromHours(1));
        watcher.Look();
        Assert.Empty(health.Warnings);
        Assert.Equal(Right.AddHours(1), Kept);
    }

    public void Dispose() => Directory.Delete(state, recursive: true);
}

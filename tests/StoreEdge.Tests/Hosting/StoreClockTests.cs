using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Tests.Hosting;

public sealed class StoreClockTests
{
    [Fact]
    public void Local_time_is_the_stores_whatever_the_machine_is_set_to()
    {
        var machine = new ManualClock(new(2026, 11, 21, 1, 30, 0, TimeSpan.Zero));
        var clock = new StoreClock(machine, TimeZoneInfo.CreateCustomTimeZone("store", TimeSpan.FromHours(-3), null, null), Trusted(machine));
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 22, 30, 0, TimeSpan.FromHours(-3)), clock.GetLocalNow());
        Assert.Equal(TimeSpan.FromHours(-3), clock.GetLocalNow().Offset);
    }

    [Fact]
    public void Intervals_and_timers_are_the_machines()
    {
        var machine = new ManualClock();
        var clock = new StoreClock(machine, TimeZoneInfo.Utc, Trusted(machine));
        var fired = 0;
        var start = clock.GetTimestamp();
        using var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        machine.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((TimeSpan.FromSeconds(2), 2), (clock.GetElapsedTime(start), fired));
    }

    [Fact]
    public void A_machine_that_starts_in_1970_is_in_the_store_no_earlier_than_what_is_certain()
    {
        var machine = new ManualClock(DateTimeOffset.UnixEpoch);
        Assert.Equal(Built, new StoreClock(machine, TimeZoneInfo.Utc, Trusted(machine)).GetUtcNow());
    }

    private static DateTimeOffset Built => new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static TrustedClock Trusted(ManualClock machine) => new(machine, () => false, Built, Path.Combine(Path.GetTempPath(), "there-is-none"), "boot-1");
}

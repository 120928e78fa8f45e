using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Agent.Hosting;

/// <summary>
/// The store's clock, which all rooms go by: the best guess of the time on a machine that may have lost it, with the store's own time zone, which quiet hours and the times that
/// customers read follow (the machine itself may well run on UTC). Intervals are the machine's monotonic clock.
/// </summary>
internal sealed class StoreClock(TimeProvider machine, TimeZoneInfo zone, TrustedClock clock) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => zone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.BestGuess;

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}

namespace StoreEdge.Agent.Hosting;

/// <summary>The machine's clock with the store's own time zone, which quiet hours and the times that customers read follow: the machine itself may well run on UTC.</summary>
internal sealed class StoreClock(TimeProvider machine, TimeZoneInfo zone) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => zone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow();

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}

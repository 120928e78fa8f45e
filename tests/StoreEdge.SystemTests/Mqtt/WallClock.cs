namespace StoreEdge.SystemTests.Mqtt;

/// <summary>This machine's clocks, with a wall clock that is wrong by <see cref="Off"/>: the monotonic clock and all timers are true.</summary>
internal sealed class WallClock(TimeSpan off) : TimeProvider
{
    private long offTicks = off.Ticks;

    /// <summary>By how much it is wrong.</summary>
    public TimeSpan Off => TimeSpan.FromTicks(Interlocked.Read(ref offTicks));

    /// <summary>Whether an NTP client has set it.</summary>
    public bool IsRight => Off == TimeSpan.Zero;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Off;

    /// <summary>An NTP client sets it.</summary>
    public void SetRight() => Interlocked.Exchange(ref offTicks, 0);

    /// <summary>Somebody sets it wrong.</summary>
    public void SetOff(TimeSpan by) => Interlocked.Exchange(ref offTicks, by.Ticks);
}

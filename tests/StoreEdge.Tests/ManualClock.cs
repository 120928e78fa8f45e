namespace StoreEdge.Tests;

/// <summary>A clock that moves only when told. Timers fire inside <see cref="Advance"/>, in the order of their due times.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private long startTicks;
    private long ticks;

    public ManualClock(DateTimeOffset? start = null) => startTicks = (start ?? new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero)).UtcTicks;

    /// <summary>How many timers are set. Whoever waits for one to be set before <see cref="Advance"/> decides what time passes in between: none.</summary>
    public int Timers
    {
        get
        {
            lock (gate) return timers.Count;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref startTicks) + Interlocked.Read(ref ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Somebody sets the wall clock: no time passes by it, and no timer notices.</summary>
    public void SetWall(DateTimeOffset wall) => Interlocked.Exchange(ref startTicks, wall.UtcTicks - GetTimestamp());

    public void Advance(TimeSpan by)
    {
        var end = GetTimestamp() + by.Ticks;
        while (true)
        {
            ManualTimer? next;
            lock (gate)
            {
                next = timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                if (next is null) break;
                Interlocked.Exchange(ref ticks, Math.Max(ticks, next.Due));
                if (next.Period > TimeSpan.Zero) next.Due += next.Period.Ticks;
                else timers.Remove(next);
            }

            next.Fire();
        }

        Interlocked.Exchange(ref ticks, end);
    }

    private sealed class ManualTimer(ManualClock clock, Action fire) : ITimer
    {
        public long Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                (Due, Period) = (clock.GetTimestamp() + dueTime.Ticks, period);
                clock.timers.Add(this);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

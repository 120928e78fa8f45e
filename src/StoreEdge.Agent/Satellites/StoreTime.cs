namespace StoreEdge.Agent.Satellites;

/// <summary>This machine's monotonic clock with the store's wall clock: rotating beacon ids are told by the time, and a satellite's own wall clock may be wrong by hours.</summary>
internal sealed class StoreTime(TimeProvider machine) : TimeProvider
{
    private sealed record Setting(long UtcTicks, long At);

    private Setting? setting;

    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <summary>The store's wall clock; this machine's before the store has told.</summary>
    public override DateTimeOffset GetUtcNow() => Volatile.Read(ref setting) is { } told
        ? new DateTimeOffset(Math.Clamp(told.UtcTicks + machine.GetElapsedTime(told.At).Ticks, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero) : machine.GetUtcNow();

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>The store has just said what its clock shows. What the word took on its way, some ms, does not matter to ids that live for minutes.</summary>
    public void Set(long utcTicks) => Volatile.Write(ref setting, new(utcTicks, machine.GetTimestamp()));
}

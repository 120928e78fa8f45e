using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>An event that is safely on disk; only such an event may be acted upon.</summary>
/// <param name="Seq">Its number in the journal, from 1, without holes.</param>
/// <param name="Data">What happened.</param>
/// <param name="At">When, on the monotonic clock.</param>
/// <param name="Time">When, on the wall clock.</param>
internal sealed record CommittedEvent(long Seq, IEventData Data, Instant At, DateTimeOffset Time)
{
    /// <summary>This boot, as the database numbers it: <see cref="At"/> compares with what was written under the same number only.</summary>
    public long Boot { get; init; }

    /// <summary>Whether <see cref="Time"/> is right. Where it is not, an event of type clock-synchronized may follow in the same boot, by which it is corrected.</summary>
    public bool IsTimeKnown { get; init; } = true;

    /// <summary>It was at least this late: <see cref="Time"/> where that is right.</summary>
    public DateTimeOffset AtLeast { get; init; } = Time;
}

/// <summary>An event as a reader of the file finds it.</summary>
/// <param name="Seq">Its number in the journal.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Data">Its record as JSON.</param>
/// <param name="Time">When it happened, as well as is known by now.</param>
/// <param name="RecordedTime">When it was written.</param>
/// <param name="BootId">The kernel's boot id then.</param>
/// <param name="MonotonicMilliseconds">When it happened, on that boot's monotonic clock.</param>
/// <param name="TimeQuality"><c>synchronized</c>, <c>unsynchronized</c>, or <c>corrected</c>: counted back since the clock of that boot was right.</param>
internal sealed record StoredEvent(
    long Seq, string Type, ReadOnlyMemory<byte> Data, DateTimeOffset Time, DateTimeOffset RecordedTime, string BootId, long MonotonicMilliseconds, string TimeQuality);

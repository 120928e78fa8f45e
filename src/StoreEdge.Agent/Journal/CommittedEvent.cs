using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// An event that may be acted upon: it is safely on disk. While nothing can be written at all, live readers get events that wait in memory (<see cref="IsKept"/> is
/// false), so that displays go on; those come only once, not again when they are written. A customer's word is never among them.
/// </summary>
/// <param name="Seq">Its number in the journal, from 1, without holes; 0 where it waits in memory and has none yet.</param>
/// <param name="Data">What happened.</param>
/// <param name="At">When, on the monotonic clock.</param>
/// <param name="Time">When, on the wall clock.</param>
internal sealed record CommittedEvent(long Seq, IEventData Data, Instant At, DateTimeOffset Time)
{
    /// <summary>Whether it is on disk.</summary>
    public bool IsKept => Seq > 0;

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

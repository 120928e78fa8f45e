using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>An event that is safely on disk; only such an event may be acted upon.</summary>
/// <param name="Seq">Its number in the journal, from 1, without holes.</param>
/// <param name="Data">What happened.</param>
/// <param name="At">When, on the monotonic clock.</param>
/// <param name="Time">When, on the wall clock.</param>
internal sealed record CommittedEvent(long Seq, IEventData Data, Instant At, DateTimeOffset Time);

/// <summary>An event as a reader of the file finds it.</summary>
/// <param name="Seq">Its number in the journal.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Data">Its record as JSON.</param>
/// <param name="Time">When it happened, as well as the clock knew then.</param>
/// <param name="RecordedTime">When it was written.</param>
/// <param name="BootId">The kernel's boot id then.</param>
/// <param name="MonotonicMilliseconds">When it happened, on that boot's monotonic clock.</param>
/// <param name="TimeQuality"><c>synchronized</c> or <c>unsynchronized</c>.</param>
internal sealed record StoredEvent(
    long Seq, string Type, ReadOnlyMemory<byte> Data, DateTimeOffset Time, DateTimeOffset RecordedTime, string BootId, long MonotonicMilliseconds, string TimeQuality);

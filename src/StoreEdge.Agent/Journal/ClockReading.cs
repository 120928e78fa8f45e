using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>All clocks read together, once for each commit: every time that the commit writes is counted from here by the monotonic clock, however long ago it was.</summary>
/// <param name="At">The monotonic clock.</param>
/// <param name="Time">The wall clock.</param>
/// <param name="IsKnown">Whether an NTP client keeps the wall clock right.</param>
/// <param name="AtLeast">It was at least this late, whatever the wall clock shows.</param>
internal readonly record struct ClockReading(Instant At, DateTimeOffset Time, bool IsKnown, DateTimeOffset AtLeast)
{
    /// <summary>What the wall clock shows beyond the monotonic one: constant while nobody sets it.</summary>
    public TimeSpan Offset => Time - DateTimeOffset.UnixEpoch - (At - Instant.Origin);

    /// <summary>The wall time of another moment of this boot.</summary>
    public DateTimeOffset TimeOf(Instant moment) => Time + (moment - At);

    /// <summary>As above, of the lower bound.</summary>
    public DateTimeOffset AtLeastOf(Instant moment) => AtLeast + (moment - At);
}

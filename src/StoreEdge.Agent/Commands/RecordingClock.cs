using StoreEdge.Core;

namespace StoreEdge.Agent.Commands;

/// <summary>The wall clock of recordings: ids that rotate, and the key that was in force, are looked up as of then and not as of now.</summary>
/// <param name="start">When the first frame of all was heard.</param>
internal sealed class RecordingClock(DateTimeOffset start) : TimeProvider
{
    private Instant now;

    /// <summary>Reads when the first frame of all was heard; the recordings stand at their beginning before and after.</summary>
    public static RecordingClock Of(IEnumerable<ReplayLane> lanes)
    {
        var merge = new RecordingMerge(lanes.Select(l => (l.Name, l.Recording)));
        merge.Open();
        foreach (var lane in lanes) lane.Recording.Position = 0;
        return new(merge.Origin);
    }

    /// <summary>Lets time pass.</summary>
    public void Reach(Instant at) => now = at;

    public override DateTimeOffset GetUtcNow() => start + (now - Instant.Origin);

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => now.Nanoseconds;
}

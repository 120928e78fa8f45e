using StoreEdge.Core;
using StoreEdge.Linux.Neighbours;

namespace StoreEdge.Agent.Gate;

/// <summary>Somebody who may pass. In RAM and in the kernel only.</summary>
/// <param name="Station">Whose packets.</param>
/// <param name="Receipt">The consent receipt.</param>
/// <param name="Mark">The number of the passage, which their connections carry: what comes back is known by it.</param>
/// <param name="Ends">Until when, by the clock that never jumps.</param>
internal sealed record Guest(StationAddress Station, string Receipt, uint Mark, Instant Ends)
{
    /// <summary>Bytes moved in this passage, as last read; counted only where there is a quota.</summary>
    public long Moved { get; init; }

    /// <summary>Nothing personal.</summary>
    public override string ToString() => "guest";
}

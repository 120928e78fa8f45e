using System.Threading.Channels;
using StoreEdge.Core;

namespace StoreEdge.Agent.Displays;

/// <summary>What the hub remembers of one display; touched only under the hub's lock.</summary>
internal sealed class Screen(DisplayPlace place, Instant startedAt)
{
    public DisplayPlace Place { get; } = place;

    public Showing? Current { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public DateTimeOffset? RenderedAt { get; set; }

    /// <summary>Since when it can be read, on the monotonic clock; null while nothing is drawn, and once its time to be read is over.</summary>
    public Instant? ReadSince { get; set; }

    /// <summary>Counts what was put on the screen; part of the event id.</summary>
    public long Edition { get; set; }

    public List<Channel<ScreenFrame>> Clients { get; } = [];

    /// <summary>Since when it should have been heard: from the start, then from each acknowledgement.</summary>
    public Instant HeardAt { get; set; } = startedAt;

    public bool EverHeard { get; set; }

    public long Frame { get; set; }

    public Instant FrameMovedAt { get; set; } = startedAt;

    public long Rendered { get; set; }
}

/// <summary>What goes to a page: a showing, or idle content.</summary>
/// <param name="EventId">For <c>Last-Event-ID</c>.</param>
/// <param name="Showing">Null for idle.</param>
/// <param name="Idle">The idle content at that moment.</param>
internal sealed record ScreenFrame(string EventId, Showing? Showing, IdleContent Idle);

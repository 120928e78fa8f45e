using System.Threading.Channels;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Displays;

/// <summary>What the hub remembers of one display; touched only under the hub's lock.</summary>
internal sealed class Screen(DisplayPlace place, Instant startedAt, ScreenLook look)
{
    public DisplayPlace Place { get; } = place;

    public ScreenLook Look { get; set; } = look;

    public Showing? Current { get; set; }

    public ScreenClaim? Claim { get; set; }

    /// <summary>The last test pattern; null where there was none since the start.</summary>
    public TestPattern? Pattern { get; set; }

    /// <summary>Whether it is on the screen.</summary>
    public bool PatternIsOn { get; set; }

    /// <summary>Whether somebody has said something about the current showing: once is enough.</summary>
    public bool HasVote { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public DateTimeOffset? RenderedAt { get; set; }

    /// <summary>Since when it can be read, on the monotonic clock; null while nothing is drawn, and once its time to be read is over.</summary>
    public Instant? ReadSince { get; set; }

    /// <summary>Counts what was put on the screen; part of the event id.</summary>
    public long Edition { get; set; }

    public List<ScreenClient> Clients { get; } = [];

    /// <summary>What people at this screen would not see again for a while.</summary>
    public Dictionary<OfferId, Instant> PutOff { get; } = [];

    /// <summary>Since when it should have been heard: from the start, then from each acknowledgement.</summary>
    public Instant HeardAt { get; set; } = startedAt;

    public bool EverHeard { get; set; }

    public long Frame { get; set; }

    public Instant FrameMovedAt { get; set; } = startedAt;

    public long Rendered { get; set; }
}

/// <summary>A page that is connected.</summary>
/// <param name="Channel">What it is to draw.</param>
/// <param name="IsOwn">Whether it is the screen itself, and not somebody who looks at its page from elsewhere.</param>
internal sealed record ScreenClient(Channel<ScreenFrame> Channel, bool IsOwn);

/// <summary>A customer has a screen for themselves, for a while.</summary>
/// <param name="Visit">Theirs; the claim ends with it.</param>
/// <param name="Subject">Who.</param>
/// <param name="Language">BCP 47 tag of what they read.</param>
/// <param name="Assurance">How sure it is who they are.</param>
/// <param name="Until">It is over then, whatever else happens.</param>
internal sealed record ScreenClaim(VisitId Visit, Pseudonym Subject, string Language, string Assurance, Instant Until);

/// <summary>What goes to a page: a showing, or idle content.</summary>
/// <param name="EventId">For <c>Last-Event-ID</c>.</param>
/// <param name="Showing">Null for idle.</param>
/// <param name="Idle">The idle content at that moment.</param>
/// <param name="Look">How the screen looks at this hour.</param>
/// <param name="Code">What claims it; null where nothing does, it is claimed, or the page is not the screen itself.</param>
/// <param name="ClaimedUntil">Null where it is not claimed.</param>
/// <param name="IsOwn">Whether the page is the screen itself.</param>
internal sealed record ScreenFrame(string EventId, Showing? Showing, IdleContent Idle, ScreenLook Look, string? Code, Instant? ClaimedUntil, bool IsOwn);

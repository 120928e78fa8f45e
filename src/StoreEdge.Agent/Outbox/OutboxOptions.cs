using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Outbox;

/// <summary>How fast the backlog goes out, and how the outbox treats a central service that is slow to acknowledge.</summary>
internal sealed record OutboxOptions
{
    /// <summary>When unacknowledged events are sent again.</summary>
    public ResendOptions Resend { get; init; } = new();

    /// <summary>How fast the backlog may be sent unless central says otherwise, events a second; <see cref="DrainPace"/> says where the default comes from. 1–1,000,000.</summary>
    public int DrainPerSecond { get; init; } = DrainPace.Default;

    /// <summary>An event that central has not acknowledged for this long, though the broker is there, raises a warning. 1 s–1 d.</summary>
    public TimeSpan OverdueAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the retained state messages may change. 0.1 s–1 h.</summary>
    public TimeSpan StateEvery { get; init; } = TimeSpan.FromSeconds(3);
}

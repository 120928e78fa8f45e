namespace StoreEdge.Agent.Outbox;

/// <summary>How the outbox treats a central service that is slow to acknowledge.</summary>
internal sealed record OutboxOptions
{
    /// <summary>When central has not moved for this long, the oldest unacknowledged events are sent again. 1 s–1 h.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait doubles with each fruitless resend, up to this. 1 s–1 d.</summary>
    public TimeSpan ResendAtMostEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Events sent again at a time; when central takes them, the next follow at once. 1–100,000; mosquitto queues 1,000 per consumer by default.</summary>
    public int ResendChunk { get; init; } = 500;

    /// <summary>An event that central has not acknowledged for this long, though the broker is there, raises a warning. 1 s–1 d.</summary>
    public TimeSpan OverdueAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the retained state messages may change. 0.1 s–1 h.</summary>
    public TimeSpan StateEvery { get; init; } = TimeSpan.FromSeconds(3);
}

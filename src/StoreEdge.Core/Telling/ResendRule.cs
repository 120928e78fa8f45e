namespace StoreEdge.Core.Telling;

/// <summary>How patiently a store waits for central's acknowledgement.</summary>
public sealed record ResendOptions
{
    /// <summary>When central has not moved for this long, the oldest unacknowledged events are sent again. 1 s–1 h.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait doubles with each fruitless resend, up to this. 1 s–1 d.</summary>
    public TimeSpan AtMostEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Events sent again at a time; when central takes them, the next follow at once. 1–100,000; mosquitto queues 1,000 per consumer by default.</summary>
    public int Chunk { get; init; } = 500;
}

/// <summary>A run of events to send again: after <paramref name="After"/>, up to and including <paramref name="Last"/>.</summary>
public readonly record struct Resend(long After, long Last);

/// <summary>
/// Decides when events that the broker took are sent once more because central did not acknowledge them: the broker may have lost them, or dropped them from
/// a full queue. Only the oldest chunk goes out, for if central is absent the rest would only swell the broker; once central takes it, the next chunk follows.
/// </summary>
public sealed class ResendRule(ResendOptions options)
{
    private Instant since;
    private TimeSpan patience = options.After;
    private long lastAcknowledged = -1;
    private long chunkLast;

    /// <summary>Fruitless and fruitful ones together.</summary>
    public long Resends { get; private set; }

    /// <summary>A connection began: what is sent on it deserves the full wait.</summary>
    public void Begin(Instant now)
    {
        since = now;
        chunkLast = 0;
    }

    /// <summary>To be asked about every second, and when an acknowledgement came.</summary>
    /// <param name="now">The present.</param>
    /// <param name="sent">The last event that was sent at least once on this connection or counted as sent by the one before.</param>
    /// <param name="acknowledged">Central's cumulative acknowledgement.</param>
    public Resend? Consider(Instant now, long sent, long acknowledged)
    {
        var advanced = acknowledged > lastAcknowledged;
        lastAcknowledged = acknowledged;
        if (acknowledged >= sent)
        {
            (since, patience, chunkLast) = (now, options.After, 0);
            return null;
        }

        if (advanced)
        {
            (since, patience) = (now, options.After);
            // Central took exactly what was repeated: it lacks what follows as well.
            return acknowledged == chunkLast ? Chunk(acknowledged, sent) : null;
        }

        if (now - since < patience) return null;
        since = now;
        patience = TimeSpan.FromTicks(Math.Min(patience.Ticks * 2, options.AtMostEvery.Ticks));
        return Chunk(acknowledged, sent);
    }

    private Resend Chunk(long acknowledged, long sent)
    {
        Resends++;
        chunkLast = Math.Min(acknowledged + options.Chunk, sent);
        return new(acknowledged, chunkLast);
    }
}

using StoreEdge.Core;

namespace StoreEdge.Agent.Outbox;

/// <summary>A run of events to send again: after <paramref name="After"/>, up to and including <paramref name="Last"/>.</summary>
internal readonly record struct Resend(long After, long Last);

/// <summary>
/// Decides when events that the broker took are sent once more because central did not acknowledge them: the broker may have lost them, or dropped them from
/// a full queue. Only the oldest chunk goes out, for if central is absent the rest would only swell the broker; once central takes it, the next chunk follows.
/// </summary>
internal sealed class ResendRule(OutboxOptions options)
{
    private Instant since;
    private TimeSpan patience = options.ResendAfter;
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
            (since, patience, chunkLast) = (now, options.ResendAfter, 0);
            return null;
        }

        if (advanced)
        {
            (since, patience) = (now, options.ResendAfter);
            // Central took exactly what was repeated: it lacks what follows as well.
            return acknowledged == chunkLast ? Chunk(acknowledged, sent) : null;
        }

        if (now - since < patience) return null;
        since = now;
        patience = TimeSpan.FromTicks(Math.Min(patience.Ticks * 2, options.ResendAtMostEvery.Ticks));
        return Chunk(acknowledged, sent);
    }

    private Resend Chunk(long acknowledged, long sent)
    {
        Resends++;
        chunkLast = Math.Min(acknowledged + options.ResendChunk, sent);
        return new(acknowledged, chunkLast);
    }
}

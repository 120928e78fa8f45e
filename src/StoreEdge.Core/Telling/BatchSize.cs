namespace StoreEdge.Core.Telling;

/// <summary>
/// How many events of the backlog go into one message. At most what central and the brokers in use take; fewer while the road is slow, because a new event waits behind
/// what is already on the wire; fewer still where a message was refused as too large or did not live to be answered.
/// </summary>
public sealed class BatchSize
{
    /// <summary>
    /// Events in a batch at most. They compress about eightfold together; more would gain little and cost more when the message has to be sent again. A consumer may refuse more.
    /// </summary>
    public const int MostEvents = 500;

    /// <summary>Compressed bytes of a batch at most: 128 KiB is the largest message of AWS IoT Core, the smallest limit among the brokers in use; on an uplink of 1 Mbit/s it takes a second.</summary>
    public const int MostBytes = 128 * 1024;

    /// <summary>Bytes of a batch before compression at most, so that a consumer knows how much it must be ready to unpack.</summary>
    public const int MostRawBytes = 1024 * 1024;

    /// <summary>Slowness alone makes no batch smaller than this: on a road of half a second there and back, 2 of them a turn are still 100 events a second.</summary>
    public const int FewestBySlowness = 25;

    /// <summary>An answer later than this halves the next batch: with two batches on their way a new event then waits about as long, and 250 ms is what it may take.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    /// <summary>An answer sooner than this doubles the next.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);

    private int ceiling = MostEvents;

    /// <summary>Events that the next batch may hold, 1–<see cref="MostEvents"/>.</summary>
    public int Events { get; private set; } = MostEvents;

    /// <summary>A connection began; its broker may take more than the one before did.</summary>
    public void Begin() => ceiling = MostEvents;

    /// <summary>A batch of so many was taken after this time.</summary>
    public void Taken(int events, TimeSpan after)
    {
        if (after > Slow) Events = Math.Max(Math.Min(Events, FewestBySlowness), Events / 2);
        else if (after < Quick && events >= Events) Events = Math.Min(Events * 2, ceiling);
    }

    /// <summary>A batch of so many was too large, for the broker or for <see cref="MostBytes"/>.</summary>
    public void TooLarge(int events) => Events = ceiling = Math.Max(1, Math.Min(Events, events / 2));

    /// <summary>The connection ended before a batch of so many was answered: what is smaller gets through more easily.</summary>
    public void Lost(int events) => Events = Math.Max(1, Math.Min(Events, events / 2));
}

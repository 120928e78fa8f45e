namespace StoreEdge.Core.Telling;

/// <summary>The two roads on which events go to central.</summary>
public enum Lane
{
    /// <summary>What was committed after the connection began, one event a message, at once.</summary>
    Live,

    /// <summary>Everything older that central lacks, in batches, metered.</summary>
    Backlog,
}

/// <summary>
/// Who has room among the messages that may be unanswered at a time. The backlog holds a part of the window only, so that a new event never waits for one of its answers; and it
/// holds few large messages, so that a new event has little before it on the wire.
/// </summary>
public sealed class Lanes
{
    /// <summary>Two batches keep the wire busy while one is being answered; more would only make new events wait behind them.</summary>
    public const int MostBatches = 2;

    private int live, backlog, batches;

    /// <summary>Messages that may be unanswered at a time.</summary>
    public int Window { get; private set; }

    /// <summary>How many of those the backlog may hold: half, for events that go on their own topic are small.</summary>
    public int BacklogShare => Math.Max(1, Window / 2);

    /// <summary>Messages unanswered now.</summary>
    public int Unanswered => live + backlog;

    /// <summary>A connection began; nothing is unanswered.</summary>
    /// <param name="window">The smaller of the store's own bound and the broker's Receive Maximum, 1 or more.</param>
    public void Begin(int window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        (Window, live, backlog, batches) = (window, 0, 0, 0);
    }

    /// <summary>Whether a message may go.</summary>
    /// <param name="lane">On this lane.</param>
    /// <param name="newEventsWait">Whether new events wait; with a window of one nothing can be kept free for them, so they go first.</param>
    public bool HasRoom(Lane lane, bool newEventsWait = false) => Unanswered < Window
        && (lane == Lane.Live || (backlog < BacklogShare && batches < MostBatches && !(newEventsWait && Unanswered + 1 >= Window)));

    /// <summary>A message went.</summary>
    public void Sent(Lane lane, bool isBatch)
    {
        if (lane == Lane.Live) live++;
        else backlog++;
        if (isBatch) batches++;
    }

    /// <summary>It was answered.</summary>
    public void Answered(Lane lane, bool isBatch)
    {
        if (lane == Lane.Live) live--;
        else backlog--;
        if (isBatch) batches--;
    }
}

namespace StoreEdge.Core.Telling;

/// <summary>
/// What of one journal has been told on this connection, and what is still to be told. Only central's acknowledgement settles anything; what the broker took is remembered as long
/// as the broker remembers the session. Numbers of which the journal holds no event count as told with those around them: they were declared.
/// </summary>
/// <param name="options">When what central lacks is sent again.</param>
/// <param name="acknowledged">Central's acknowledgement so far.</param>
public sealed class Ledger(ResendOptions options, long acknowledged)
{
    private readonly SeqSet ahead = new(), again = new(), untold = new(), taken = new();
    private readonly ResendRule resends = new(options);

    /// <summary>Central's cumulative acknowledgement.</summary>
    public long Acknowledged { get; private set; } = acknowledged;

    /// <summary>The end of what the lanes have been given; what is committed beyond it is new.</summary>
    public long Told { get; private set; } = acknowledged;

    /// <summary>Everything up to here was taken by the broker, or is acknowledged.</summary>
    public long TakenThrough => taken.UnbrokenFrom(Acknowledged + 1);

    /// <summary>Times that events were sent again for want of central's acknowledgement.</summary>
    public long Resends => resends.Resends;

    /// <summary>What goes before everything else, on the live lane: declarations that central needs in order to acknowledge past a hole.</summary>
    public SeqRun? Ahead => ahead.First;

    /// <summary>The run of the backlog that is next: first what is sent again, then what was never sent on this connection.</summary>
    public SeqRun? Backlog => again.First ?? untold.First;

    /// <summary>A connection began: what central lacks is the backlog, but for what the broker took and still remembers.</summary>
    /// <param name="now">The present.</param>
    /// <param name="last">The newest committed event; what comes after it is new.</param>
    /// <param name="resumed">Whether the broker remembers the session.</param>
    public void Begin(Instant now, long last, bool resumed)
    {
        if (!resumed) taken.Clear();
        ahead.Clear();
        again.Clear();
        untold.Clear();
        untold.Add(new(Acknowledged + 1, last));
        foreach (var run in taken.Runs) untold.Remove(run);
        Told = Math.Max(last, Acknowledged);
        resends.Begin(now);
    }

    /// <summary>Central acknowledged; less than before changes nothing.</summary>
    public void Acknowledge(long seq)
    {
        if (seq <= Acknowledged) return;
        Acknowledged = seq;
        Told = Math.Max(Told, seq);
        foreach (var set in (SeqSet[])[ahead, again, untold, taken]) set.RemoveThrough(seq);
    }

    /// <summary>Puts what central lacks into the backlog once more, when it is time. To be asked every second, and when an acknowledgement came.</summary>
    /// <returns>What was put there. Where its first number is a hole, whoever knows the journal puts its declaration <see cref="SendAhead"/>.</returns>
    public Resend? Consider(Instant now)
    {
        // What was never sent is not overdue.
        var sent = untold.First is { } first ? first.First - 1 : Told;
        if (resends.Consider(now, sent, Acknowledged) is not { } due) return null;
        again.Add(new(due.After + 1, due.Last));
        return due;
    }

    /// <summary>Puts one event before everything else.</summary>
    public void SendAhead(long seq)
    {
        if (seq > Acknowledged) ahead.Add(new(seq, seq));
    }

    /// <summary>A run was handed over, on whichever lane; its answer is to come.</summary>
    public void Sent(SeqRun run)
    {
        Told = Math.Max(Told, run.Last);
        ahead.Remove(run);
        again.Remove(run);
        untold.Remove(run);
    }

    /// <summary>The broker took a run.</summary>
    public void Taken(SeqRun run) => taken.Add(new(Math.Max(run.First, Acknowledged + 1), run.Last));

    /// <summary>A run was not taken and must go again.</summary>
    public void Return(SeqRun run) => untold.Add(new(Math.Max(run.First, Acknowledged + 1), run.Last));

    /// <summary>What was new could not go at once and is backlog from here on.</summary>
    public void Defer(long last)
    {
        untold.Add(new(Told + 1, last));
        Told = Math.Max(Told, last);
    }
}

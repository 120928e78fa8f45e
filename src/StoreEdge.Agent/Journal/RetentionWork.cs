namespace StoreEdge.Agent.Journal;

/// <summary>
/// Deletes events that central holds and that are old, a chunk at a time, each chunk in a commit that waiting events share. Old is counted in time that the
/// agent ran with this journal: a wrong wall clock, or a machine that stood switched off, deletes nothing.
/// </summary>
/// <param name="options">What to keep.</param>
/// <param name="age">For how long the agent has run with this journal, over all its starts.</param>
/// <param name="acknowledged">The last event that central holds.</param>
/// <param name="again">Queues this work once more.</param>
internal sealed class RetentionWork(JournalOptions options, Func<TimeSpan> age, Func<long> acknowledged, Action<JournalWork> again) : JournalWork
{
    /// <summary>Rows of one chunk: about 30 pages, a few milliseconds on an SD card.</summary>
    public const long Chunk = 250;

    private bool more;

    public override void Execute(JournalTransaction transaction)
    {
        var (reached, held) = (age(), acknowledged());
        transaction.Acknowledge(held);
        transaction.SetAge(reached);
        transaction.Mark(reached);
        var old = Math.Max(transaction.WrittenBy(reached - options.KeepFor), transaction.LastSeq - options.KeepAtMost);
        // The newest row stays, so that the numbers go on from it after a restart.
        var limit = Math.Min(old, Math.Min(held, transaction.LastSeq - 1));
        var oldest = transaction.OldestSeq();
        more = limit >= oldest + Chunk;
        if (oldest > 0 && limit >= oldest) transaction.DeleteThrough(Math.Min(limit, oldest + Chunk - 1));
    }

    public override void Committed()
    {
        if (more) again(this);
    }

    public override void Failed(JournalFault fault)
    {
    }
}

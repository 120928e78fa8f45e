using StoreEdge.Agent.Journal;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Outbox;

/// <summary>
/// What central is still to be told, and in whose turn: on the live lane declarations that central waits for, then new events; behind them the backlogs of this journal, of each former one and
/// of each errand. Belongs to the relay's loop, but for <see cref="Make"/>.
/// </summary>
internal sealed class Queues(ResendOptions options, string storeId, JournalStore journal, FormerJournals formers, DeadLetters deadLetters, Errands errands, ILogger log)
{
    private const int ReadAtOnce = 200;

    /// <summary>Declarations that are sent ahead at the beginning of a connection; any further one goes ahead when central is found waiting for it.</summary>
    private const int DeclarationsAhead = 200;

    private readonly Ledger ledger = new(options, journal.AcknowledgedSeq);
    private readonly ParcelMaker singles = new(storeId), batches = new(storeId);
    private readonly Queue<StoredEvent> fresh = new();
    private ParcelQueue lastServed;

    /// <summary>The end of what the lanes have been given; what is committed beyond it is new.</summary>
    public long Told => ledger.Told;

    /// <summary>Everything up to here was taken by the broker, or is acknowledged.</summary>
    public long TakenThrough => ledger.TakenThrough;

    /// <summary>Whether the live lane has something to take.</summary>
    public bool NewEventsWait => fresh.Count > 0 || ledger.Ahead is not null || journal.LastSeq > ledger.Told;

    private ParcelQueue Journal => new(ParcelOrigin.Journal, journal.Epoch);

    /// <summary>A connection began.</summary>
    /// <param name="now">The present.</param>
    /// <param name="resumed">Whether the broker remembers the session.</param>
    public void Begin(Instant now, bool resumed)
    {
        fresh.Clear();
        ledger.Acknowledge(journal.AcknowledgedSeq);
        ledger.Begin(now, journal.LastSeq, resumed);
        formers.Begin(now, resumed);
        foreach (var seq in Declarations.NumbersAfter(journal, ledger.TakenThrough, DeclarationsAhead)) ledger.SendAhead(seq);
    }

    /// <summary>Takes note of what central holds, and puts what it lacks too long into the backlog again.</summary>
    /// <returns>In how many journals something is sent again.</returns>
    public int Settle(Instant now)
    {
        ledger.Acknowledge(journal.AcknowledgedSeq);
        formers.Settle(now);
        var again = Consider(now, journal.Epoch, ledger) ? 1 : 0;
        foreach (var (epoch, former) in formers.All)
            if (Consider(now, epoch, former)) again++;
        return again;
    }

    /// <summary>The next message of the live lane; null where nothing is new.</summary>
    public Parcel? NextNew()
    {
        while (ledger.Ahead is { } ahead)
        {
            var run = new SeqRun(ahead.First, ahead.First);
            if (journal.ReadAfter(run.First - 1, 1) is [var declaration] && declaration.Seq == run.First) return singles.Single(Journal, run, declaration);
            ledger.Sent(run);
        }

        var last = journal.LastSeq;
        if (fresh.Count == 0 && last > ledger.Told)
        {
            foreach (var stored in journal.ReadAfter(ledger.Told, ReadAtOnce)) fresh.Enqueue(stored);
            if (fresh.Count == 0) Skip(Journal, new(ledger.Told + 1, last));
        }

        while (fresh.TryDequeue(out var stored))
        {
            if (stored.Seq <= ledger.Told) continue;
            return singles.Single(Journal, new(ledger.Told + 1, stored.Seq), stored);
        }

        return null;
    }

    /// <summary>Every queue of the backlog in turn, so that neither a long outage nor a long replay keeps the others waiting.</summary>
    public (ParcelQueue Queue, SeqRun Run)? NextInLine()
    {
        var waiting = errands.Waiting();
        foreach (var (epoch, former) in formers.All)
            if (former.Backlog is { } left) waiting.Insert(0, (new(ParcelOrigin.Former, epoch), left));
        if (ledger.Backlog is { } own) waiting.Insert(0, (Journal, own));
        if (waiting.Count == 0) return null;
        var turn = waiting.FindIndex(w => w.Queue == lastServed) + 1;
        return waiting[turn % waiting.Count];
    }

    /// <summary>The next message of a backlog's queue. One at a time; aside from the loop, for it reads and packs.</summary>
    /// <param name="queue">What it is taken from; its turn is over.</param>
    /// <param name="run">The numbers to look in.</param>
    /// <param name="limit">Events at most.</param>
    /// <returns>Without a message where no event is held of the run.</returns>
    public Parcel Make(ParcelQueue queue, SeqRun run, int limit)
    {
        var read = queue.Origin == ParcelOrigin.DeadLetters
            ? [.. deadLetters.Read(queue.Epoch, run.First, run.Last, limit).Select(l => l.Event)]
            : Read(queue.Epoch, run.First - 1, limit);
        IReadOnlyList<StoredEvent> events = read.Count > 0 && read[^1].Seq > run.Last ? [.. read.TakeWhile(e => e.Seq <= run.Last)] : read;
        var isAll = events.Count < limit;
        return events.Count == 0 ? new(queue, run, [], null) : batches.Batch(queue, run, events, isAll);
    }

    /// <summary>A queue's turn in the backlog has come and gone.</summary>
    public void Served(ParcelQueue queue) => lastServed = queue;

    /// <summary>It was handed over.</summary>
    public void Sent(Parcel parcel) => Remove(parcel.Queue, parcel.Run);

    /// <summary>The broker took it.</summary>
    public void Taken(Parcel parcel) => LedgerOf(parcel.Queue)?.Taken(parcel.Run);

    /// <summary>The broker would not take it this time: it goes again on this connection.</summary>
    public void Return(Parcel parcel)
    {
        LedgerOf(parcel.Queue)?.Return(parcel.Run);
        errands.Add(parcel.Queue, parcel.Run);
    }

    /// <summary>The connection ended before the broker's answer: it goes again on the next, events of a journal because nobody acknowledged them, errands because they are put back.</summary>
    public void Unanswered(Parcel parcel) => errands.Add(parcel.Queue, parcel.Run);

    /// <summary>No event is held of these numbers: they were declared, or deleted after an acknowledgement.</summary>
    public void Skip(ParcelQueue queue, SeqRun run)
    {
        Remove(queue, run);
        LedgerOf(queue)?.Taken(run);
    }

    private bool Consider(Instant now, Guid epoch, Ledger of)
    {
        if (of.Consider(now) is not { } due) return false;
        log.LogInformation("Central has not acknowledged journal {Epoch} beyond {Acknowledged}; sending up to {Last} again", epoch, due.After, due.Last);
        // Where the next number is a hole, central waits for its declaration, however far that is.
        var isHole = Read(epoch, due.After, 1) is not [var next] || next.Seq > due.After + 1;
        if (isHole && Declarations.Of(journal, epoch, due.After + 1, journal.AcknowledgedSeq) is { } declaration) ledger.SendAhead(declaration);
        return true;
    }

    private IReadOnlyList<StoredEvent> Read(Guid epoch, long after, int limit) => epoch == journal.Epoch ? journal.ReadAfter(after, limit) : journal.ReadFormerAfter(epoch, after, limit);

    private Ledger? LedgerOf(ParcelQueue queue) => queue.Origin switch
    {
        ParcelOrigin.Journal => ledger,
        ParcelOrigin.Former => formers.Of(queue.Epoch),
        _ => null,
    };

    private void Remove(ParcelQueue queue, SeqRun run)
    {
        LedgerOf(queue)?.Sent(run);
        errands.Remove(queue, run);
    }
}

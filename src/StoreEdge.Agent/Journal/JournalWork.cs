using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>One thing for the writer's thread to do inside a commit that it may share with others.</summary>
internal abstract class JournalWork
{
    /// <summary>Whether it took a place in the bounded queue.</summary>
    public virtual bool TookRoom => false;

    /// <summary>Writes its rows. Runs a second time, alone, when somebody else's fault undid the first.</summary>
    public abstract void Execute(JournalTransaction transaction);

    /// <summary>About what its events take in the file, in bytes; other rows are few.</summary>
    public virtual long Bytes => 0;

    /// <summary>Its rows are on disk.</summary>
    public abstract void Committed();

    /// <summary>Its rows are not in the file.</summary>
    public abstract void Failed(JournalFault fault);
}

/// <summary>Appends one event and lets the projections see it.</summary>
internal sealed class AppendWork(IEventData data, byte[] json, Instant at) : JournalWork
{
    private readonly TaskCompletionSource<CommittedEvent> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CommittedEvent> Done => done.Task;

    /// <summary>The event with its number; provisional until <see cref="Committed"/>.</summary>
    public CommittedEvent? Event { get; private set; }

    public override bool TookRoom => true;

    public override long Bytes => json.Length + ParkedEvent.Overhead;

    /// <summary>Whether it may wait in memory while nothing can be written. A customer's word may not: it would be a promise.</summary>
    public bool MayWait => !Worth.IsCustomersWord(data.Type);

    public override void Execute(JournalTransaction transaction) => Event = transaction.Append(data, json, at);

    /// <summary>It waits in memory, and its writer goes on with an event that has no number yet.</summary>
    /// <param name="now">The clocks, for those who act on it meanwhile.</param>
    public (ParkedEvent Parked, CommittedEvent Told) Park(ClockReading now) =>
        (new(data, json, at), new(0, data, at, now.TimeOf(at)) { IsTimeKnown = now.IsKnown, AtLeast = now.AtLeastOf(at) });

    /// <summary>Tells the writer so.</summary>
    public void Parked(CommittedEvent told) => done.SetResult(told);

    public override void Committed() => done.SetResult(Event!);

    public override void Failed(JournalFault fault) => done.SetException(fault);
}

/// <summary>Writes events that had to wait in memory; nobody waits for them any more.</summary>
internal sealed class CatchUpWork(IReadOnlyList<ParkedEvent> parked) : JournalWork
{
    public override long Bytes => parked.Sum(p => p.Json.Length + ParkedEvent.Overhead);

    public override void Execute(JournalTransaction transaction)
    {
        foreach (var one in parked) transaction.Append(one.Data, one.Json, one.At);
    }

    public override void Committed()
    {
    }

    public override void Failed(JournalFault fault)
    {
    }
}

/// <summary>Declares events that will never be written.</summary>
internal sealed class UnrecordedWork(IReadOnlyCollection<MissedEvents> missed) : JournalWork
{
    public override long Bytes => missed.Count * 2L * ParkedEvent.Overhead;

    public override void Execute(JournalTransaction transaction)
    {
        foreach (var one in missed)
        {
            var data = new UnrecordedData(one.Count, one.Reason, transaction.Now.TimeOf(one.From), transaction.Now.TimeOf(one.To));
            transaction.Append(data, ContractsJson.Write(data), transaction.Now.At);
        }
    }

    public override void Committed()
    {
    }

    public override void Failed(JournalFault fault)
    {
    }
}

/// <summary>Declares what the former run could not write any more. Where it fails, the note stays for the next start.</summary>
internal sealed class UnwrittenWork(IReadOnlyList<UnrecordedData> noted, string directory) : JournalWork
{
    public override long Bytes => noted.Count * 2L * ParkedEvent.Overhead;

    /// <summary>A power cut may have brought the note back that was declared already: the commit that declares it keeps its checksum.</summary>
    public override void Execute(JournalTransaction transaction)
    {
        var checksum = (long)noted.Aggregate(uint.MaxValue, (sum, one) => RowChecksum.Add(sum, System.Text.Encoding.UTF8.GetString(ContractsJson.Write(one))));
        using var declared = new Statement(transaction.Database, "SELECT value FROM counter WHERE name = 'unwritten'");
        if (declared.RunNumber(none: -1) == checksum) return;
        using var keep = new Statement(transaction.Database, "INSERT OR REPLACE INTO counter VALUES ('unwritten', ?)");
        keep.Bind(1, checksum).Run();
        foreach (var one in noted) transaction.Append(one, ContractsJson.Write(one), transaction.Now.At);
    }

    public override void Committed() => UnwrittenNote.Delete(directory);

    public override void Failed(JournalFault fault)
    {
    }
}

/// <summary>Writes rows of a room's own, and events with them if need be.</summary>
internal sealed class RowsWork<T>(Func<JournalTransaction, T> write) : JournalWork
{
    private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T value = default!;

    public Task<T> Done => done.Task;

    public override void Execute(JournalTransaction transaction) => value = write(transaction);

    public override void Committed() => done.SetResult(value);

    public override void Failed(JournalFault fault) => done.SetException(fault);
}

/// <summary>Takes the next value of a durable counter.</summary>
internal sealed class CounterWork(string name) : JournalWork
{
    private readonly TaskCompletionSource<CounterValue> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CounterValue value;

    public Task<CounterValue> Done => done.Task;

    public override void Execute(JournalTransaction transaction) => value = transaction.Count(name);

    public override void Committed() => done.SetResult(value);

    public override void Failed(JournalFault fault) => done.SetException(fault);
}

/// <summary>Has the projections carry over what is remembered under former pseudonyms.</summary>
internal sealed class CarryWork(NameChange change) : JournalWork
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => done.Task;

    public override void Execute(JournalTransaction transaction) => transaction.Carry(change);

    public override void Committed() => done.SetResult();

    public override void Failed(JournalFault fault) => done.SetException(fault);
}

/// <summary>Writes down how far central has acknowledged. Where it fails, the next one says it again.</summary>
internal sealed class AcknowledgeWork(Func<long> acknowledged) : JournalWork
{
    public override void Execute(JournalTransaction transaction) => transaction.Acknowledge(acknowledged());

    public override void Committed()
    {
    }

    public override void Failed(JournalFault fault)
    {
    }
}

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

    public override void Execute(JournalTransaction transaction) => Event = transaction.Append(data, json, at);

    public override void Committed() => done.SetResult(Event!);

    public override void Failed(JournalFault fault) => done.SetException(fault);
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

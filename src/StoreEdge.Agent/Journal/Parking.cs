using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>An event that happened while nothing could be written.</summary>
internal sealed record ParkedEvent(IEventData Data, byte[] Json, Instant At)
{
    /// <summary>What an event takes in the file beside its JSON: its other columns, the projections' rows and what is left over in its page, in bytes.</summary>
    public const int Overhead = 400;
}

/// <summary>Events that will never be written.</summary>
/// <param name="Count">How many.</param>
/// <param name="Reason">In the words of <see cref="UnrecordedData"/>.</param>
/// <param name="From">When the first of them happened.</param>
/// <param name="To">When the last of them happened.</param>
internal sealed record MissedEvents(long Count, string Reason, Instant From, Instant To);

/// <summary>
/// Events that wait in memory while nothing can be written, in their order and within a bound. When it is reached the one that is worth least goes, the oldest of its
/// class first; those are counted, so that they can be declared. Owned by the writer's thread.
/// </summary>
/// <param name="capacity">How many may wait.</param>
internal sealed class Parking(int capacity)
{
    private readonly Queue<(long Order, ParkedEvent Event)>[] byWorth = [.. Enumerable.Range(0, Worth.Classes.Count + 1).Select(_ => new Queue<(long, ParkedEvent)>())];
    private readonly Dictionary<string, MissedEvents> overflow = new(StringComparer.Ordinal);
    private long order;
    private int count;

    /// <summary>How many wait.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>What did not fit or could not be written, since it was last declared: one for each reason.</summary>
    public IReadOnlyCollection<MissedEvents> Overflow => overflow.Values;

    /// <summary>Whether anything is left to be written.</summary>
    public bool IsEmpty => count == 0 && overflow.Count == 0;

    /// <summary>Lets an event wait; where there is no room the least worth goes, which may be this one.</summary>
    /// <param name="parked">It.</param>
    /// <param name="reason">Why nothing can be written, in the words of <see cref="UnrecordedData"/>.</param>
    public void Add(ParkedEvent parked, string reason)
    {
        var worth = Worth.Of(parked.Data.Type);
        if (count >= capacity)
        {
            var least = Array.FindIndex(byWorth, q => q.Count > 0);
            if (least > worth)
            {
                Miss(parked, reason);
                return;
            }

            Miss(byWorth[least].Dequeue().Event, reason);
            count--;
        }

        byWorth[worth].Enqueue((order++, parked));
        count++;
    }

    /// <summary>Notes an event that will not be written.</summary>
    public void Miss(ParkedEvent missed, string reason) => overflow[reason] = overflow.TryGetValue(reason, out var before)
        ? before with { Count = before.Count + 1, From = missed.At < before.From ? missed.At : before.From, To = missed.At > before.To ? missed.At : before.To }
        : new(1, reason, missed.At, missed.At);

    /// <summary>Nothing that waits will be written any more.</summary>
    public void MissAll(string reason)
    {
        foreach (var queue in byWorth)
            while (queue.TryDequeue(out var one)) Miss(one.Event, reason);
        count = 0;
    }

    /// <summary>The first of those that wait, in the order in which they happened; they stay until <see cref="Remove"/>.</summary>
    public IReadOnlyList<ParkedEvent> First(int most) => [.. byWorth.SelectMany(q => q.Take(most)).OrderBy(p => p.Order).Take(most).Select(p => p.Event)];

    /// <summary>Takes away what is on disk now.</summary>
    /// <param name="written">The first so many.</param>
    public void Remove(int written)
    {
        for (; written > 0; written--, count--) byWorth.Where(q => q.Count > 0).MinBy(q => q.Peek().Order)!.Dequeue();
    }

    /// <summary>The overflow has been declared.</summary>
    public void Declared() => overflow.Clear();
}

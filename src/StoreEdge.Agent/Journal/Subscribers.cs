using System.Globalization;
using System.Threading.Channels;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Journal;

/// <summary>Hands committed events on, in their order, to rooms that follow them live. A slow one loses the oldest, is counted and shown; nobody waits for it.</summary>
internal sealed class Subscribers(HealthBoard health)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Subscriber> byName = [];
    private long dropped;

    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>A second subscription under the same name ends the first.</summary>
    public ChannelReader<CommittedEvent> Add(string name, int capacity)
    {
        var subscriber = new Subscriber(name, capacity, () => Interlocked.Increment(ref dropped));
        lock (gate)
        {
            if (byName.Remove(name, out var former)) former.Channel.Writer.Complete();
            byName[name] = subscriber;
        }

        return subscriber.Channel.Reader;
    }

    /// <summary>Called by the writer's thread only, so that the order is the journal's.</summary>
    public void Deliver(IReadOnlyList<CommittedEvent> events)
    {
        lock (gate)
            foreach (var subscriber in byName.Values)
                subscriber.Deliver(events, health);
    }

    public void Complete()
    {
        lock (gate)
        {
            foreach (var subscriber in byName.Values) subscriber.Channel.Writer.TryComplete();
            byName.Clear();
        }
    }

    private sealed class Subscriber
    {
        private readonly string name;
        private readonly int capacity;
        private long missed, warned;

        public Subscriber(string name, int capacity, Action drop)
        {
            (this.name, this.capacity) = (name, capacity);
            Channel = System.Threading.Channels.Channel.CreateBounded<CommittedEvent>(
                new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true },
                _ =>
                {
                    missed++;
                    drop();
                });
        }

        public Channel<CommittedEvent> Channel { get; }

        public void Deliver(IReadOnlyList<CommittedEvent> events, HealthBoard health)
        {
            foreach (var committed in events) Channel.Writer.TryWrite(committed);
            if (missed > warned)
            {
                warned = missed;
                health.Raise(
                    $"journal-subscriber:{name}", Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"'{name}' is too slow and missed {missed} events."),
                    "They are kept and reported; what was missed is only the live reaction. Look for an overloaded processor.");
            }
            else if (warned > 0 && Channel.Reader.Count <= capacity / 2)
            {
                missed = warned = 0;
                health.Clear($"journal-subscriber:{name}");
            }
        }
    }
}

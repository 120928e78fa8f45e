using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Pages.Diagnostics;

/// <summary>
/// The newest committed events, stripped of everything about a person, for whoever watches the technician's page. A watcher that does not keep up misses
/// events; it never holds up the journal or the other watchers.
/// </summary>
internal sealed class EventFeed(ChannelReader<CommittedEvent> committed, Action sample, TimeProvider time, ILogger<EventFeed>? log = null)
{
    /// <summary>A technician and a few colleagues; far below what the agent can serve beside its work.</summary>
    public const int MostWatchers = 50;

    private const int Kept = 30;

    private readonly Lock gate = new();
    private readonly LinkedList<EventView> newest = new();
    private long withoutNumber;
    private readonly List<Channel<EventView>> watchers = [];

    /// <summary>The newest events, newest first.</summary>
    public IReadOnlyList<EventView> Newest
    {
        get
        {
            lock (gate) return [.. newest];
        }
    }

    /// <summary>Starts watching; null where too many do already. <see cref="Leave"/> ends it.</summary>
    public Channel<EventView>? Watch()
    {
        lock (gate)
        {
            if (watchers.Count >= MostWatchers) return null;
            var channel = Channel.CreateBounded<EventView>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
            watchers.Add(channel);
            return channel;
        }
    }

    /// <summary>Stops watching.</summary>
    public void Leave(Channel<EventView> channel)
    {
        lock (gate) watchers.Remove(channel);
    }

    /// <summary>Passes events on as they are committed, and takes the receivers' rates once a second.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var sampling = time.CreateTimer(_ => sample(), null, TimeSpan.Zero, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        await foreach (var one in committed.ReadAllAsync(stop).ConfigureAwait(false)) Pass(Strip(one));
    }

    /// <summary>What may be shown of an event: what, where, when. Neither subject nor visit nor offer.</summary>
    internal static EventView Strip(CommittedEvent one) => one.Data switch
    {
        ArrivalData data => new(one.Seq, data.Type, data.Zone, one.Time, data.Test),
        ZoneData data => new(one.Seq, data.Type, data.Zone, one.Time, false),
        DwellData data => new(one.Seq, data.Type, data.Zone, one.Time, false),
        DepartureData data => new(one.Seq, data.Type, data.Zone, one.Time, false),
        HelpRequestedData data => new(one.Seq, data.Type, data.Zone, one.Time, false),
        DecisionData data => new(one.Seq, data.Type, data.Display ?? data.Place, one.Time, false),
        RenderedData data => new(one.Seq, data.Type, data.Display, one.Time, false),
        ProofOfPlayData data => new(one.Seq, data.Type, data.Display, one.Time, false),
        var data => new(one.Seq, data.Type, null, one.Time, false),
    };

    private void Pass(EventView view)
    {
        lock (gate)
        {
            // What waits in memory has no number yet, but the page tells events apart by one.
            if (view.Seq == 0) view = view with { Seq = --withoutNumber };
            newest.AddFirst(view);
            if (newest.Count > Kept) newest.RemoveLast();
            foreach (var watcher in watchers) watcher.Writer.TryWrite(view);
        }

        log?.LogDebug("Event {Seq}: {Type} {Place}", view.Seq, view.Type, view.Place);
    }
}

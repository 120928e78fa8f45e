using System.Threading.Channels;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Pages.Staff;

/// <summary>Tells open staff displays that there may be something new to see; what it is they ask for themselves, so nothing about anybody goes this way.</summary>
internal sealed class StaffFeed(ChannelReader<CommittedEvent> committed)
{
    /// <summary>A tablet in each corner of a large store.</summary>
    public const int MostWatchers = 32;

    private readonly Lock gate = new();
    private readonly List<Channel<long>> watchers = [];

    /// <summary>Starts watching; null where too many do already. <see cref="Leave"/> ends it.</summary>
    public Channel<long>? Watch()
    {
        lock (gate)
        {
            if (watchers.Count >= MostWatchers) return null;
            var channel = Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
            watchers.Add(channel);
            return channel;
        }
    }

    /// <summary>Stops watching.</summary>
    public void Leave(Channel<long> channel)
    {
        lock (gate) watchers.Remove(channel);
    }

    /// <summary>Tells of events as they are committed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var one in committed.ReadAllAsync(stop).ConfigureAwait(false)) Pass(one);
    }

    internal void Pass(CommittedEvent one)
    {
        if (one.Data is not (HelpRequestedData or HelpChangedData or ArrivalData or ZoneData or DepartureData or ConsentData or CustomerErasedData or ChoiceData { Choice: "stop" or "again" })) return;
        lock (gate)
            foreach (var watcher in watchers) watcher.Writer.TryWrite(one.Seq);
    }
}

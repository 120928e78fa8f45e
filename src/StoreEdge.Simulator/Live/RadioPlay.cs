using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Live;

/// <summary>Lets the rendered air happen at its own pace: every frame goes to its receiver when its moment has come, stamped with the real time.</summary>
internal sealed class RadioPlay(Scenario scenario, IReadOnlyList<Person> people, ulong seed, IReadOnlyList<ReceiverFeed?> feeds, TimeProvider time)
{
    /// <summary>Frames this close are sent at once: a timer is no finer.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    /// <summary>The furthest that the play has been behind: a machine too slow for the scenario makes latencies look long.</summary>
    public TimeSpan WorstLag { get; private set; }

    public async Task RunAsync(DateTimeOffset start, TimeSpan length, CancellationToken stop)
    {
        foreach (var heard in Air.Listen(scenario, people, seed, length.TotalSeconds))
        {
            var due = start.AddSeconds(heard.At);
            var ahead = due - time.GetUtcNow();
            if (ahead > Tick) await Task.Delay(ahead, time, stop).ConfigureAwait(false);
            else if (-ahead > WorstLag) WorstLag = -ahead;
            stop.ThrowIfCancellationRequested();
            feeds[heard.Receiver]?.Offer(time.GetUtcNow(), heard.Packet);
        }
    }
}

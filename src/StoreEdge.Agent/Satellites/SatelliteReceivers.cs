using System.Collections.Concurrent;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;

namespace StoreEdge.Agent.Satellites;

/// <summary>The receivers of satellites that the store's configuration has placed, by satellite and by the satellite's own name for them.</summary>
internal sealed class SatelliteReceivers(IEnumerable<string> paths, TimeProvider time)
{
    private readonly HashSet<string> configured = [.. paths];

    private readonly TimeProvider time = time;
    private readonly ConcurrentDictionary<(string Satellite, string Receiver), Receiver> placed = new();

    /// <summary>The source for <c>satellite:NAME/RECEIVER</c>.</summary>
    public IAdvertisementSource Source(string path) => path.Split('/') is [var satellite, var receiver]
        ? new Place(this, (satellite, receiver)) : throw new ArgumentException("NAME/RECEIVER is needed", nameof(path));

    /// <summary>Whether the configuration places it.</summary>
    public bool Places(string satellite, string receiver) => configured.Contains($"{satellite}/{receiver}");

    /// <summary>Which of ours that is; null where the store has not placed it.</summary>
    public Receiver? Find(string satellite, string receiver) => placed.GetValueOrDefault((satellite, receiver));

    /// <summary>Those of one satellite.</summary>
    public IEnumerable<(string Name, Receiver Receiver)> Of(string satellite) => placed.Where(p => p.Key.Satellite == satellite).Select(p => (p.Key.Receiver, p.Value));

    private sealed class Place(SatelliteReceivers all, (string Satellite, string Receiver) key) : IAdvertisementSource
    {
        public async Task RunAsync(Receiver receiver, CancellationToken stop)
        {
            receiver.Describe($"satellite {key.Satellite}");
            receiver.Close($"Satellite {key.Satellite} is not connected.", Instant.Now(all.time));
            all.placed[key] = receiver;
            await Task.Delay(Timeout.InfiniteTimeSpan, all.time, stop).ConfigureAwait(false);
        }
    }
}

using System.Globalization;
using StoreEdge.Core;

namespace StoreEdge.Simulator.Fleet;

/// <summary>The fleet at one second of its run.</summary>
/// <param name="At">Seconds since the start.</param>
/// <param name="Online">Stores with a connection.</param>
/// <param name="Backlog">Events numbered and not acknowledged by central.</param>
/// <param name="Acknowledged">Events acknowledged so far.</param>
/// <param name="Bytes">Resident memory of this process.</param>
internal readonly record struct FleetSample(int At, int Online, long Backlog, long Acknowledged, long Bytes);

/// <summary>Runs a fleet: starts the stores, takes their network away and gives it back, waits until central has acknowledged everything, and looks on.</summary>
internal sealed class FleetRun(FleetOptions options, TextWriter progress, TimeProvider time)
{
    /// <summary>Lines of progress in a run.</summary>
    private const int MostLines = 30;

    private readonly FleetNetwork network = new();

    public async Task<FleetReport> RunAsync(CancellationToken stop)
    {
        var (started, startedAt) = (Instant.Now(time), time.GetUtcNow());
        var meters = new FleetMeters(options.Length + options.DrainLimit);
        var stores = Enumerable.Range(0, options.Stores).Select(i => new FleetStore(options, i, network, meters, time, started, startedAt)).ToArray();
        var samples = new List<FleetSample>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = stores.Select(s => s.RunAsync(over.Token)).ToArray();
        try
        {
            await WatchAsync(stores, meters, started, samples, over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: what is known by now is reported.
        }

        await over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        foreach (var store in stores) await store.DisposeAsync().ConfigureAwait(false);
        return new(options, samples, meters, [.. stores.Select(s => s.Entry())]);
    }

    private async Task WatchAsync(IReadOnlyList<FleetStore> stores, FleetMeters meters, Instant started, List<FleetSample> samples, CancellationToken stop)
    {
        var everyLine = Math.Max(1, (int)(options.Length.TotalSeconds / MostLines));
        var before = 0;
        await progress.WriteLineAsync("  second    online  connections     backlog  acknowledged  memory").ConfigureAwait(false);
        for (var second = 0; ; second++)
        {
            await ReachAsync(TimeSpan.FromSeconds(second), stores, started, stop).ConfigureAwait(false);
            var looks = stores.Select(s => s.Look()).ToList();
            var sample = new FleetSample(second, stores.Count(s => s.IsOnline), looks.Sum(l => l.LastSeq - l.AcknowledgedSeq), meters.Acknowledged, Environment.WorkingSet);
            samples.Add(sample);
            var at = TimeSpan.FromSeconds(second);
            var isOver = at >= options.Length && ((sample.Backlog == 0 && sample.Online == options.Stores) || at >= options.Length + options.DrainLimit);
            if (second % everyLine == 0 || isOver)
            {
                var made = meters.Connections.Sum();
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"  {second,6}  {sample.Online,8}  {made - before,11}  {sample.Backlog,10}  {sample.Acknowledged,12}  {sample.Bytes >> 20,4} MB")).ConfigureAwait(false);
                before = made;
            }

            if (isOver) return;
        }
    }

    /// <summary>Waits until so long after the start; on the way the network goes and comes at its own moments.</summary>
    private async Task ReachAsync(TimeSpan moment, IReadOnlyList<FleetStore> stores, Instant started, CancellationToken stop)
    {
        while (true)
        {
            var at = Instant.Now(time) - started;
            var (from, to) = (options.OutageAfter, options.OutageAfter + options.Outage);
            var isAway = at >= from && at < to;
            if (isAway && !network.IsAway)
            {
                network.IsAway = true;
                foreach (var store in stores) store.Cut();
            }

            network.IsAway = isAway;
            if (at >= moment) return;
            var next = at < from && from < moment ? from : at < to && to < moment ? to : moment;
            // A timer may fire a little early; then this waits once more.
            await Task.Delay(next - at, time, stop).ConfigureAwait(false);
        }
    }
}

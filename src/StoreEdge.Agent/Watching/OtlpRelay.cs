using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using Point = System.Diagnostics.Metrics.Measurement<double>;

namespace StoreEdge.Agent.Watching;

/// <summary>
/// Sends the metrics to an OpenTelemetry collector once a minute. Nothing is kept for a collector that is away: the next minute's numbers say more than the last one's.
/// </summary>
/// <param name="collector">Where to.</param>
/// <param name="look">Takes the numbers, all of them at one moment.</param>
/// <param name="time">The clock.</param>
internal sealed class OtlpRelay(Collector collector, Func<IReadOnlyList<Metric>> look, TimeProvider time)
{
    /// <summary>What collectors expect by default.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(60);

    private Dictionary<string, IReadOnlyList<Sample>> looked = [];

    /// <summary>Sends until told to stop; the first time at once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var meter = new Meter(Collector.Scope);
        foreach (var metric in look()) Offer(meter, metric);
        // The beat is the store's own and not that of the library's periodic reader: it looks once for all numbers, on the agent's clock, and a fault in looking ends the agent and not a thread in silence.
        using var reader = new BaseExportingMetricReader(new Exporter(collector));
        using var provider = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(collector.Resource).AddMeter(Collector.Scope).AddReader(reader).Build();
        using var beat = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                looked = look().ToDictionary(m => m.Name, m => m.Samples);
                reader.Collect((int)Collector.Patience.TotalMilliseconds);
            }
            while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private void Offer(Meter meter, Metric metric)
    {
        IEnumerable<Point> Now() => looked.GetValueOrDefault(metric.Name, []).Select(s => s.Label.Length == 0 ? new Point(s.Value) : new(s.Value, new KeyValuePair<string, object?>(s.Label, s.Of)));
        if (metric.IsCounter) meter.CreateObservableCounter(metric.Name, Now, null, metric.Help);
        else meter.CreateObservableGauge(metric.Name, Now, null, metric.Help);
    }

    private sealed class Exporter(Collector collector) : OtlpMetricExporter(collector.Options(Collector.Metrics))
    {
        public override ExportResult Export(in Batch<OpenTelemetry.Metrics.Metric> metrics)
        {
            var batch = metrics;
            return collector.Send(Collector.Metrics, () => base.Export(batch));
        }
    }
}

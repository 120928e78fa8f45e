using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Watching;

/// <summary>A step of a visit, as far as it may be told to whoever watches the store: nothing of who it was, or of what they were shown.</summary>
/// <param name="Visit">Which steps belong together; it does not leave the process.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Seq">Its number in the journal.</param>
/// <param name="Zone">Where; null where the event does not say.</param>
/// <param name="Display">On which display; null where on none.</param>
/// <param name="At">When it happened.</param>
internal sealed record VisitStep(string Visit, string Type, long Seq, string? Zone, string? Display, Instant At);

/// <summary>
/// Tells a collector how long the steps of each visit took: a trace for each visit, under an id that is drawn and tells nothing, and in it a span for each step, from when it happened to when it
/// was on disk and handed on. Made from committed events, after the fact: nothing waits for it, and nothing is measured on the way of an event.
/// </summary>
/// <param name="collector">Where to.</param>
/// <param name="time">The clock.</param>
internal sealed class VisitTraces(Collector collector, TimeProvider time)
{
    /// <summary>Visits open at once, as many as a large store has; of one more, the oldest is told without its departure.</summary>
    public const int MostVisits = 1000;

    private readonly OrderedDictionary<string, Activity> open = [];

    /// <summary>Tells what comes until told to stop. Visits that had begun before are not told.</summary>
    public async Task RunAsync(IAsyncEnumerable<VisitStep> steps, CancellationToken stop)
    {
        using var source = new ActivitySource(Collector.Scope);
        // The library's own queue: 2,048 spans, sent every five seconds; what comes on top is dropped.
        using var provider = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(collector.Resource).SetSampler(new AlwaysOnSampler()).AddSource(Collector.Scope)
            .AddProcessor(new BatchActivityExportProcessor(new Exporter(collector))).Build();
        try
        {
            await foreach (var step in steps.WithCancellation(stop).ConfigureAwait(false)) Follow(source, step);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private void Follow(ActivitySource source, VisitStep step)
    {
        var heard = time.GetUtcNow();
        var began = heard - (Instant.Now(time) - step.At);
        if (step.Type == EventTypes.Arrival) Begin(source, step.Visit, began);
        if (!open.TryGetValue(step.Visit, out var visit)) return;
        using (var span = source.StartActivity(step.Type, ActivityKind.Internal, visit.Context, startTime: began))
        {
            span?.SetTag("event.type", step.Type).SetTag("event.seq", step.Seq).SetTag("zone", step.Zone).SetTag("display", step.Display).SetEndTime(heard.UtcDateTime);
        }

        if (step.Type == EventTypes.Departure) End(step.Visit, heard);
    }

    private void Begin(ActivitySource source, string visit, DateTimeOffset began)
    {
        End(visit, began);
        if (open.Count >= MostVisits) End(open.GetAt(0).Key, began);
        Activity.Current = null;
        if (source.StartActivity("visit", ActivityKind.Internal, default(ActivityContext), startTime: began) is { } root) open.Add(visit, root);
        // It is nobody's surroundings: what follows names its parent.
        Activity.Current = null;
    }

    private void End(string visit, DateTimeOffset at)
    {
        if (!open.Remove(visit, out var root)) return;
        root.SetEndTime(at.UtcDateTime);
        root.Dispose();
    }

    private sealed class Exporter(Collector collector) : OtlpTraceExporter(collector.Options(Collector.Traces))
    {
        public override ExportResult Export(in Batch<Activity> spans)
        {
            var batch = spans;
            return collector.Send(Collector.Traces, () => base.Export(batch));
        }
    }
}

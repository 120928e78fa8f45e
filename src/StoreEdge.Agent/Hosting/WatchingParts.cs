using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Agent.Watching;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Hosting;

/// <summary>The store's numbers, and how long visits' steps took, for whoever watches many stores: asked for, or sent. Where neither is wanted nothing is made, and nothing is measured.</summary>
internal static class WatchingParts
{
    /// <summary>Events that wait for their span; a burst of arrivals at the opening is far below.</summary>
    private const int MostWaiting = 1024;

    /// <summary>Serves and sends what the configuration wants.</summary>
    public static void Run(
        MetricsOptions options, string storeId, Checkup checkup, JournalStore journal, IEndpointRouteBuilder routes, TechnicianNetworks networks, Loops loops, HealthBoard health, TimeProvider time)
    {
        IReadOnlyList<Metric> Look() => StoreMetrics.Of(checkup.Examine(Tongue.English, []), ProcessUse.Now());
        if (options.Prometheus)
        {
            routes.MapGet("/metrics", networks.Guard(http =>
            {
                SelfContained.WriteHeaders(http.Response, PrometheusText.ContentType);
                return http.Response.WriteAsync(PrometheusText.Write(Look()), http.RequestAborted);
            }));
        }

        if (options.Otlp is { } collector) Send(new(collector, storeId, health, loops.Stopping), Look, journal.Subscribe("traces", MostWaiting), loops, time);
    }

    /// <summary>What may be told of an event; null where it is no step of a visit, or is not on disk.</summary>
    internal static VisitStep? StepOf(CommittedEvent one) => one is not { IsKept: true, Data.VisitId: { } visit } ? null : one.Data switch
    {
        ArrivalData data => new(visit, data.Type, one.Seq, data.Zone, null, one.At),
        DecisionData data => new(visit, data.Type, one.Seq, null, data.Display, one.At),
        RenderedData data => new(visit, data.Type, one.Seq, null, data.Display, one.At),
        DepartureData data => new(visit, data.Type, one.Seq, data.Zone, null, one.At),
        _ => null,
    };

    /// <summary>Apart, so that the libraries of this are not even loaded where nothing is sent.</summary>
    private static void Send(Collector collector, Func<IReadOnlyList<Metric>> look, ChannelReader<CommittedEvent> committed, Loops loops, TimeProvider time)
    {
        loops.Run("metrics", new OtlpRelay(collector, look, time).RunAsync);
        loops.Run("traces", stop => new VisitTraces(collector, time).RunAsync(committed.ReadAllAsync(stop).Select(StepOf).OfType<VisitStep>(), stop));
    }
}

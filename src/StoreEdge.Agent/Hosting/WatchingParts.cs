using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Agent.Watching;

namespace StoreEdge.Agent.Hosting;

/// <summary>The store's numbers for whoever watches many stores: asked for, or sent. Where neither is wanted nothing is made, and nothing is measured.</summary>
internal static class WatchingParts
{
    /// <summary>Serves and sends what the configuration wants.</summary>
    public static void Run(MetricsOptions options, string storeId, Checkup checkup, IEndpointRouteBuilder routes, TechnicianNetworks networks, Loops loops, HealthBoard health, TimeProvider time)
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

        if (options.Otlp is { } collector) loops.Run("metrics", new OtlpRelay(collector, storeId, Look, health, time).RunAsync);
    }
}

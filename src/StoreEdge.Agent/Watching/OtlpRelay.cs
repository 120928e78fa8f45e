using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Watching;

/// <summary>
/// Sends the metrics to an OpenTelemetry collector once a minute: OTLP over HTTP with JSON (opentelemetry-proto 1.x, <c>/v1/metrics</c>). Nothing is kept for a collector
/// that is away: the next minute's numbers say more than the last one's.
/// </summary>
/// <param name="collector">Its address, without <c>/v1/metrics</c>.</param>
/// <param name="storeId">Which store.</param>
/// <param name="look">Takes the numbers.</param>
/// <param name="health">Told when it is away.</param>
/// <param name="time">The clock.</param>
internal sealed class OtlpRelay(Uri collector, string storeId, Func<IReadOnlyList<Metric>> look, HealthBoard health, TimeProvider time)
{
    /// <summary>The code of the health board.</summary>
    public const string Away = "collector-away";

    /// <summary>What collectors expect by default.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>AGGREGATION_TEMPORALITY_CUMULATIVE.</summary>
    private const int Cumulative = 2;

    private readonly DateTimeOffset since = time.GetUtcNow();

    /// <summary>Sends until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var client = new HttpClient { Timeout = Patience };
        using var beat = new PeriodicTimer(Every, time);
        var address = new Uri(collector.ToString().TrimEnd('/') + "/v1/metrics");
        try
        {
            do
            {
                if (await SendAsync(client, address, stop).ConfigureAwait(false) is { } fault)
                    health.Raise(Away, Severity.Warning, $"The collector {collector.Host}:{collector.Port} does not take the metrics: {fault}", "Check metrics.otlp and whether the collector listens for OTLP over HTTP (4318 by custom).");
                else health.Clear(Away);
            }
            while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task<string?> SendAsync(HttpClient client, Uri address, CancellationToken stop)
    {
        using var body = new ByteArrayContent(Write(look())) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        try
        {
            using var answer = await client.PostAsync(address, body, stop).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)answer.StatusCode}");
        }
        catch (HttpRequestException fault)
        {
            return fault.Message;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"nothing within {Patience.TotalSeconds:0} s";
        }
    }

    /// <summary>ExportMetricsServiceRequest; numbers of 64 bits are texts in its JSON.</summary>
    internal byte[] Write(IReadOnlyList<Metric> metrics)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceMetrics");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            json.WriteStartArray("attributes");
            Attribute(json, "service.name", "storeedge");
            Attribute(json, "service.instance.id", storeId);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("scopeMetrics");
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", "storeedge");
            json.WriteEndObject();
            json.WriteStartArray("metrics");
            foreach (var metric in metrics.Where(m => m.Samples.Count > 0)) Write(json, metric);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private void Write(Utf8JsonWriter json, Metric metric)
    {
        json.WriteStartObject();
        json.WriteString("name", metric.Name);
        json.WriteString("description", metric.Help);
        json.WriteStartObject(metric.IsCounter ? "sum" : "gauge");
        if (metric.IsCounter)
        {
            json.WriteNumber("aggregationTemporality", Cumulative);
            json.WriteBoolean("isMonotonic", true);
        }

        json.WriteStartArray("dataPoints");
        foreach (var sample in metric.Samples)
        {
            json.WriteStartObject();
            json.WriteStartArray("attributes");
            if (sample.Label.Length > 0) Attribute(json, sample.Label, sample.Of);
            json.WriteEndArray();
            json.WriteString("startTimeUnixNano", Nanoseconds(since));
            json.WriteString("timeUnixNano", Nanoseconds(time.GetUtcNow()));
            json.WriteNumber("asDouble", sample.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Attribute(Utf8JsonWriter json, string key, string value)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteStartObject("value");
        json.WriteString("stringValue", value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Nanoseconds(DateTimeOffset at) => ((at - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);
}

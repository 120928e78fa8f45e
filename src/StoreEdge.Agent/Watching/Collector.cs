using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Watching;

/// <summary>
/// The OpenTelemetry collector that metrics and traces are sent to: OTLP over HTTP, in protobuf. It is told to the health board when it does not take one of them, with the reason, which the
/// library keeps to itself.
/// </summary>
/// <param name="address">Its address, without <c>/v1/…</c>.</param>
/// <param name="storeId">Which store.</param>
/// <param name="health">Told when it is away.</param>
/// <param name="stop">From then on nothing is sent and nothing is waited for: the last seconds are not worth a slow stop.</param>
/// <param name="network">Another way to it than the network; null: the network.</param>
internal sealed class Collector(Uri address, string storeId, HealthBoard health, CancellationToken stop, HttpMessageHandler? network = null)
{
    /// <summary>The code of the health board.</summary>
    public const string Away = "collector-away";

    /// <summary>Under which the store's own numbers and spans are known to the library, and to whom reads them.</summary>
    public const string Scope = "storeedge";

    /// <summary>The signal of numbers, as its path names it.</summary>
    public const string Metrics = "metrics";

    /// <summary>The signal of spans, as its path names it.</summary>
    public const string Traces = "traces";

    /// <summary>For one request; ten seconds is the standard's default.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<string, string> faults = [];

    /// <summary>Who sends: nothing of the machine but which store it is, so neither host nor environment.</summary>
    public ResourceBuilder Resource => ResourceBuilder.CreateEmpty().AddService("storeedge", autoGenerateServiceInstanceId: false, serviceInstanceId: storeId);

    /// <summary>How one signal is sent.</summary>
    public OtlpExporterOptions Options(string signal) => new()
    {
        Endpoint = new(address.ToString().TrimEnd('/') + "/v1/" + signal),
        Protocol = OtlpExportProtocol.HttpProtobuf,
        TimeoutMilliseconds = (int)Patience.TotalMilliseconds,
        HttpClientFactory = () => Client(signal),
    };

    /// <summary>Sends, unless the agent is about to end, and tells the health board how that went.</summary>
    public ExportResult Send(string signal, Func<ExportResult> send)
    {
        if (stop.IsCancellationRequested) return ExportResult.Failure;
        var result = send();
        if (stop.IsCancellationRequested) return result;
        lock (gate)
        {
            if (result == ExportResult.Success) faults.Remove(signal);
            else faults.TryAdd(signal, "it could not be sent");
            if (faults.Count == 0) health.Clear(Away);
            else
            {
                var (what, why) = faults.First();
                health.Raise(
                    Away, Severity.Warning, $"The collector {address.Host}:{address.Port} does not take the {what}: {why}",
                    "Check metrics.otlp and whether the collector listens for OTLP over HTTP (4318 by custom).");
            }
        }

        return result;
    }

    private HttpClient Client(string signal)
    {
        // The exporter keeps its client for as long as the agent runs.
        var client = new HttpClient(new Answers(network ?? new SocketsHttpHandler(), fault => Note(signal, fault))) { Timeout = Patience };
        stop.Register(client.CancelPendingRequests);
        return client;
    }

    private void Note(string signal, string fault)
    {
        lock (gate) faults[signal] = fault;
    }

    /// <summary>Reads from each answer why it is none: the exporter says only that it is.</summary>
    private sealed class Answers(HttpMessageHandler inner, Action<string> note) : DelegatingHandler(inner)
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Read(base.Send(request, cancellationToken));
            }
            catch (HttpRequestException fault)
            {
                note(fault.Message);
                throw;
            }
            catch (OperationCanceledException)
            {
                note($"nothing within {Patience.TotalSeconds:0} s");
                throw;
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Read(await base.SendAsync(request, cancellationToken).ConfigureAwait(false));
            }
            catch (HttpRequestException fault)
            {
                note(fault.Message);
                throw;
            }
            catch (OperationCanceledException)
            {
                note($"nothing within {Patience.TotalSeconds:0} s");
                throw;
            }
        }

        private HttpResponseMessage Read(HttpResponseMessage answer)
        {
            if (!answer.IsSuccessStatusCode) note(string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)answer.StatusCode}"));
            return answer;
        }
    }
}

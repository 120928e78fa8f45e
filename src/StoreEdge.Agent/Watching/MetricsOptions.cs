namespace StoreEdge.Agent.Watching;

/// <summary>How the store is watched from outside, beside MQTT; nothing of it runs unless it is named.</summary>
/// <param name="Prometheus">Whether <c>/metrics</c> is served, to whom the technician's page is.</param>
/// <param name="Otlp">The collector that the same numbers are sent to, and visits' steps as traces; null: none.</param>
internal sealed record MetricsOptions(bool Prometheus, Uri? Otlp);

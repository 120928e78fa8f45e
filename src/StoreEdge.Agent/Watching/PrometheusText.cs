using System.Globalization;
using System.Text;

namespace StoreEdge.Agent.Watching;

/// <summary>Metrics as Prometheus reads them: text exposition format 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>What the answer says that it is.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The text.</summary>
    public static string Write(IReadOnlyList<Metric> metrics)
    {
        var text = new StringBuilder();
        foreach (var metric in metrics)
        {
            text.Append("# HELP ").Append(metric.Name).Append(' ').Append(metric.Help).Append('\n').Append("# TYPE ").Append(metric.Name).Append(metric.IsCounter ? " counter\n" : " gauge\n");
            foreach (var sample in metric.Samples)
            {
                text.Append(metric.Name);
                if (sample.Label.Length > 0) text.Append('{').Append(sample.Label).Append("=\"").Append(Escape(sample.Of)).Append("\"}");
                text.Append(' ').Append(sample.Value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

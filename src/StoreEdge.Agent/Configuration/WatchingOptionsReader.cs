using StoreEdge.Agent.Timekeeping;
using StoreEdge.Agent.Watching;

namespace StoreEdge.Agent.Configuration;

/// <summary>What <see cref="AgentOptionsReader"/> reads about watching the store from outside: its metrics, and what its clock is compared with.</summary>
internal static class WatchingOptionsReader
{
    /// <summary>The metrics.</summary>
    public static MetricsOptions Metrics(ConfigurationSection section)
    {
        var prometheus = section.Flag("prometheus", false);
        var text = section.Text("otlp");
        Uri? otlp = null;
        if (text is not null && (!Uri.TryCreate(text, UriKind.Absolute, out otlp) || otlp.Scheme is not ("http" or "https") || otlp.UserInfo.Length > 0 || otlp.Query.Length > 0))
            section.Fail("otlp", "the http or https address of a collector, such as http://collector.example:4318");
        section.Close();
        return new(prometheus, otlp);
    }

    /// <summary>The time servers; null where none is named.</summary>
    public static IReadOnlyList<TimeServer>? TimeServers(ConfigurationSection section)
    {
        var servers = section.Texts<TimeServer>("servers", [], Timekeeping.TimeServers.Parse, "a time server, such as 192.168.0.1 or time.example:123");
        section.Close();
        return servers.Count == 0 ? null : servers;
    }
}

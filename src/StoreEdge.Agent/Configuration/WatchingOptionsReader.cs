using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Agent.Configuration;

/// <summary>What <see cref="AgentOptionsReader"/> reads about watching the store from outside: what its clock is compared with.</summary>
internal static class WatchingOptionsReader
{
    /// <summary>The time servers; null where none is named.</summary>
    public static IReadOnlyList<TimeServer>? TimeServers(ConfigurationSection section)
    {
        var servers = section.Texts<TimeServer>("servers", [], Timekeeping.TimeServers.Parse, "a time server, such as 192.168.0.1 or time.example:123");
        section.Close();
        return servers.Count == 0 ? null : servers;
    }
}

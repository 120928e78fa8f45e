using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Tests.Configuration;

public sealed class WatchingOptionsTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-watching-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Time_servers_are_names_or_addresses_with_or_without_a_port()
    {
        Assert.Equal([new TimeServer("192.168.0.1"), new TimeServer("time.example", 1123)], Read("""{ "clock": { "servers": ["192.168.0.1", "time.example:1123"] } }""").TimeServers);
        Assert.Null(Read("{ }").TimeServers);
        var errors = Assert.Throws<ConfigurationException>(() => Read("""{ "clock": { "servers": ["time.example:0", "not a name"] } }""")).Errors;
        Assert.Equal(["clock.servers[0]", "clock.servers[1]"], errors.Select(e => e.Key));
        Assert.All(errors, e => Assert.Contains("a time server, such as", e.Allowed, StringComparison.Ordinal));
    }

    [Fact]
    public void Metrics_are_off_unless_they_are_named_and_a_collector_is_an_address()
    {
        Assert.Equal(new(false, null), Read("{ }").Metrics);
        Assert.Equal(new(true, new("http://collector.example:4318")), Read("""{ "metrics": { "prometheus": true, "otlp": "http://collector.example:4318" } }""").Metrics);
        var errors = Assert.Throws<ConfigurationException>(() => Read("""{ "metrics": { "prometheus": "yes", "otlp": "collector:4318" } }""")).Errors;
        Assert.Equal(["metrics.prometheus", "metrics.otlp"], errors.Select(e => e.Key));
    }

    private AgentOptions Read(string json)
    {
        var file = Path.Combine(directory, "storeedge.json");
        File.WriteAllText(file, json);
        File.WriteAllText(Path.Combine(directory, "key"), "1:" + new string('7', 64));
        return AgentOptionsReader.Read(ConfigurationLayers.Read(file, new Dictionary<string, string>(), ["store.id=s-1", "enrolment.pseudonymKeyFile=" + Path.Combine(directory, "key")]));
    }
}

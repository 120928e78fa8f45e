using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Store;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Fleet;

/// <summary>
/// The whole path on two ejabberd nodes: stores on both, two journey services that share the stores by a hash (ejabberd has no shared subscriptions) and one table, a real
/// agent beside the simulated stores; and one node dies without warning while everybody publishes.
/// </summary>
public sealed partial class EjabberdClusterTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>With another number the same run gives the figures of the documentation: <c>STOREEDGE_FLEET_STORES=300</c>.</summary>
    private static readonly int Stores = int.Parse(Environment.GetEnvironmentVariable("STOREEDGE_FLEET_STORES") ?? "40", CultureInfo.InvariantCulture);

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-cluster-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [SlowFact]
    public async Task A_node_that_is_killed_while_stores_publish_costs_no_event_and_doubles_none()
    {
        Assert.True(EjabberdNode.IsInstalled, "apt-get install --no-install-recommends ejabberd");
        var (port, clusterPort) = (Checkout.FreePort(), Checkout.FreePort());
        await using var one = new EjabberdNode(Path.Combine(directory, "one"), "127.0.7.1", port, clusterPort, null);
        await using var two = new EjabberdNode(Path.Combine(directory, "two"), "127.0.7.2", port, clusterPort, one.Address);
        await one.StartAsync();
        await two.StartAsync();
        await BecomeOneAsync(one, two);

        var password = Path.Combine(directory, "password");
        await File.WriteAllTextAsync(password, "any\n");
        var central = Path.Combine(directory, "central.db");
        await using var first = new JourneyProcess(directory, "first", central);
        await using var second = new JourneyProcess(directory, "second", central);
        first.Start(one.Endpoint, "--user", "journey-1", "--password-file", password, "--partition", "1/2");
        second.Start(two.Endpoint, "--user", "journey-2", "--password-file", password, "--partition", "2/2");
        await using var agent = new AgentProcess(port, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            var mqtt = configuration["mqtt"]!.AsObject();
            (mqtt["host"], mqtt["username"], mqtt["passwordFile"], mqtt["retryMost"]) = (two.Address, "agent", password, "5s");
            mqtt["fallbacks"] = new JsonArray(new JsonObject { ["host"] = one.Address, ["port"] = port });
        });
        await agent.StartAsync();
        var storeId = (string)JsonNode.Parse(await File.ReadAllTextAsync(agent.ConfigurationFile))!["store"]!["id"]!;

        await using var fleet = new FleetProcess(directory);
        fleet.Start(
            "--stores", $"{Stores}", "--mqtt", one.Endpoint, two.Endpoint, "--user", "{store}", "--password-file", password, "--speed", "30", "--length", "60s", "--drain", "5min",
            "--database", central);
        await Eventually.True(() => fleet.Progress() is { Acknowledged: > 100 } now && now.Online == Stores, "every store", TimeSpan.FromMinutes(2));
        await using var visitor = await Visitor.ComesInAsync(agent);
        await agent.KeptAsync("arrival");
        await two.KillAsync();
        var atKill = fleet.Progress().Acknowledged;
        // Half of the stores lived on that node, and one of the journey services: what the other node takes for it waits there, or is lost with it.
        await Eventually.True(() => fleet.Progress() is var now && now.Online == Stores && now.Acknowledged > atKill, "every store on the node that is left", TimeSpan.FromMinutes(2));
        await Eventually.Get(agent.StatusAsync, now => now.ToJsonString().Contains("broker-on-fallback", StringComparison.Ordinal), "the agent on the node that is left", TimeSpan.FromMinutes(2));
        await two.StartAsync();

        var report = await fleet.ReportAsync(TimeSpan.FromMinutes(8));
        await Eventually.True(() => Held(central, storeId) is > 0 and var held && held == agent.Kept().Count, "the agent's journal at central", TimeSpan.FromMinutes(2));
        var said = await first.StopAsync() + await second.StopAsync();
        output.WriteLine(fleet.ReadLog());
        var table = report.GetProperty("table");
        Assert.True(table.GetProperty("equal").GetBoolean());
        Assert.Equal(report.GetProperty("events_numbered").GetInt64(), table.GetProperty("held").GetInt64());
        Assert.DoesNotMatch(@"[1-9]\d* conflicts", said);
        var again = report.GetProperty("events_taken_by_a_broker_and_sent_again").GetInt64();
        var duplicates = Duplicates().Matches(said).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        output.WriteLine($"Sendings of events that a broker had taken before: {again}; what came to central twice: {duplicates}; so at least {Math.Max(0, again - duplicates)} PUBACKed sendings were lost by the broker, and came again.");
    }

    /// <summary>What is published on one node arrives on the other.</summary>
    private static async Task BecomeOneAsync(EjabberdNode one, EjabberdNode two)
    {
        var heard = 0;
        await using var listener = new MosquittoClient(Login("listener", one), _ => Interlocked.Increment(ref heard), TimeProvider.System);
        await listener.ConnectAsync(CancellationToken.None);
        await listener.SubscribeAsync("cluster/test", MqttQos.AtLeastOnce);
        await Eventually.Get(
            async () =>
            {
                // A node that is just joining drops its connections.
                await using var speaker = new MosquittoClient(Login("speaker", two), _ => { }, TimeProvider.System);
                try
                {
                    await speaker.ConnectAsync(CancellationToken.None);
                    await speaker.PublishAsync(new("cluster/test", new byte[1]));
                }
                catch (MqttFailureException)
                {
                    // Not yet.
                }

                return Volatile.Read(ref heard);
            },
            count => count > 0, "a message from node to node", TimeSpan.FromMinutes(1));
    }

    private static MosquittoOptions Login(string name, EjabberdNode node) => new(name, node.Address, node.Port) { Username = name, Password = "any" };

    private static long Held(string database, string storeId)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=false");
        connection.Open();
        using var count = connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM event WHERE store = $store";
        count.Parameters.AddWithValue("$store", storeId);
        return (long)count.ExecuteScalar()!;
    }

    [GeneratedRegex(@"(\d+) duplicates")]
    private static partial Regex Duplicates();
}

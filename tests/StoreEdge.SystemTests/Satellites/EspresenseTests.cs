using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Satellites;

/// <summary>An ESPresense node, played at the wire of a real broker.</summary>
public sealed class EspresenseTests
{
    private const string Id = "iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-7-42";

    [Fact]
    public async Task Who_a_node_hears_arrives_and_a_node_that_goes_off_is_blind()
    {
        await using var broker = await Broker.StartedAsync();
        await using var node = new MosquittoClient(new("node", Broker.Host, broker.Port), _ => { }, TimeProvider.System);
        await node.ConnectAsync(CancellationToken.None);
        // Left behind by a bridge that retains everything: it must not bring anybody in.
        await SayAsync(node, $"espresense/devices/{Id}/hall", Payload, retain: true);
        await using var agent = new AgentProcess(null, c =>
        {
            AgentProcess.EnrolFromFile(c);
            c["espresense"] = new JsonObject { ["host"] = Broker.Host, ["port"] = broker.Port, ["retryFirst"] = "200ms", ["retryMost"] = "1s" };
            c["receivers"] = new JsonArray(new JsonObject { ["id"] = "back", ["zone"] = "entrance", ["source"] = "espresense:hall" });
        });
        await agent.StartAsync();
        await SayAsync(node, "espresense/rooms/hall/status", "online", retain: true);
        await ReceiverAsync(agent, r => (bool)r["connected"]!);
        Assert.Equal(0, (long)(await ReceiverAsync(agent, _ => true))["frames"]!);

        await SayAsync(node, $"espresense/devices/{Id}/hall", "{ half");
        await ReceiverAsync(agent, r => (long)r["malformed"]! == 1);
        // A node that was told to report every 200 ms.
        using (var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(200)))
            for (var packet = 0; packet < 5 && await beat.WaitForNextTickAsync(); packet++) await SayAsync(node, $"espresense/devices/{Id}/hall", Payload);
        await Eventually.Get(async () => (await agent.StatusAsync())["presentNow"]!.GetValue<int>(), n => n == 1, "the arrival");
        await SayAsync(node, "espresense/rooms/hall/status", "offline", retain: true);
        await ReceiverAsync(agent, r => !(bool)r["connected"]! && ((string)r["fault"]!).Contains("off or away", StringComparison.Ordinal));

        // Its broker goes: blind for another reason; and comes back.
        await SayAsync(node, "espresense/rooms/hall/status", "online", retain: true);
        await ReceiverAsync(agent, r => (bool)r["connected"]!);
        await broker.KillAsync();
        await ReceiverAsync(agent, r => !(bool)r["connected"]!);
        await Eventually.Get(async () => (await agent.StatusAsync())["checks"]!.ToJsonString(), c => c.Contains("broker-connection-refused:espresense", StringComparison.Ordinal), "the warning");
        Assert.Equal(1, (await agent.StatusAsync())["presentNow"]!.GetValue<int>());
        Assert.DoesNotContain("f7826da6", agent.Log, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("665544332211", agent.Log, StringComparison.Ordinal);
    }

    private const string Payload = $$"""{"mac":"665544332211","id":"{{Id}}","rssi@1m":-59,"rssi":-55.00,"rxAdj":0,"distance":0.80,"int":100}""";

    private static async Task SayAsync(MosquittoClient node, string topic, string payload, bool retain = false) =>
        Assert.True((await node.PublishAsync(new(topic, Encoding.UTF8.GetBytes(payload)) { Qos = MqttQos.AtLeastOnce, Retain = retain })).IsAccepted);

    private static async Task<JsonNode> ReceiverAsync(AgentProcess agent, Func<JsonNode, bool> enough) =>
        await Eventually.Get(async () => (await agent.StatusAsync())["receivers"]![0]!, enough, "the receiver");
}

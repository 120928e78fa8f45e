using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Downward;

/// <summary>A customer's wish to be forgotten, as central passes it on to the running agent.</summary>
public sealed class ErasureTests
{
    [Fact]
    public async Task Once_the_answer_says_done_the_customer_is_nowhere_on_the_disk_and_acknowledgements_go_on()
    {
        var topics = new Topics("demo");
        var heard = new ConcurrentQueue<(string Topic, JsonNode Message)>();
        await using var broker = await Broker.StartedAsync();
        await using var central = new MosquittoClient(new("central", Broker.Host, broker.Port), m => heard.Enqueue((m.Topic, JsonNode.Parse(m.Payload.Span)!)), TimeProvider.System);
        await central.ConnectAsync(CancellationToken.None);
        await central.SubscribeAsync(topics.Event(EventTypes.Arrival), MqttQos.AtLeastOnce);
        await central.SubscribeAsync(Topics.EveryStoresResponses, MqttQos.AtLeastOnce);
        await using var agent = new AgentProcess(broker.Port, configuration =>
        {
            configuration["store"]!["id"] = "demo";
            AgentProcess.EnrolFromFile(configuration);
        });
        await using var simulation = new Simulation(agent, broker.Port);
        await agent.StartAsync();
        simulation.Journey();

        string subject, visit;
        await using (await Visitor.ComesInAsync(agent))
        {
            await Eventually.True(() => heard.Any(m => m.Topic == topics.Event(EventTypes.Arrival)), "an arrival");
            var arrival = heard.First(m => m.Topic == topics.Event(EventTypes.Arrival)).Message["data"]!;
            (subject, visit) = ((string)arrival["subject"]!, (string)arrival["visitId"]!);
            // The running agent's lock lets nobody read it; afterwards every file is searched.
            await Eventually.Get(() => Task.FromResult(FilesWith(agent, subject, "*.db*")), files => files.Count > 0, "the customer on the disk");
            Assert.True((await central.PublishAsync(new(topics.Command("erase"), Encoding.UTF8.GetBytes($$"""{"id":"erase-1","subjects":["{{subject}}"]}""")))).IsAccepted);
            await Eventually.True(() => heard.Any(m => m.Topic == topics.Response("erase")), "an answer");
            // At once and without warning: a tidy end must not be what takes it off the disk.
            await agent.KillAsync();
        }

        var answer = heard.Single(m => m.Topic == topics.Response("erase")).Message;
        Assert.Equal(("erase-1", "done"), ((string)answer["id"]!, (string)answer["result"]!));
        Assert.True((long)answer["data"]!["events"]! > 0, answer.ToJsonString());
        Assert.Equal([], FilesWith(agent, subject));
        Assert.Equal([], FilesWith(agent, visit));

        await agent.StartAsync();
        await Eventually.Get(async () => (await agent.StatusAsync())["outbox"]!["pending"]!.GetValue<long>(), pending => pending == 0, "an acknowledgement past what was erased");
        Assert.Contains(simulation.Held(), held => held.Envelope.Contains("storeedge.gap.v1", StringComparison.Ordinal) && held.Envelope.Contains(GapData.Erased, StringComparison.Ordinal));
    }

    private static List<string> FilesWith(AgentProcess agent, string text, string pattern = "*") =>
    [
        .. Directory.EnumerateFiles(agent.State, pattern, SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".sock", StringComparison.Ordinal) && File.ReadAllBytes(f).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0),
    ];
}

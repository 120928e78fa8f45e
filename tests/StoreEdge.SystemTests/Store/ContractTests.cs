using System.Collections.Concurrent;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Tests.Contracts;

namespace StoreEdge.SystemTests.Store;

/// <summary>Whatever a store and its central say to each other is what the contract promised.</summary>
[Collection(BrowserTests.Name)]
public sealed class ContractTests(Browser browser)
{
    [Fact]
    public async Task Every_message_of_a_busy_store_fits_the_schema_of_its_topic()
    {
        var heard = new ConcurrentQueue<(string Topic, byte[] Payload)>();
        await using var broker = await Broker.StartedAsync();
        await using var listener = new MosquittoClient(new("listener", Broker.Host, broker.Port), m => heard.Enqueue((m.Topic, m.Payload.ToArray())), TimeProvider.System);
        await listener.ConnectAsync(CancellationToken.None);
        await listener.SubscribeAsync($"{Topics.Root}/#", MqttQos.AtLeastOnce);
        // A short silence, so that a short run has departures too, also of those whose receivers go with the run.
        await using var agent = new AgentProcess(broker.Port, c => c["presence"] = new System.Text.Json.Nodes.JsonObject { ["silenceMinimum"] = "1s", ["silenceUnlearned"] = "3s", ["blindHold"] = "0s", ["dwellMarks"] = new System.Text.Json.Nodes.JsonArray("5s") });
        await using var simulation = new Simulation(agent, broker.Port);
        await agent.StartAsync();
        await (await browser.OpenAsync(640, 360)).GotoAsync(new Uri(agent.Url, "/display/entrance").ToString());
        await simulation.ResultOf(simulation.Run("default", seconds: 20), TimeSpan.FromSeconds(90));
        // With the run every tag falls silent, so whoever is still inside leaves now.
        await Eventually.True(() => heard.Any(m => m.Topic.EndsWith("/evt/departure", StringComparison.Ordinal)), "a departure");
        await agent.StopAsync();
        await Eventually.True(() => heard.LastOrDefault(m => m.Topic.EndsWith("/state/status", StringComparison.Ordinal)).Payload is { } p && p.AsSpan().IndexOf("offline"u8) > 0, "the goodbye");

        var wrong = heard.SelectMany(m => ContractSchemas.ValidateOnTopic(m.Topic, m.Payload).Select(e => $"{m.Topic}: {e}")).Distinct().Take(20).ToList();
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        var kinds = heard.Select(m => Topics.TryParse(m.Topic, out var t) ? t.Kind is "evt" or "state" ? $"{t.Kind}/{t.Name}" : t.Kind : m.Topic).ToHashSet();
        string[] expected =
        [
            "ack", "context", "desired", "evt/arrival", "evt/consent", "evt/decision", "evt/departure", "evt/dwell", "evt/proof-of-play", "evt/rendered",
            "state/clock", "state/health", "state/outbox", "state/status", "state/version",
        ];
        Assert.Empty(expected.Except(kinds));
    }
}

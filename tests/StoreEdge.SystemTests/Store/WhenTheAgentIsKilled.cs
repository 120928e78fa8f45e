using System.Text.Json.Nodes;

namespace StoreEdge.SystemTests.Store;

/// <summary>Power is cut, processes die, brokers restart. Whatever was committed arrives, once, in order.</summary>
public sealed class WhenTheAgentIsKilled
{
    [Fact]
    public async Task Twenty_kills_and_restarted_brokers_later_central_holds_exactly_what_the_journal_holds()
    {
        await using var broker = await Broker.StartedAsync(persistence: true);
        await using var agent = new AgentProcess(broker.Port, AgentProcess.DrainAtOnce);
        await using var simulation = new Simulation(agent, broker.Port);
        await agent.StartAsync();
        var run = simulation.Run("kill-test", seconds: 100, seed: 7, drain: 60);
        await Eventually.True(() => simulation.Held().Count > 5, "the first events at central");

        var chance = new Random(20);
        for (var kill = 1; kill <= 20; kill++)
        {
            // A random moment under load, not a settled state: that is what a plug does.
            using (var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(chance.Next(200, 1500)))) await moment.WaitForNextTickAsync();
            await agent.KillAsync();
            if (kill % 7 == 0) await broker.KillAsync();
            else if (kill % 5 == 0) await broker.StopAsync();
            await agent.StartAsync();
            await broker.StartAsync();
        }

        await simulation.ResultOf(run, TimeSpan.FromMinutes(4));
        var journey = simulation.Journey();
        var (code, exported, error) = await AgentProcess.CommandAsync(null, "journal", "export", "--directory", agent.State, "--store", "demo-store");
        Assert.True(code == 0, error);
        var last = exported.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        Assert.True(last > 100, $"only {last} events: that was no load");
        await Eventually.Get(
            async () => (await agent.StatusAsync())["outbox"]!["pending"]!.GetValue<long>(), pending => pending == 0, "an empty outbox", TimeSpan.FromSeconds(60));
        await agent.StopAsync();
        Assert.False(journey.HasExited, "the journey service ended by itself");

        (_, exported, _) = await AgentProcess.CommandAsync(null, "journal", "export", "--directory", agent.State, "--store", "demo-store");
        var kept = exported.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).Select(e => ((string)e["epoch"]!, long.Parse((string)e["sequence"]!, System.Globalization.CultureInfo.InvariantCulture), Canonical(e))).ToList();
        // What was committed in the last moment before the end is told by the next start.
        await agent.StartAsync();
        await Eventually.True(() => simulation.Held().Count >= kept.Count, "the last events at central");
        await agent.StopAsync();
        var held = simulation.Held().Take(kept.Count).Select(h => (h.Epoch, h.Seq, Canonical(JsonNode.Parse(h.Envelope)!))).ToList();
        Assert.Equal(kept, held);
        Assert.Equal(Enumerable.Range(1, kept.Count).Select(n => (long)n), kept.Select(k => k.Item2));

        var (verified, verdict, _) = await AgentProcess.CommandAsync(null, "journal", "verify", "--directory", agent.State);
        Assert.True(verified == 0, verdict);
    }

    /// <summary>The same members in the same order make the same text.</summary>
    private static string Canonical(JsonNode envelope) => envelope.ToJsonString();
}

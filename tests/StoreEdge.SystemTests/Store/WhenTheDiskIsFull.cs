using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.SystemTests.Store;

/// <summary>Somebody else's file takes all the room that there is, while central is away.</summary>
public sealed class WhenTheDiskIsFull
{
    private const int Visits = 500;

    [RootFact]
    public async Task Arrivals_reach_the_display_and_survive_while_dwells_go_and_central_learns_which()
    {
        await using var broker = new Broker();
        await using var agent = new AgentProcess(broker.Port, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            AgentProcess.DrainAtOnce(configuration);
        });
        using var disk = new SmallDisk(agent.State, megabytes: 32);
        await using var simulation = new Simulation(agent, broker.Port);
        await BacklogAsync(agent.State);
        await agent.StartAsync();
        disk.Fill();

        await using (await Visitor.ComesInAsync(agent))
        {
            await ShowingAsync(agent);
            await agent.KeptAsync("arrival", Visits + 1);
            await WarnsAsync(agent, "journal-full", yes: true);
            // Whatever else happens now must go on in the room that was made.
            for (var i = 0; i < 3; i++) disk.Fill();
        }

        Assert.NotEmpty(agent.Kept("gap"));
        Assert.True(agent.Kept("dwell").Count < 3 * Visits, "no dwell had to go");

        disk.Empty();
        await WarnsAsync(agent, "journal-full", yes: false);
        await broker.StartAsync();
        simulation.Journey();
        await Eventually.Get(
            async () => (await agent.StatusAsync())["outbox"]!["pending"]!.GetValue<long>(), pending => pending == 0, "an empty outbox", TimeSpan.FromSeconds(120));
        var held = simulation.Held();
        var events = held.Select(h => JsonNode.Parse(h.Envelope)!).ToList();
        var lost = events.Where(e => (string?)e["type"] == "storeedge.gap.v1").SelectMany(e => e["data"]!["ranges"]!.AsArray())
            .SelectMany(r => Numbers((long)r!["from"]!, (long)r["to"]!)).ToList();
        Assert.Equal(Numbers(1, held.Max(h => h.Seq)), held.Select(h => h.Seq).Concat(lost).Order());
        Assert.True(events.Count(e => (string?)e["type"] == "storeedge.arrival.v1") > Visits, "an arrival was lost");
    }

    [RootFact]
    public async Task Where_nothing_is_left_to_give_up_events_wait_in_memory_displays_go_on_and_it_is_all_written_later()
    {
        await using var agent = new AgentProcess(null, AgentProcess.EnrolFromFile);
        using var disk = new SmallDisk(agent.State, megabytes: 32);
        await agent.StartAsync();
        disk.Fill();
        await WarnsAsync(agent, "journal-full", yes: true);
        await using (await Visitor.ComesInAsync(agent))
        {
            await ShowingAsync(agent);
            await WarnsAsync(agent, "journal-write", yes: true);
            Assert.Empty(agent.Kept("arrival"));
        }

        disk.Empty();
        await agent.KeptAsync("arrival");
        await agent.KeptAsync("decision");
        await WarnsAsync(agent, "journal-write", yes: false);
    }

    /// <summary>Some weeks without central: visits with three dwells each.</summary>
    private static async Task BacklogAsync(string directory)
    {
        var time = TimeProvider.System;
        await using var store = JournalStore.Open(directory, new(), [], time, new HealthBoard(time, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance);
        for (var i = 0; i < Visits; i++)
        {
            var visit = $"0193b3a2-7c1e-7000-8000-{i:x12}";
            IEventData[] events =
            [
                new ArrivalData(visit, "k1-0123456789abcdefghjkmnpqrs", "entrance", "door-in", "low", "beacon", "involuntary"),
                .. Enumerable.Range(1, 3).Select(n => new DwellData(visit, "k1-0123456789abcdefghjkmnpqrs", "entrance", 60 * n, "involuntary", "low")),
            ];
            await Task.WhenAll(events.Select(e => store.AppendAsync(e, Instant.Now(time), CancellationToken.None).AsTask()));
        }
    }

    private static Task<string?> ShowingAsync(AgentProcess agent) => Eventually.Get(
        async () => (await agent.StatusAsync())["displays"]!.AsArray().Single(d => (string?)d!["id"] == "entrance")!["showing"]?.GetValue<string>(),
        showing => showing is not null, "a showing on the entrance display");

    private static Task<string> WarnsAsync(AgentProcess agent, string code, bool yes) => Eventually.Get(
        async () => string.Join(' ', (await agent.StatusAsync())["checks"]!.AsArray().Select(c => (string?)c!["code"])),
        codes => codes.Split(' ').Contains(code) == yes, yes ? $"the warning {code}" : $"no {code} any more", TimeSpan.FromSeconds(90));

    private static IEnumerable<long> Numbers(long first, long last)
    {
        for (var n = first; n <= last; n++) yield return n;
    }
}

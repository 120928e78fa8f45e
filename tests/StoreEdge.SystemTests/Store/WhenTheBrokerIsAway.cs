namespace StoreEdge.SystemTests.Store;

[Collection(BrowserTests.Name)]
public sealed class WhenTheBrokerIsAway(Browser browser)
{
    [Fact]
    public async Task Arrivals_reach_the_display_and_central_hears_all_of_them_in_order_later()
    {
        await using var broker = new Broker();
        await using var agent = new AgentProcess(broker.Port, AgentProcess.EnrolFromFile);
        await using var simulation = new Simulation(agent, broker.Port);
        await agent.StartAsync();
        var page = await browser.OpenAsync(1280, 720);
        await page.GotoAsync(new Uri(agent.Url, "/display/entrance").ToString());

        await using var visitor = await Visitor.ComesInAsync(agent);
        await Eventually.Get(
            async () => (await agent.StatusAsync())["displays"]!.AsArray().Single(d => (string?)d!["id"] == "entrance")!["showing"]?.GetValue<string>(),
            showing => showing is not null, "a showing on the entrance display");
        // On a busy machine the page draws long after it was sent something.
        await agent.KeptAsync("rendered");
        var status = await agent.StatusAsync();
        Assert.False(status["link"]!["connected"]!.GetValue<bool>());
        Assert.Contains("broker", (string)status["checks"]!.AsArray().First(c => (string?)c!["code"] == "link")!["evidence"]!, StringComparison.OrdinalIgnoreCase);

        await broker.StartAsync();
        simulation.Journey();
        await Eventually.Get(
            async () => (await agent.StatusAsync())["outbox"]!["pending"]!.GetValue<long>(), pending => pending == 0, "an empty outbox", TimeSpan.FromSeconds(60));
        var held = simulation.Held();
        Assert.True(held.Count >= 3, $"arrival, decision and rendered are three at least, but central holds {held.Count}");
        Assert.Equal(Enumerable.Range(1, held.Count).Select(n => (long)n), held.Select(h => h.Seq));
        Assert.Contains("storeedge.arrival.v1", held[0].Envelope, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;
using Microsoft.Playwright;
using StoreEdge.SystemTests.Satellites;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>What a technician sees on a phone and at a desk, and whether the terminal says the same.</summary>
[Collection(BrowserTests.Name)]
public sealed class TechnicianPage(Browser browser)
{
    [Fact]
    public async Task A_busy_healthy_store_says_so_on_the_page_and_in_the_terminal_and_names_nobody()
    {
        await using var broker = await Broker.StartedAsync();
        await using var agent = new AgentProcess(broker.Port);
        await using var simulation = new Simulation(agent, broker.Port);
        await agent.StartAsync();
        foreach (var display in new[] { "entrance", "shoes" })
            await (await browser.OpenAsync(640, 360)).GotoAsync(new Uri(agent.Url, $"/display/{display}").ToString());
        var page = await OpenAsync(agent, 1280, 1200);
        simulation.Run("default", seconds: 600);

        var events = page.Locator("#events li");
        await Eventually.Get(() => events.Filter(new() { HasText = "Arrival" }).CountAsync(), count => count > 0, "an arrival among the live events");
        await Eventually.Get(() => events.Filter(new() { HasText = "Rendered" }).CountAsync(), count => count > 0, "a rendering among the live events");
        // Whether a time server keeps the clock is the machine's own affair; all else is the store's.
        await Eventually.Get(async () => string.Join(", ", await ComplaintsAsync(agent)), complaints => complaints is "" or "clock", "a store without a complaint");
        var (verdict, summary, expected) = await ComplaintsAsync(agent) is [] ? ("ok", "Everything works.", 0) : ("degraded", "The store is served; 1 thing to look at.", 1);
        await Eventually.Get(() => page.Locator("#verdict .summary").InnerTextAsync(), text => text == summary, $"the page saying '{summary}'");
        Assert.Equal($"verdict {verdict}", await page.Locator("#verdict").GetAttributeAsync("class"));
        var (code, output, _) = await AgentProcess.CommandAsync(null, "doctor", "--url", agent.Url.ToString());
        Assert.True(code == expected, output);
        Assert.Contains(summary, output, StringComparison.Ordinal);

        var document = await page.ContentAsync();
        foreach (var (_, data) in agent.Kept())
            foreach (var secret in new[] { (string?)data["subject"], (string?)data["visitId"] })
                if (secret is not null) Assert.DoesNotContain(secret, document, StringComparison.Ordinal);

        if (Browser.PicturesAreWanted) await Eventually.Get(() => page.Locator("#events li").CountAsync(), count => count >= 30, "a busy page", TimeSpan.FromMinutes(2));
        await Browser.PictureAsync(page, "diagnostics");
    }

    [Theory]
    [InlineData(360)]
    [InlineData(1280)]
    public async Task With_the_broker_away_the_page_names_it_and_what_to_do_next_on_any_width(int width)
    {
        var nobody = Checkout.FreePort();
        await using var agent = new AgentProcess(nobody, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        var page = await OpenAsync(agent, width, 740);

        var broker = page.Locator("#attention li", new() { HasText = "Broker" });
        await Eventually.Get(() => broker.CountAsync(), count => count == 1, "the broker among what needs attention");
        // Before its first attempt the agent can only say that it is not connected.
        var said = await Eventually.Get(
            () => broker.InnerTextAsync(), text => text.Contains($"Check that the broker runs and listens on port {nobody}", StringComparison.Ordinal), "what to do next");
        Assert.Contains("refused", said, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(width, await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));

        var (code, output, _) = await AgentProcess.CommandAsync(null, "doctor", "--json", "--url", agent.Url.ToString());
        var report = JsonNode.Parse(output)!;
        Assert.Equal(await page.Locator("#verdict").GetAttributeAsync("class"), $"verdict {(string?)report["verdict"]}");
        Assert.Equal((string?)report["verdict"] == "failed" ? 2 : 1, code);
        Assert.Equal("warn", (string?)report["checks"]!.AsArray().Single(c => (string?)c!["code"] == "link")!["verdict"]);

        await using (await Visitor.ComesInAsync(agent))
            await Eventually.Get(() => page.Locator("#events li", new() { HasText = "Arrival" }).CountAsync(), count => count > 0, "the arrival among the live events");
        Assert.DoesNotContain((string)(await agent.KeptAsync("arrival"))["subject"]!, await page.ContentAsync(), StringComparison.Ordinal);

        await agent.KillAsync();
        await Eventually.Get(() => page.Locator("#stale").IsVisibleAsync(), yes => yes, "the page saying that the agent does not answer");
        (code, output, _) = await AgentProcess.CommandAsync(null, "doctor", "--config", agent.ConfigurationFile);
        Assert.Equal(2, code);
        Assert.Contains(agent.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_cannot_hear_says_since_when_and_one_elsewhere_how_it_reaches_the_store()
    {
        await using var agent = new AgentProcess(null, c =>
        {
            AgentProcess.EnrolFromFile(c);
            SatelliteProcess.Place(c);
        });
        await using var satellite = await SatelliteProcess.PairedAsync(agent);
        await agent.StartAsync();
        var page = await OpenAsync(agent, 360, 740);
        var receiver = page.Locator("#receivers li", new() { HasText = "back" });
        await Eventually.Get(() => receiver.InnerTextAsync(), text => text.Contains("its silence ends no visit", StringComparison.Ordinal), "a receiver that says that it is blind");

        satellite.Start();
        await using var visitor = await Visitor.ComesInAsync(satellite.Socket);
        var said = await Eventually.Get(() => receiver.InnerTextAsync(), text => text.Contains("round trip", StringComparison.Ordinal), "the state of the satellite's link");
        Assert.DoesNotContain("ends no visit", said, StringComparison.Ordinal);
        Assert.Equal(360, await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));
    }

    private static async Task<IReadOnlyList<string>> ComplaintsAsync(AgentProcess agent) =>
        [.. (await agent.StatusAsync())["checks"]!.AsArray().Where(c => (string?)c!["verdict"] is "warn" or "fail").Select(c => (string)c!["code"]!)];

    private async Task<IPage> OpenAsync(AgentProcess agent, int width, int height)
    {
        var page = await browser.OpenAsync(width, height, "en-GB");
        await page.GotoAsync(new Uri(agent.Url, "/diagnostics").ToString());
        return page;
    }
}

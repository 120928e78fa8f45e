using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Displays;

/// <summary>A real screen in front of a real agent.</summary>
[Collection(BrowserTests.Name)]
public sealed class KioskTests(Browser browser)
{
    /// <summary>Headlines of deploy/examples/bundle.json that stand on a screen while it has nothing to offer.</summary>
    private static readonly string[] IdleHeadlines = ["Que bom ter você aqui", "Traga a sacola, leve a feira", "Abertos todo dia, das 7 às 22 h"];

    [Fact]
    public async Task Who_comes_in_finds_an_offer_on_the_screen_the_journal_keeps_what_was_drawn_and_it_goes_with_them()
    {
        await using var agent = new AgentProcess(mqttPort: null, LeavesSoon);
        await agent.StartAsync();
        var page = await OpenAsync(agent);
        Assert.Contains(await HeadlineAsync(page), IdleHeadlines);

        JsonNode arrival;
        await using (await Visitor.ComesInAsync(agent))
        {
            arrival = await agent.KeptAsync("arrival");
            var rendered = await agent.KeptAsync("rendered");
            Assert.Equal("entrance", (string?)rendered["display"]);
            Assert.Equal((string?)arrival["visitId"], (string?)rendered["visitId"]);
            Assert.Equal(await HashOfWhatStandsThereAsync(page), (string?)rendered["contentHash"]);
            Assert.DoesNotContain(await HeadlineAsync(page), IdleHeadlines);
            await Browser.PictureAsync(page, "kiosk");

            var document = await page.ContentAsync();
            foreach (var secret in new[] { (string)arrival["subject"]!, (string)arrival["visitId"]!, "C-42", "4242" })
                Assert.DoesNotContain(secret, document, StringComparison.OrdinalIgnoreCase);
        }

        var departure = await agent.KeptAsync("departure");
        Assert.Equal((string?)arrival["visitId"], (string?)departure["visitId"]);
        await Eventually.Get(() => HeadlineAsync(page), IdleHeadlines.Contains, "the idle screen after the departure");
        Assert.Equal("departed", (string?)(await agent.KeptAsync("proof-of-play"))["reason"]);
    }

    [Fact]
    public async Task After_a_kill_the_same_page_shows_nothing_stale_and_serves_whoever_comes_next()
    {
        await using var agent = new AgentProcess(mqttPort: null, LeavesSoon);
        await agent.StartAsync();
        var page = await OpenAsync(agent);
        await page.EvaluateAsync("() => { window.neverReloaded = true; }");
        await using (await Visitor.ComesInAsync(agent)) await agent.KeptAsync("rendered");

        await agent.KillAsync();
        await agent.StartAsync();
        // The visitor went while nobody listened; the journal knows them as present until their silence has lasted.
        await agent.KeptAsync("departure");
        await Eventually.Get(() => HeadlineAsync(page), IdleHeadlines.Contains, "the idle screen");
        await Eventually.Get(() => ShowingAsync(agent), showing => showing is null, "an agent that shows nothing");
        Assert.Contains(agent.Kept("proof-of-play"), p => (string?)p["reason"] == "restart");

        var before = agent.Kept("rendered").Count;
        await using var next = await Visitor.ComesInAsync(agent);
        var rendered = await agent.KeptAsync("rendered", before + 1);
        Assert.Equal((string?)agent.Kept("arrival")[^1]["visitId"], (string?)rendered["visitId"]);
        Assert.Equal(await HashOfWhatStandsThereAsync(page), (string?)rendered["contentHash"]);
        Assert.True(await page.EvaluateAsync<bool>("() => window.neverReloaded === true"));
    }

    [Fact]
    public async Task A_page_that_has_lost_its_agent_takes_the_offer_down_and_stays_decent()
    {
        await using var agent = new AgentProcess(mqttPort: null, LeavesSoon);
        await agent.StartAsync();
        var page = await browser.OpenAsync(1280, 720);
        await page.Clock.InstallAsync();
        await page.GotoAsync(Entrance(agent));
        await using var visitor = await Visitor.ComesInAsync(agent);
        await agent.KeptAsync("rendered");
        Assert.DoesNotContain(await HeadlineAsync(page), IdleHeadlines);

        await agent.KillAsync();
        // The placement lasts 30 s; a line that is down ends the offer after 20 s.
        await page.Clock.FastForwardAsync(22_000);
        await Eventually.Get(() => HeadlineAsync(page), IdleHeadlines.Contains, "the idle screen of a lost page");
        await page.Clock.FastForwardAsync("01:00:00");
        Assert.Contains(await HeadlineAsync(page), IdleHeadlines);
        Assert.Equal("Mercado Aurora", await page.Locator("#brand").TextContentAsync());
    }

    [Fact]
    public async Task A_display_that_is_not_configured_is_told_which_are()
    {
        await using var agent = new AgentProcess(mqttPort: null, LeavesSoon);
        await agent.StartAsync();
        var page = await browser.OpenAsync(1280, 720);
        var answer = await page.GotoAsync(new Uri(agent.Url, "/display/cellar").ToString());
        Assert.Equal((int)HttpStatusCode.NotFound, answer!.Status);
        Assert.Equal("there is no such display in this store's configuration; known: entrance, shoes\n", await answer.TextAsync());
        Assert.Equal(404, (await page.APIRequest.PostAsync(new Uri(agent.Url, "/display/cellar/ack").ToString(), new() { DataObject = new { } })).Status);
    }

    /// <summary>Seconds of silence are a departure, and whoever comes back has come again. A machine that stands still for a moment must not look like one.</summary>
    private static void LeavesSoon(JsonObject configuration)
    {
        AgentProcess.EnrolFromFile(configuration);
        // A visitor of these tests takes the receiver along, which would otherwise suspend their departure.
        configuration["presence"] = new JsonObject { ["silenceMinimum"] = "4s", ["silenceUnlearned"] = "4s", ["silenceMaximum"] = "5s", ["reentryGrace"] = "0s", ["blindHold"] = "0s" };
    }

    private static string Entrance(AgentProcess agent) => new Uri(agent.Url, "/display/entrance").ToString();

    private static Task<string> HeadlineAsync(IPage page) => page.Locator("h1").InnerTextAsync();

    private static async Task<string?> ShowingAsync(AgentProcess agent) =>
        (string?)(await agent.StatusAsync())["displays"]!.AsArray().Single(d => (string?)d!["id"] == "entrance")!["showing"];

    /// <summary>SHA-256 of the texts as a reader would find them, from top to bottom.</summary>
    private static async Task<string> HashOfWhatStandsThereAsync(IPage page)
    {
        var texts = await page.Locator("#poster [data-text]").AllTextContentsAsync();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', texts.Where(t => t.Length > 0)))));
    }

    private async Task<IPage> OpenAsync(AgentProcess agent)
    {
        var page = await browser.OpenAsync(1280, 720);
        await page.GotoAsync(Entrance(agent));
        await Eventually.Get(
            async () => (await agent.StatusAsync())["displays"]!.AsArray().Single(d => (string?)d!["id"] == "entrance")!["connected"]!.GetValue<bool>(), yes => yes, "a connected display");
        return page;
    }
}

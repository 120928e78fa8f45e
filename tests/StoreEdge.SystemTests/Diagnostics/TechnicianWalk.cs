using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.SystemTests.Portal;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>A technician at work: in a browser, on a real agent, with a display, a broker and a central.</summary>
[Collection(BrowserTests.Name)]
public sealed class TechnicianWalk(Browser browser)
{
    internal const string Pin = "chave-de-fenda-7";

    [Fact]
    public async Task A_test_goes_the_whole_way_of_an_arrival_and_changes_no_vote_and_no_cap()
    {
        await using var store = await OpenAsync();
        var screen = await browser.OpenAsync(1280, 720);
        await screen.GotoAsync(new Uri(store.Agent.Url, "/display/entrance").ToString());
        var page = await EnterAsync(store.Agent, 360, 740);

        await page.GetByLabel("Test pattern: entrance").ClickAsync();
        await page.Locator("#live .good", new() { HasText = "drew it whole" }).WaitForAsync();
        await Browser.PictureAsync(screen, "display-test-pattern");

        await page.SelectOptionAsync("#zone", "entrance");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await page.Locator(".steps li", new() { HasText = "Drawn by the display · entrance" }).WaitForAsync();
        var told = await store.HeardAsync(EventTypes.Arrival);
        await store.AcknowledgeAsync(told);
        await page.Locator(".steps li", new() { HasText = "Central holds the arrival" }).WaitForAsync();
        await Browser.PictureAsync(page, "technician-phone");

        var arrival = told["data"]!;
        Assert.Equal((true, "entrance"), ((bool)arrival["test"]!, (string?)arrival["zone"]));
        Assert.True(new Pseudonym((string)arrival["subject"]!).IsTest);
        // Whoever keeps journeys tells each later event of it by the same subject or visit.
        var visit = (string)arrival["visitId"]!;
        foreach (var type in new[] { EventTypes.Decision, EventTypes.Rendered }) Assert.Equal(visit, (string?)(await store.HeardAsync(type))["data"]!["visitId"]);
        await store.Agent.KeptAsync(EventTypes.Departure);
        Assert.Equal((0L, 0L), (Number(store.Agent, "SELECT count(*) FROM opinion WHERE shown > 0"), Number(store.Agent, "SELECT count(*) FROM showing WHERE subject IS NOT NULL OR household IS NOT NULL")));
        Assert.NotEqual(0L, Number(store.Agent, "SELECT count(*) FROM showing WHERE rendered_ms IS NOT NULL"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();
        var lines = await page.Locator(".lines li").AllInnerTextsAsync();
        foreach (var deed in new[] { "enter", "pattern entrance", "test-arrival entrance" }) Assert.Contains(lines, l => l.Contains(deed, StringComparison.Ordinal) && l.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    [AxeFact]
    public async Task Axe_finds_nothing_on_the_technicians_pages_and_nothing_is_wider_than_a_small_phone()
    {
        await using var store = await OpenAsync();
        foreach (var (language, width) in new[] { ("en", 360), ("pt-BR", 360), ("en", 1280) })
        {
            var page = await browser.OpenAsync(width, 740, language);
            await page.GotoAsync(new Uri(store.Agent.Url, "/technician").ToString());
            await LookAsync(page, $"technician login {language}", width);
            if (width == 360 && language == "en") await Browser.PictureAsync(page, "technician-login");
            await page.FillAsync("#secret", Pin);
            await page.ClickAsync("button.main");
            var addresses = await page.Locator(".tabs a").EvaluateAllAsync<string[]>("links => links.map(l => l.href)");
            foreach (var address in addresses)
            {
                await page.GotoAsync(address);
                var name = new Uri(address).AbsolutePath.Split('/')[^1];
                await LookAsync(page, $"{name} {language}", width);
                await Browser.PictureAsync(page, $"technician-{name}-{language}-{width}");
            }
        }

        static async Task LookAsync(IPage page, string what, int width)
        {
            await Axe.FindsNothingAsync(page, what);
            Assert.Equal(width, await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));
        }
    }

    [Fact]
    public async Task A_restart_is_clean_and_the_page_says_when_the_store_is_back()
    {
        await using var store = await OpenAsync();
        var page = await EnterAsync(store.Agent, 1280, 900);
        await page.CheckAsync("input[name=sure]");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await page.Locator("#restarting.good").WaitForAsync();
        Assert.Contains("It is back after", await page.Locator("#restarting").InnerTextAsync(), StringComparison.Ordinal);
        // Without systemd the rooms are run anew in the same process, which still knows who is in.
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the technician's page again" }).ClickAsync();
        await page.Locator(".tabs").WaitForAsync();
    }

    [Fact]
    public async Task What_a_receiver_hears_is_drawn_live_by_number()
    {
        await using var store = await OpenAsync();
        await using var visitor = await Visitor.ComesInAsync(store.Agent);
        var page = await EnterAsync(store.Agent, 1280, 1000);
        await page.GetByRole(AriaRole.Link, new() { Name = "Radio" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Listen for 3 minutes" }).ClickAsync();
        await page.Locator("#plots figure", new() { HasText = "door-in" }).Locator("polyline").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Contains("device 1 -55 dBm", await page.Locator("#plots figure", new() { HasText = "door-in" }).InnerTextAsync(), StringComparison.Ordinal);
        if (Browser.PicturesAreWanted) await Eventually.Get(async () => await page.Locator("polyline").First.GetAttributeAsync("points") ?? "", points => points.Length > 1500, "a longer line", TimeSpan.FromSeconds(60));
        await Browser.PictureAsync(page, "technician-radio");
    }

    [Fact]
    public async Task A_phone_that_shows_the_answer_long_after_the_store_is_back_still_sees_that_it_is()
    {
        await using var store = await OpenAsync();
        var page = await EnterAsync(store.Agent, 360, 740);
        await page.GetByRole(AriaRole.Link, new() { Name = "Configuration" }).ClickAsync();
        await page.FillAsync("#document", "{ \"store\": { \"name\": \"Loja do telefone lento\" } }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and show what changes" }).ClickAsync();
        // Its only thread is busy until the store has run for a second with the change: before any script of the page.
        await page.AddInitScriptAsync("""
            if (location.pathname.endsWith('configuration-apply')) {
              for (let isBack = false; !isBack;) {
                const ask = new XMLHttpRequest();
                ask.open('GET', '/diagnostics/status.json', false);
                try {
                  ask.send();
                  const report = JSON.parse(ask.responseText);
                  isBack = report.store.name === 'Loja do telefone lento' && report.uptimeSeconds > 1;
                } catch { }
              }
            }
            """);
        await page.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).WaitForAsync();
    }

    [Fact]
    public async Task A_change_is_tried_and_kept_and_one_that_kill_9_interrupts_is_taken_back()
    {
        await using var store = await OpenAsync();
        var page = await EnterAsync(store.Agent, 1280, 900);
        await TryAsync("{ \"store\": { \"name\": \"Loja do técnico\" } }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await page.GetByText("It is kept.").WaitForAsync();
        Assert.Equal("Loja do técnico", await NameAsync());

        await TryAsync("{ \"store\": { \"name\": \"Loja <b>errada</b>\" } }");
        Assert.Equal("Loja <b>errada</b>", await NameAsync());
        Assert.Contains("Loja <b>errada</b>", await page.Locator(".product").InnerTextAsync(), StringComparison.Ordinal);
        await store.Agent.KillAsync();
        await store.Agent.StartAsync();
        Assert.Equal("Loja do técnico", await NameAsync());
        page = await EnterAsync(store.Agent, 1280, 900);
        await page.GetByRole(AriaRole.Link, new() { Name = "Configuration" }).ClickAsync();
        Assert.Contains("was taken back: the process ended while it was on trial", await page.Locator(".said.fail").InnerTextAsync(), StringComparison.Ordinal);

        async Task TryAsync(string document)
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Configuration" }).ClickAsync();
            await page.FillAsync("#document", document);
            await page.GetByRole(AriaRole.Button, new() { Name = "Check and show what changes" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).WaitForAsync();
        }

        async Task<string?> NameAsync() => (string?)(await store.Agent.StatusAsync())["store"]!["name"];
    }

    [Fact]
    public async Task A_code_of_the_machine_opens_the_page_once()
    {
        await using var store = await OpenAsync();
        var (code, output, error) = await store.Agent.RunAsync(null, "technician", "code", "--config", store.Agent.ConfigurationFile);
        Assert.True(code == 0, error);
        var page = await browser.OpenAsync(360, 740, "en");
        await page.GotoAsync(new Uri(store.Agent.Url, "/technician").ToString());
        await page.FillAsync("#secret", output.Trim());
        await page.ClickAsync("button.main");
        await page.Locator(".tabs").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await page.FillAsync("#secret", output.Trim());
        await page.ClickAsync("button.main");
        Assert.Contains("neither the PIN nor a code", await page.Locator("#why").InnerTextAsync(), StringComparison.Ordinal);
    }

    internal static Task<ToldStore> OpenAsync(Action<System.Text.Json.Nodes.JsonObject>? configure = null, string broker = "") => ToldStore.OpenAsync(configuration =>
    {
        var file = Path.Combine((string)configuration["state"]!["directory"]!, "..", "technician-pin");
        File.WriteAllText(file, PinHash.Of(Pin) + "\n");
        configuration["technician"] = new System.Text.Json.Nodes.JsonObject { ["pinFile"] = file };
        configure?.Invoke(configuration);
    }, broker);

    private Task<IPage> EnterAsync(AgentProcess agent, int width, int height) => EnterAsync(browser, agent, width, height);

    internal static async Task<IPage> EnterAsync(Browser browser, AgentProcess agent, int width, int height)
    {
        var page = await browser.OpenAsync(width, height, "en");
        await page.GotoAsync(new Uri(agent.Url, "/technician").ToString());
        await page.FillAsync("#secret", Pin);
        await page.ClickAsync("button.main");
        await page.Locator(".tabs").WaitForAsync();
        return page;
    }

    private static long Number(AgentProcess agent, string sql)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(agent.State, "journal.db")};Mode=ReadOnly;Pooling=false");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}

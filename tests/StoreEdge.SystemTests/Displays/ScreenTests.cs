using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using StoreEdge.SystemTests.Mqtt;
using StoreEdge.SystemTests.Portal;
using StoreEdge.SystemTests.Store;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Displays;

/// <summary>What people do at a screen, what becomes of one whose browser dies, and how fast screens follow who comes.</summary>
[Collection(BrowserTests.Name)]
public sealed class ScreenTests(Browser browser, ITestOutputHelper output)
{
    [Fact]
    public async Task A_customer_makes_a_screen_theirs_by_its_code_is_shown_what_is_theirs_and_anybody_ends_it()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using var agent = new AgentProcess(broker.Port, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            OwnScreen(configuration);
        });
        await agent.StartAsync();
        var screen = await OpenAsync(agent, 1280, 720);
        var code = await Eventually.Get(() => screen.Locator("#own-main").InnerTextAsync(), c => c.Length == 5, "a code on the screen");
        await Browser.PictureAsync(screen, "kiosk-code");

        var phone = await PhoneInHand.OpenAsync(browser, agent);
        await phone.AcceptAsync("4242");
        await phone.Page.Locator("#code").FillAsync(code.ToLowerInvariant());
        await phone.DoAsync("screen", "button");
        await Eventually.Get(() => screen.Locator("h1").InnerTextAsync(), h => h == "Sua cadeira na degustação de quinta", "what is personal on the claimed screen");
        Assert.Equal(4, await screen.Locator("#votes button").CountAsync());
        await Browser.PictureAsync(screen, "kiosk-claimed");
        var elsewhere = await OpenAsync(agent, 640, 360, "?preview");
        var document = await elsewhere.ContentAsync();
        Assert.DoesNotContain("4242", document, StringComparison.Ordinal);

        await screen.Locator("#release").ClickAsync();
        await Eventually.Get(() => screen.Locator("h1").InnerTextAsync(), h => h != "Sua cadeira na degustação de quinta", "a screen that is everybody's again");
        await agent.KeptAsync("screen-claim", 2);
        Assert.Equal([("claimed", null), ("released", "screen")], agent.Kept("screen-claim").Select(c => ((string?)c["state"], (string?)c["reason"])));
        await Eventually.True(() => central.Held.Count(e => e.Type == "screen-claim") == 2, "central to hear of the claim and of its end");
    }

    [Fact]
    public async Task A_touch_on_a_screen_that_is_nobodys_counts_for_the_offer_and_a_turned_panel_reads_upright()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using var agent = new AgentProcess(broker.Port, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            var display = configuration["displays"]![0]!.AsObject();
            (display["touch"], display["orientation"]) = (true, "portrait");
        });
        await agent.StartAsync();
        // The panel hangs upright, and its browser's window does not know.
        var screen = await OpenAsync(agent, 1280, 720);
        await using var visitor = await Visitor.ComesInAsync(agent);
        await agent.KeptAsync("rendered");
        var box = (await screen.Locator("#frame").BoundingBoxAsync())!;
        Assert.Equal((1280.0, 720.0), (Math.Round((double)box.Width), Math.Round((double)box.Height)));
        Assert.True(await screen.EvaluateAsync<bool>("() => document.getElementById('frame').clientHeight > document.getElementById('frame').clientWidth"));
        await screen.SetViewportSizeAsync(720, 1280);
        await Browser.PictureAsync(screen, "kiosk-portrait");
        await screen.Locator("#votes button").Last.ClickAsync();
        var said = await agent.KeptAsync("screen-choice");
        Assert.Equal(((string?)agent.Kept("rendered")[0]["offerId"], "never"), ((string?)said["offerId"], (string?)said["choice"]));
        Assert.Empty(agent.Kept("choice"));
        await Eventually.True(() => central.Held.Any(e => e.Type == "screen-choice"), "central to hear of the touch");
    }

    [SlowFact]
    public async Task A_browser_that_stands_still_is_named_within_thirty_seconds_and_started_anew_and_shows_the_right_thing_again()
    {
        await using var agent = new AgentProcess(mqttPort: null, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        var profile = Path.Combine(agent.Directory, "browser");
        using var kiosk = Checkout.Start(
            Checkout.Agent, Path.Combine(agent.Directory, "kiosk.log"),
            [
                "kiosk", "--display", "entrance", "--agent", agent.Url.ToString(), "--browser", "/usr/bin/chromium", "--profile", profile, "--",
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--window-size=1280,720",
            ]);
        try
        {
            await using var visitor = await Visitor.ComesInAsync(agent);
            await agent.KeptAsync("rendered");

            var stopped = BrowserProcesses(profile);
            Assert.NotEmpty(stopped);
            var at = Stopwatch.GetTimestamp();
            foreach (var id in stopped) Signal("STOP", id);
            await Eventually.Get(
                async () => (string?)(await agent.StatusAsync())["checks"]!.AsArray().Single(c => (string?)c!["code"] == "display:entrance")!["verdict"], verdict => verdict is "warn" or "fail",
                "a display that is named", TimeSpan.FromSeconds(90));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"stopped browser named after {Stopwatch.GetElapsedTime(at).TotalSeconds:0.0} s"));
            var before = agent.Kept("rendered").Count;
            await Eventually.True(() => BrowserProcesses(profile).Except(stopped).Any(), "another browser", TimeSpan.FromSeconds(120));
            await agent.KeptAsync("rendered", before + 1);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the right content again after {Stopwatch.GetElapsedTime(at).TotalSeconds:0.0} s"));

            // The agent killed, then the browser killed while nobody answers: both come back without a hand.
            await agent.KillAsync();
            foreach (var id in BrowserProcesses(profile)) Signal("KILL", id);
            await Eventually.True(() => BrowserProcesses(profile).Count > 0, "a browser without an agent", TimeSpan.FromSeconds(60));
            before = agent.Kept("rendered").Count;
            await agent.StartAsync();
            await using var another = await Visitor.ComesInAsync(agent);
            await agent.KeptAsync("rendered", before + 1);
            output.WriteLine("agent and browser killed: the right content again");
        }
        finally
        {
            Signal("TERM", kiosk.Id);
            await kiosk.WaitForExitAsync();
        }
    }

    [SlowFact]
    public async Task Screens_follow_each_arrival_with_central_reached_without_it_and_fifty_at_once()
    {
        await using var broker = new Broker();
        await broker.StartAsync();
        await using (var agent = new AgentProcess(broker.Port, ComesAndGoes))
        {
            await agent.StartAsync();
            await OpenAsync(agent, 1280, 720);
            await MeasureAsync(agent, "one screen, central reached", 20);
            await broker.StopAsync();
            await MeasureAsync(agent, "one screen, central away", 20);
        }

        await using var many = new AgentProcess(mqttPort: null, configuration =>
        {
            ComesAndGoes(configuration);
            configuration["displays"] = new JsonArray([.. Enumerable.Range(1, 50).Select(n => (JsonNode)new JsonObject { ["id"] = $"wall-{n}", ["zone"] = "entrance" })]);
        });
        await many.StartAsync();
        for (var n = 1; n <= 50; n++) await OpenAsync(many, 640, 360, display: $"wall-{n}");
        await MeasureAsync(many, "fifty screens in one zone", 5, screens: 50);
    }

    private async Task MeasureAsync(AgentProcess agent, string what, int arrivals, int screens = 1)
    {
        var (first, left) = (agent.Kept("rendered").Count, agent.Kept("departure").Count);
        for (var i = 1; i <= arrivals; i++)
        {
            await using (await Visitor.ComesInAsync(agent)) await Eventually.True(() => agent.Kept("rendered").Count >= first + i * screens, $"arrival {i} on {screens} screens", TimeSpan.FromSeconds(120));
            await agent.KeptAsync("departure", left + i);
        }

        var took = agent.Kept("rendered").Skip(first).Select(r => (double?)r["arrivalToRenderMilliseconds"]).OfType<double>().Order().ToList();
        Assert.NotEmpty(took);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: arrival on disk → drawn and acknowledged, p50 {took[took.Count / 2]:0} ms, p95 {took[(int)((took.Count - 1) * 0.95)]:0} ms, most {took[^1]:0} ms, of {took.Count}"));
    }

    private static void ComesAndGoes(JsonObject configuration)
    {
        AgentProcess.EnrolFromFile(configuration);
        configuration["presence"] = new JsonObject { ["silenceMinimum"] = "3s", ["silenceUnlearned"] = "3s", ["silenceMaximum"] = "4s", ["reentryGrace"] = "0s", ["blindHold"] = "0s" };
        WithBundle(configuration, bundle => bundle["caps"] = new JsonArray());
    }

    /// <summary>A display to be claimed, and an offer that is personal and needs nothing else to be known.</summary>
    private static void OwnScreen(JsonObject configuration)
    {
        var display = configuration["displays"]![0]!.AsObject();
        (display["touch"], display["claim"]) = (true, true);
        WithBundle(configuration, bundle =>
        {
            foreach (var offer in bundle["offers"]!.AsArray().Where(o => (string?)o!["id"] == "degustacao-ouro").ToList())
                (offer!["conditions"], offer["placements"]) = (new JsonArray(), new JsonArray("entrance", "phone"));
        });
    }

    private static void WithBundle(JsonObject configuration, Action<JsonObject> change)
    {
        var bundle = JsonNode.Parse(File.ReadAllText((string)configuration["bundle"]!["file"]!))!.AsObject();
        change(bundle);
        var file = Path.Combine((string)configuration["state"]!["directory"]!, "..", "bundle.json");
        File.WriteAllText(file, bundle.ToJsonString());
        configuration["bundle"]!["file"] = file;
    }

    private static List<int> BrowserProcesses(string profile)
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var line = File.ReadAllText(Path.Combine(directory, "cmdline"));
                if (line.Contains("chromium", StringComparison.Ordinal) && line.Contains(profile, StringComparison.Ordinal) && !line.StartsWith(Checkout.Agent, StringComparison.Ordinal)) found.Add(id);
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return found;
    }

    private static void Signal(string name, int process)
    {
        using var kill = Process.Start("kill", ["-" + name, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private async Task<IPage> OpenAsync(AgentProcess agent, int width, int height, string query = "", string display = "entrance")
    {
        var page = await browser.OpenAsync(width, height);
        await page.GotoAsync(new Uri(agent.Url, $"/display/{display}{query}").ToString());
        await Eventually.Get(
            async () => (await agent.StatusAsync())["displays"]!.AsArray().Single(d => (string?)d!["id"] == display)!["connected"]!.GetValue<bool>(), yes => yes, "a connected display");
        return page;
    }
}

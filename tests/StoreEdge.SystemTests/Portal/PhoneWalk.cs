using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Contracts;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Portal;

/// <summary>A customer with a phone in hand and central at the other end: every deed of the phone's page, in three languages.</summary>
[Collection(BrowserTests.Name)]
public sealed class PhoneWalk(Browser browser)
{
    private const string Number = "4242";

    [Theory]
    [InlineData("pt-BR", "Já tem alguém indo até você.", "Entendido: é presente.")]
    [InlineData("en", "Somebody is on the way to you.", "Understood: a gift.")]
    [InlineData("es", "Alguien va en camino.", "Entendido: es un regalo.")]
    public async Task A_customer_asks_for_help_says_that_it_was_a_gift_and_takes_back_what_they_said(string language, string onTheWay, string gift)
    {
        await using var store = await ToldStore.OpenAsync();
        var phone = await PhoneInHand.OpenAsync(browser, store.Agent, language);
        await phone.AcceptAsync(Number);
        Assert.Equal(language, await phone.Page.Locator("html").GetAttributeAsync("lang"));
        var identified = (await store.HeardAsync(EventTypes.Identified))["data"]!;
        Assert.Equal(("number", "high"), ((string?)identified["means"], (string?)identified["assurance"]));

        // What they want, and for whom.
        await phone.DoAsync("choice", "button[value=want]");
        var wanted = (await store.HeardAsync(EventTypes.Choice))["data"]!;
        Assert.Equal("want", (string?)wanted["choice"]);
        await phone.DoAsync("gift");
        Assert.Contains(gift, await phone.Said.First.InnerTextAsync(), StringComparison.Ordinal);
        var marked = (await store.HeardAsync(EventTypes.GiftMarked))["data"]!;
        Assert.Equal(((string?)wanted["offerId"], true), ((string?)marked["offerId"], (bool)marked["gift"]!));

        // Never, and a slip of the thumb: the same offer is back.
        var slipped = await phone.Page.Locator("article.offer input[name=offer]").First.GetAttributeAsync("value");
        await phone.DoAsync("choice", "button[value=never]");
        Assert.Equal(0, await phone.Page.Locator($"article.offer input[value='{slipped}']").CountAsync());
        await phone.DoAsync("again");
        Assert.Equal("again", (string?)(await store.HeardAsync(EventTypes.Choice, 3))["data"]!["choice"]);
        await phone.DoAsync("stop");
        Assert.Equal(0, await phone.Offers.CountAsync());
        await phone.DoAsync("again");
        Assert.InRange(await phone.Offers.CountAsync(), 1, 3);

        // Help: asked, taken up by central, solved; twice tapped is once asked.
        await phone.DoAsync("help", "button[value=advice]");
        var asked = (await store.HeardAsync(EventTypes.HelpRequested))["data"]!;
        Assert.Equal(("advice", language, "entrance"), ((string?)asked["skill"], (string?)asked["language"], (string?)asked["zone"]));
        await store.OrderAsync(asked, "on-the-way");
        await phone.LookAgainAsync();
        Assert.Contains(onTheWay, await phone.Page.Locator(".help").InnerTextAsync(), StringComparison.Ordinal);
        await store.OrderAsync(asked, "solved");
        await phone.LookAgainAsync();
        Assert.Equal(5, await phone.Page.Locator(".topics button").CountAsync());
        Assert.Equal("refused", await store.OrderAsync(asked, "on-the-way"));
        await phone.DoAsync("help", "button[value=other]");
        await phone.DoAsync("help-withdraw");
        Assert.Equal(["on-the-way", "solved", "withdrawn"], store.Agent.Kept(EventTypes.HelpChanged).Select(c => (string?)c["state"]));
        Assert.Equal(2, store.Agent.Kept(EventTypes.HelpRequested).Count);
    }

    [Fact]
    public async Task With_the_shop_offline_the_page_says_so_and_all_of_it_works_and_is_told_later()
    {
        await using var store = await ToldStore.OpenAsync();
        var phone = await PhoneInHand.OpenAsync(browser, store.Agent, "en");
        await phone.AcceptAsync(Number);
        Assert.Equal(0, await phone.Said.Filter(new() { HasText = "offline" }).CountAsync());
        await store.Broker.StopAsync();
        await Eventually.Get(async () => (bool)(await store.Agent.StatusAsync())["link"]!["connected"]!, online => !online, "a link that is down");
        await phone.LookAgainAsync();
        Assert.Contains("The shop is offline at the moment", await phone.Said.First.InnerTextAsync(), StringComparison.Ordinal);
        await phone.DoAsync("help", "button[value=find]");
        Assert.Contains("speak to our staff directly", await phone.Page.Locator(".help").InnerTextAsync(), StringComparison.Ordinal);
        await phone.DoAsync("choice", "button[value=want]");
        Assert.Equal("want", (string?)store.Agent.Kept(EventTypes.Choice)[^1]["choice"]);
        await store.Broker.StartAsync();
        await store.ListenAsync();
        await store.HeardAsync(EventTypes.HelpRequested);
        await store.HeardAsync(EventTypes.Choice);
    }

    [Fact]
    public async Task Never_and_stop_that_were_said_offline_hold_after_kill_9_at_once_and_reach_central_on_reconnect()
    {
        await using var store = await ToldStore.OpenAsync();
        var agent = store.Agent;
        var phone = await PhoneInHand.OpenAsync(browser, agent, "en");
        await phone.AcceptAsync(Number);
        await store.Broker.StopAsync();
        var refused = await phone.Page.Locator("article.offer input[name=offer]").First.GetAttributeAsync("value");
        await phone.DoAsync("choice", "button[value=never]");
        await agent.KillAsync();
        await agent.StartAsync();
        await phone.LookAgainAsync();
        Assert.NotEqual(0, await phone.Offers.CountAsync());
        Assert.Equal(0, await phone.Page.Locator($"article.offer input[value='{refused}']").CountAsync());
        await phone.DoAsync("stop");
        await agent.KillAsync();
        await agent.StartAsync();
        await phone.LookAgainAsync();
        Assert.Equal(0, await phone.Offers.CountAsync());
        await store.Broker.StartAsync();
        await store.ListenAsync();
        await store.HeardAsync(EventTypes.Choice, 2);
        var heard = store.Heard.Where(m => m.Topic.EndsWith("/evt/choice", StringComparison.Ordinal)).Select(m => JsonNode.Parse(m.Payload)!["data"]!).ToList();
        Assert.Contains(heard, c => ((string?)c["choice"], (string?)c["offerId"]) == ("never", refused));
        Assert.Contains(heard, c => (string?)c["choice"] == "stop");
    }

    [Fact]
    public async Task A_customer_sees_takes_along_and_erases_everything_and_not_a_byte_of_it_is_left()
    {
        await using var store = await ToldStore.OpenAsync();
        var agent = store.Agent;
        var phone = await PhoneInHand.OpenAsync(browser, agent);
        await phone.AcceptAsync(Number);
        await phone.DoAsync("choice", "button[value=never]");
        await phone.DoAsync("help", "button[value=price]");
        var consent = await agent.KeptAsync("consent");
        var (subject, visit, receipt) = ((string)consent["subject"]!, (string)consent["visitId"]!, (string)consent["receiptId"]!);
        var home = phone.Page.Url.Split('?')[0];

        await phone.TapAsync("a[href*='/data?']");
        var shown = await phone.Page.Locator("main").InnerTextAsync();
        foreach (var line in new[] { "Você chegou (entrance).", "Reconhecemos você por seu número de fidelidade.", ": nunca mais.", "Você pediu ajuda: Preço ou oferta.", "Seu recibo: Termos de uso – sim" })
            Assert.Contains(line, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(subject, await phone.Page.ContentAsync(), StringComparison.Ordinal);

        // The file is the same as what central's command exports.
        using var answer = await agent.Http.GetAsync(new Uri(home + "/data.json"));
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        var file = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        var exported = (await store.CommandAsync("export", $$"""{"id":"export-1","subjects":["{{subject}}"]}"""))["data"]!;
        Assert.True(JsonNode.DeepEquals(exported["tables"], file["tables"]), file["tables"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(exported["events"], file["events"]), file["events"]!.ToJsonString());
        Assert.Single(file["tables"]!["help"]!.AsArray());

        await phone.TapAsync("a[href*='/erase?']");
        Assert.Equal("Apagar tudo?", await phone.Page.Locator("h1").InnerTextAsync());
        Assert.NotEmpty(FilesWith(agent, subject));
        await phone.DoAsync("erase");
        Assert.Equal("Tudo apagado", await phone.Page.Locator("h1").InnerTextAsync());
        Assert.Equal(404, (await phone.Page.GotoAsync(home))!.Status);
        var erased = (await store.HeardAsync(EventTypes.CustomerErased))["data"]!;
        Assert.Equal([StoreEdge.Core.Identity.Strangers.HashOf(subject)], erased["subjectHashes"]!.AsArray().Select(h => (string?)h));
        Assert.True((long)erased["events"]! > 3, erased.ToJsonString());

        // Who comes back with the number is nobody, until a newer list names them.
        var again = await PhoneInHand.OpenAsync(browser, agent);
        await again.AcceptAsync(Number);
        Assert.Equal("Visitante anônimo", await again.Badge.InnerTextAsync());

        // Killed rather than stopped: a tidy end must not be what takes it off the disk.
        await agent.KillAsync();
        foreach (var secret in new[] { subject, visit, receipt, home.Split('/')[^1] }) Assert.Equal([], FilesWith(agent, secret));
        Assert.DoesNotContain(subject, agent.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_customer_types_is_nowhere_but_on_the_phone()
    {
        // The list itself may have the customer's number: nothing else may.
        string[] typed = ["ana.souza@example.com", "+55 11 98765-4321", "5511987654321", "Ana Souza", "6011-0009-9013-9424"];
        await using var store = await ToldStore.OpenAsync();
        var agent = store.Agent;
        foreach (var word in typed)
        {
            var phone = await PhoneInHand.OpenAsync(browser, agent);
            await phone.AcceptAsync(word);
            Assert.Equal("Visitante anônimo", await phone.Badge.InnerTextAsync());
            await phone.DoAsync("choice", "button[value=want]");
            await phone.TapAsync("a[href*='/data?']");
        }

        await store.HeardAsync(EventTypes.Choice, typed.Length);
        await agent.KillAsync();
        foreach (var word in typed)
        {
            foreach (var form in new[] { word, Uri.EscapeDataString(word), word.Replace(" ", "+", StringComparison.Ordinal) })
            {
                Assert.Equal([], FilesWith(agent, form));
                Assert.DoesNotContain(form, agent.Log, StringComparison.Ordinal);
                Assert.DoesNotContain(store.Heard, m => Encoding.UTF8.GetString(m.Payload).Contains(form, StringComparison.Ordinal));
            }
        }
    }

    [AxeFact]
    public async Task Axe_finds_nothing_on_any_page_of_the_portal_in_light_or_dark()
    {
        await using var store = await ToldStore.OpenAsync();
        foreach (var language in PortalText.Tags)
        {
            var phone = await PhoneInHand.OpenAsync(browser, store.Agent, language, script: true);
            var page = phone.Page;
            await Axe.FindsNothingAsync(page, $"portal {language}");
            await page.Locator("#loyalty").CheckAsync();
            foreach (var summary in await page.Locator("summary").AllAsync()) await summary.ClickAsync();
            await Axe.FindsNothingAsync(page, $"portal, unfolded {language}");

            await phone.AcceptAsync(Number);
            await Axe.FindsNothingAsync(page, $"customer {language}");
            var visit = (string)store.Agent.Kept("consent")[^1]["visitId"]!;
            await store.ToldOfAsync(visit);
            foreach (var choice in new[] { "want", "not-now", "never" })
            {
                await phone.DoAsync("choice", $"button[value={choice}]");
                await Axe.FindsNothingAsync(page, $"after {choice} {language}");
            }

            await phone.DoAsync("gift");
            await Axe.FindsNothingAsync(page, $"a gift {language}");
            await Eventually.Get(
                async () =>
                {
                    await phone.LookAgainAsync();
                    return await page.Locator(".known").InnerTextAsync();
                }, known => known.Contains("gold", StringComparison.Ordinal), "what central told");
            await Axe.FindsNothingAsync(page, $"what central told {language}");
            await phone.DoAsync("help", "button[value=advice]");
            await Axe.FindsNothingAsync(page, $"help asked {language}");
            var asked = store.Agent.Kept(EventTypes.HelpRequested)[^1];
            foreach (var state in new[] { "on-the-way", "solved" })
            {
                await store.OrderAsync(asked, state);
                await phone.LookAgainAsync();
                await Axe.FindsNothingAsync(page, $"help {state} {language}");
            }

            await phone.TapAsync("a[href*='/data?']");
            await Axe.FindsNothingAsync(page, $"my data {language}");
            await phone.TapAsync("a[href*='/erase?']");
            await Axe.FindsNothingAsync(page, $"erase {language}");
            await page.GoBackAsync();
            await page.GoBackAsync();
            await phone.DoAsync("stop");
            await Axe.FindsNothingAsync(page, $"stopped {language}");
            await phone.DoAsync("not-me");
            await Axe.FindsNothingAsync(page, $"guest {language}");
            await phone.TapAsync("a[href*='/data?']");
            await phone.TapAsync("a[href*='/erase?']");
            await phone.DoAsync("erase");
            await Axe.FindsNothingAsync(page, $"erased {language}");
        }

        // Every refusal as the program writes it: some need a full disk or a thousand taps.
        var options = new PortalOptions { Name = "Mercado Aurora" };
        var refusals = new RefusalPage(new(options, new(options.BrandColour)));
        var plain = await browser.OpenAsync(360, 640);
        foreach (var text in PortalText.All)
        {
            foreach (var refusal in Enum.GetValues<Refusal>())
            {
                await plain.SetContentAsync(refusals.Of(text, refusal).ToString());
                await Axe.FindsNothingAsync(plain, $"{refusal} {text.Tag}");
            }
        }

        await store.Broker.StopAsync();
        await Eventually.Get(async () => (bool)(await store.Agent.StatusAsync())["link"]!["connected"]!, online => !online, "a link that is down");
        var offline = await PhoneInHand.OpenAsync(browser, store.Agent, script: true);
        await offline.AcceptAsync();
        await Axe.FindsNothingAsync(offline.Page, "offline");
        await store.Broker.StartAsync();
    }

    [AxeFact]
    public async Task Axe_finds_nothing_on_a_display_and_on_the_technicians_page()
    {
        await using var store = await ToldStore.OpenAsync();
        foreach (var path in new[] { "/display/entrance", "/diagnostics" })
        {
            var page = await browser.OpenAsync(1280, 720);
            await page.GotoAsync(new Uri(store.Agent.Url, path).ToString());
            await page.Locator("h1").First.WaitForAsync();
            await Axe.FindsNothingAsync(page, path);
        }
    }

    [Theory]
    [InlineData("pt-BR", ColorScheme.Light, "")]
    [InlineData("en", ColorScheme.Dark, "-dark")]
    [InlineData("es", ColorScheme.Light, "-es")]
    public async Task Nothing_is_wider_than_the_smallest_phone(string language, ColorScheme scheme, string picture)
    {
        await using var store = await ToldStore.OpenAsync();
        var phone = await PhoneInHand.OpenAsync(browser, store.Agent, language, script: true, scheme);
        await FitsAsync("portal" + picture);
        await phone.AcceptAsync(Number);
        await store.ToldOfAsync((string)store.Agent.Kept("consent")[^1]["visitId"]!);
        await FitsAsync("phone" + picture);
        await phone.DoAsync("choice", "button[value=want]");
        await phone.DoAsync("choice", "button[value=never]");
        await phone.DoAsync("help", "button[value=advice]");
        await store.OrderAsync(store.Agent.Kept(EventTypes.HelpRequested)[^1], "on-the-way");
        await phone.LookAgainAsync();
        await FitsAsync("phone-help" + picture, ".help");
        await phone.TapAsync("a[href*='/data?']");
        await FitsAsync("my-data" + picture, "#held");
        await phone.TapAsync("a[href*='/erase?']");
        await FitsAsync("erase" + picture);

        // 320 px is what a page of 1280 px is at 400 % (WCAG 2.1, 1.4.10).
        async Task FitsAsync(string name, string? seen = null)
        {
            foreach (var width in new[] { 320, 360 })
            {
                await phone.Page.SetViewportSizeAsync(width, 640);
                Assert.Equal(width, await phone.Page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));
            }

            if (seen is not null) await phone.Page.Locator(seen).EvaluateAsync("e => e.scrollIntoView()");
            await Browser.PictureAsync(phone.Page, name);
        }
    }

    private static List<string> FilesWith(AgentProcess agent, string text) =>
    [
        .. Directory.EnumerateFiles(agent.State, "*", SearchOption.AllDirectories)
            // The lock is empty, and nobody else may open it while the agent runs.
            .Where(f => !f.EndsWith(".sock", StringComparison.Ordinal) && !f.EndsWith(".lock", StringComparison.Ordinal) && Holds(f, Encoding.UTF8.GetBytes(text))),
    ];

    private static bool Holds(string file, byte[] wanted)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes.AsSpan(0, length).IndexOf(wanted) >= 0;
    }
}

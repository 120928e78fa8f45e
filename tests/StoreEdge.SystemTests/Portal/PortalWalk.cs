using Microsoft.Playwright;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Portal;

/// <summary>A phone whose browser runs no script, as the sign-in windows of phones often do, from the door to the page of its own and out again.</summary>
[Collection(BrowserTests.Name)]
public sealed class PortalWalk(Browser browser)
{
    [Fact]
    public async Task It_speaks_the_phones_language_or_the_one_that_is_tapped_and_ticks_no_box_by_itself()
    {
        await using var agent = new AgentProcess(mqttPort: null, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        foreach (var (locale, language, button) in new[] { ("pt-BR", "pt-BR", "Aceitar e conectar"), ("en-GB", "en", "Accept and connect"), ("es-UY", "es", "Aceptar y conectar"), ("de-DE", "pt-BR", "Aceitar e conectar") })
        {
            var page = await PhoneAsync(agent, locale);
            Assert.Equal(language, await page.Locator("html").GetAttributeAsync("lang"));
            Assert.Equal(button, await page.Locator("button.go").InnerTextAsync());
            Assert.Equal(2, await page.Locator("input[type=checkbox]").CountAsync());
            Assert.Equal(0, await page.Locator("input[type=checkbox]:checked").CountAsync());
        }

        var tapped = await PhoneAsync(agent, "pt-BR");
        foreach (var (link, language) in new[] { ("Español", "es"), ("English", "en"), ("Português", "pt-BR") })
        {
            await PhoneInHand.TapAsync(tapped.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }));
            Assert.Equal(language, await tapped.Locator("html").GetAttributeAsync("lang"));
        }
    }

    [Fact]
    public async Task Who_accepts_nothing_but_the_terms_is_an_anonymous_guest_with_offers_all_the_same()
    {
        await using var agent = new AgentProcess(mqttPort: null, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        var page = await PhoneAsync(agent);
        await PhoneInHand.TapAsync(page.Locator("button.go"));

        Assert.Equal("Visitante anônimo", await page.Locator(".badge").InnerTextAsync());
        Assert.InRange(await Offers(page).CountAsync(), 1, 3);
        var consent = await agent.KeptAsync("consent");
        Assert.True(consent["terms"]!.GetValue<bool>());
        Assert.False(consent["loyalty"]!.GetValue<bool>());
        Assert.False(consent["marketing"]!.GetValue<bool>());
        Assert.StartsWith("visit-", (string?)consent["subject"], StringComparison.Ordinal);
        Assert.Contains((string)consent["receiptId"]!, await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_already_inside_is_recognised_in_the_same_visit_chooses_and_withdraws_over_a_kill()
    {
        await using var agent = new AgentProcess(mqttPort: null, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        await using var visitor = await Visitor.ComesInAsync(agent);
        var arrival = await agent.KeptAsync("arrival");

        var page = await PhoneAsync(agent);
        await page.Locator("#loyalty").CheckAsync();
        await page.Locator("#marketing").CheckAsync();
        await page.Locator("#number").FillAsync("4242");
        await PhoneInHand.TapAsync(page.Locator("button.go"));
        Assert.Equal("Cliente reconhecido", await page.Locator(".badge").InnerTextAsync());
        var consent = await agent.KeptAsync("consent");
        Assert.Equal((string?)arrival["visitId"], (string?)consent["visitId"]);
        Assert.Equal((string?)arrival["subject"], (string?)consent["subject"]);
        Assert.Single(agent.Kept("arrival"));
        Assert.Equal(3, await Offers(page).CountAsync());
        var document = await page.ContentAsync();
        foreach (var secret in new[] { "4242", "C-42", (string)arrival["subject"]! }) Assert.DoesNotContain(secret, document, StringComparison.Ordinal);

        await ChooseAsync(agent, page, "want", "Anotado: você quer.");
        var later = await ChooseAsync(agent, page, "not-now", "Tudo bem, agora não.");
        var never = await ChooseAsync(agent, page, "never", "Entendido.");
        await PhoneInHand.TapAsync(Consents(page).Locator("button[aria-describedby=marketing-name]"));
        Assert.Contains("Revogado.", await Said(page).InnerTextAsync(), StringComparison.Ordinal);
        Assert.False(agent.Kept("consent")[^1]["marketing"]!.GetValue<bool>());

        await agent.KillAsync();
        await agent.StartAsync();
        await page.GotoAsync(page.Url[..page.Url.IndexOf('?', StringComparison.Ordinal)]);
        Assert.Equal("Cliente reconhecido", await page.Locator(".badge").InnerTextAsync());
        Assert.Equal(0, await Consents(page).Locator("button[aria-describedby=marketing-name]").CountAsync());
        var offered = await OfferIdsAsync(page);
        Assert.NotEmpty(offered);
        Assert.DoesNotContain(never, offered);
        Assert.DoesNotContain(later, offered);

        await PhoneInHand.TapAsync(page.Locator("form[action*='/stop'] button"));
        Assert.Equal("stop", (string?)agent.Kept("choice")[^1]["choice"]);
        Assert.Equal(0, await Offers(page).CountAsync());
        Assert.Contains("As ofertas estão paradas.", await Said(page).InnerTextAsync(), StringComparison.Ordinal);
        Assert.Single(agent.Kept("arrival"));

        var known = page.Url;
        await PhoneInHand.TapAsync(Consents(page).Locator("button[aria-describedby=loyalty-name]"));
        Assert.Equal("Visitante anônimo", await page.Locator(".badge").InnerTextAsync());
        // Their "stop" goes with them, although nothing else ties the guest to the customer.
        Assert.Equal(0, await Offers(page).CountAsync());
        var old = await page.GotoAsync(known);
        Assert.Equal(404, old!.Status);
        Assert.Equal("Esta página expirou", await page.Locator("h1").InnerTextAsync());
    }

    private static ILocator Offers(IPage page) => page.Locator("article.offer");

    private static ILocator Said(IPage page) => page.Locator("[role=status]");

    private static ILocator Consents(IPage page) => page.Locator("section[aria-labelledby=consents]");

    private static async Task<IReadOnlyList<string>> OfferIdsAsync(IPage page)
    {
        var ids = new List<string>();
        foreach (var field in await page.Locator("article.offer input[name=offer]").AllAsync()) ids.Add((await field.GetAttributeAsync("value"))!);
        return ids;
    }

    /// <summary>Taps a button of the first offer.</summary>
    /// <returns>Which offer.</returns>
    private static async Task<string> ChooseAsync(AgentProcess agent, IPage page, string choice, string answer)
    {
        var offer = (await OfferIdsAsync(page))[0];
        await PhoneInHand.TapAsync(Offers(page).First.Locator($"button[value={choice}]"));
        Assert.Contains(answer, await Said(page).First.InnerTextAsync(), StringComparison.Ordinal);
        var kept = agent.Kept("choice")[^1];
        Assert.Equal((choice, offer), ((string?)kept["choice"], (string?)kept["offerId"]));
        if (choice != "want") Assert.DoesNotContain(offer, await OfferIdsAsync(page));
        return offer;
    }

    private async Task<IPage> PhoneAsync(AgentProcess agent, string language = "pt-BR")
    {
        var page = await browser.OpenAsync(390, 844, language, script: false);
        await page.GotoAsync(new Uri(agent.Url, "/portal").ToString());
        return page;
    }
}

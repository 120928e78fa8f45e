using System.Text;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class PageTests
{
    [Theory]
    [InlineData("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR")]
    [InlineData("pt-PT", "pt-BR")]
    [InlineData("es-AR,es;q=0.9", "es")]
    [InlineData("en-GB", "en")]
    [InlineData("fr-FR, es;q=0.4, en;q=0.7", "en")]
    [InlineData("en;q=0, es", "es")]
    [InlineData("fr", "pt-BR")]
    [InlineData(null, "pt-BR")]
    [InlineData("*;;;q=banana,\u00ff", "pt-BR")]
    public async Task The_page_speaks_the_language_asked_for(string? asked, string expected)
    {
        await using var shop = await Shop.OpenAsync();
        var page = await shop.GetAsync("/portal", language: asked);
        Assert.Contains($"<html lang=\"{expected}\">", page.Html);
        Assert.Contains(PortalText.ByTag(expected)!.Accept, page.Text);
    }

    [Fact]
    public async Task The_switch_shows_every_language_by_its_own_name_and_wins_over_the_phones_setting()
    {
        await using var shop = await Shop.OpenAsync();
        var page = await shop.GetAsync("/portal?lang=es", language: "en");
        Assert.Contains("<html lang=\"es\">", page.Html);
        foreach (var name in new[] { "Português", "English", "Español" }) Assert.Contains($">{name}</a>", page.Html);
        Assert.Contains("lang=\"es\" hreflang=\"es\" aria-current=\"true\"", page.Html);
    }

    [Theory]
    [InlineData("pt-BR")]
    [InlineData("en")]
    [InlineData("es")]
    public async Task The_language_stays_through_acceptance_choice_and_refusal(string tag)
    {
        await using var shop = await Shop.OpenAsync();
        var accepted = await shop.AcceptAsync(language: tag);
        var page = await shop.GetAsync(accepted.Location!, language: null);
        Assert.Contains($"<html lang=\"{tag}\">", page.Html);
        Assert.Contains(PortalText.ByTag(tag)!.StopTitle, page.Text);
        var stopped = await shop.SendAsync(
            HttpMethod.Post, Regex.Match(page.Html, "action=\"([^\"]*/stop[^\"]*)\"").Groups[1].Value, Shop.Encode(("proof", page.Field("proof", "/stop"))), language: null);
        Assert.EndsWith($"?lang={tag}&done=stop", stopped.Location);
        Assert.Contains(PortalText.ByTag(tag)!.StoppedText, (await shop.GetAsync(stopped.Location!, language: null)).Text);
        Assert.Contains(PortalText.ByTag(tag)!.Refusals[Refusal.UnknownSession].Text, (await shop.GetAsync("/portal/me/AAAAAAAAAAAAAAAAAAAAAA", language: tag)).Text);
    }

    [Fact]
    public void Every_language_says_everything()
    {
        foreach (var text in PortalText.All)
        {
            foreach (var property in typeof(PortalText).GetProperties().Where(p => p.PropertyType == typeof(string)))
                Assert.False(string.IsNullOrWhiteSpace((string?)property.GetValue(text)), $"{text.Tag} has no {property.Name}");
            Assert.Equal(PortalText.All[0].Done.Keys.Order(), text.Done.Keys.Order());
            Assert.Equal(Enum.GetValues<Refusal>(), text.Refusals.Keys.Order());
            Assert.Equal(PortalText.All[0].Terms.Count, text.Terms.Count);
            Assert.Equal(PortalText.All[0].Data.Count, text.Data.Count);
        }
    }

    [Fact]
    public void Another_wording_name_or_contact_is_another_text_version()
    {
        var options = new PortalOptions { Name = "A" };
        var english = PortalText.ByTag("en")!;
        string[] versions =
        [
            english.VersionFor(options), english.VersionFor(options with { Name = "B" }), english.VersionFor(options with { Contact = "c" }),
            (english with { MarketingLabel = "other" }).VersionFor(options), (english with { Terms = ["other"] }).VersionFor(options), PortalText.ByTag("es")!.VersionFor(options),
        ];
        Assert.Equal(versions.Length, versions.Distinct().Count());
        Assert.Equal(english.VersionFor(options), (english with { Stop = "Halt" }).VersionFor(options));
    }

    [Fact]
    public async Task First_comes_the_shop_then_what_is_asked_then_what_is_optional_then_the_button()
    {
        await using var shop = await Shop.OpenAsync();
        var html = (await shop.GetAsync("/portal")).Html;
        int[] order = [html.IndexOf("<h1>Casa Aurora", StringComparison.Ordinal), html.IndexOf("We ask", StringComparison.Ordinal), html.IndexOf("Optional", StringComparison.Ordinal), html.IndexOf("<button", StringComparison.Ordinal)];
        Assert.Equal(order.Order(), order);
        Assert.True(order[0] > 0);
    }

    [Fact]
    public async Task Both_boxes_are_separate_unticked_and_not_required()
    {
        await using var shop = await Shop.OpenAsync();
        foreach (var lang in PortalText.Tags)
        {
            var html = (await shop.GetAsync("/portal?lang=" + lang)).Html;
            var boxes = Regex.Matches(html, "<input type=\"checkbox\"[^>]*>").Select(m => m.Value).ToArray();
            Assert.Equal(2, boxes.Length);
            Assert.Contains("name=\"loyalty\"", boxes[0]);
            Assert.Contains("name=\"marketing\"", boxes[1]);
            foreach (var box in boxes)
            {
                Assert.DoesNotContain("checked", box);
                Assert.DoesNotContain("required", box);
            }
        }
    }

    [Fact]
    public async Task Every_page_is_below_thirty_kilobytes_in_one_response_without_script()
    {
        await using var shop = await Shop.OpenAsync(new() { Name = new string('n', 60), Welcome = PortalText.Tags.ToDictionary(t => t, _ => new string('w', 300)), Contact = new string('c', 120) });
        var wordy = new string('é', 400);
        shop.Offers = [.. Enumerable.Range(0, 3).Select(i => new PhoneOfferCard($"o{i}", $"d{i}", "en", wordy, wordy, "R$ 1.234,56", "R$ 2.345,67", wordy, wordy, true))];
        var (phone, _) = await shop.EnterAsync(loyalty: true, marketing: true, number: "MARIA-1");
        foreach (var page in new[] { phone, await shop.GetAsync("/portal"), await shop.GetAsync("/portal?lang=en"), await shop.GetAsync("/portal?lang=es") })
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(page.Html), 1, 30 * 1024);
            Assert.DoesNotContain("<script", page.Html);
            Assert.DoesNotMatch(" on[a-z]+=", page.Html);
            // Nothing is loaded from anywhere: the only references are our own paths and the empty icon.
            Assert.All(Regex.Matches(page.Html, "(?:src|href|action)=\"([^\"]*)\""), m => Assert.Matches("^(/portal|#main|data:,$)", m.Groups[1].Value));
            Assert.DoesNotContain("url(", page.Html);
        }
    }

    [Fact]
    public async Task Fields_have_labels_references_resolve_and_landmarks_are_there()
    {
        await using var shop = await Shop.OpenAsync();
        var (phone, _) = await shop.EnterAsync(loyalty: true, marketing: true, number: "MARIA-1");
        foreach (var html in new[] { phone.Html, (await shop.GetAsync("/portal")).Html, (await shop.GetAsync("/portal/me/AAAAAAAAAAAAAAAAAAAAAA")).Html })
        {
            var ids = Regex.Matches(html, " id=\"([^\"]*)\"").Select(m => m.Groups[1].Value).ToArray();
            Assert.Equal(ids.Length, ids.Distinct().Count());
            foreach (Match reference in Regex.Matches(html, "(?:aria-describedby|aria-labelledby|for)=\"([^\"]*)\"")) Assert.Contains(reference.Groups[1].Value, ids);
            foreach (Match input in Regex.Matches(html, "<input (?!type=\"hidden\")[^>]*id=\"([^\"]*)\"")) Assert.Contains($"<label for=\"{input.Groups[1].Value}\">", html);
            foreach (var landmark in new[] { "<header", "<main", "<footer", "<nav aria-label=" }) Assert.Single(Regex.Matches(html, landmark));
            Assert.Single(Regex.Matches(html, "<h1>"));
            Assert.Matches("<title>[^<]+</title>", html);
            Assert.Matches("<html lang=\"[a-zA-Z-]+\">", html);
            Assert.Contains("width=device-width", html);
            Assert.DoesNotContain("user-scalable", html);
        }
    }
}

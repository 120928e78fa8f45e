using System.Net;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class ChoiceTests
{
    [Theory]
    [InlineData("want", "you want it")]
    [InlineData("not-now", "not now")]
    [InlineData("never", "not see that offer again")]
    public async Task A_choice_is_journaled_with_its_offer_and_decision_and_confirmed(string choice, string confirmation)
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        var answer = await ChooseAsync(shop, page, path, choice);
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        var data = Assert.Single(shop.Journaled<ChoiceData>());
        Assert.Equal((choice, "chair", "decision-chair"), (data.Choice, data.OfferId, data.DecisionId));
        Assert.Equal(shop.Presence.Arrivals.Single().Visit.Value, data.VisitId);
        Assert.Contains(confirmation, (await shop.GetAsync(answer.Location!)).Html);
    }

    [Fact]
    public async Task Each_offer_has_its_reason_and_three_buttons_and_at_most_three_offers_are_shown()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Offers = [Shop.Card("a"), Shop.Card("b"), Shop.Card("c"), Shop.Card("d")];
        var (page, _) = await shop.EnterAsync();
        foreach (var id in new[] { "a", "b", "c" }) Assert.Contains($"Because of {id}.", page.Html);
        Assert.DoesNotContain("Because of d.", page.Html);
        foreach (var choice in new[] { "want", "not-now", "never" }) Assert.Equal(3, page.Html.Split($"value=\"{choice}\"").Length - 1);
    }

    [Fact]
    public async Task A_service_notice_has_no_buttons()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Offers = [Shop.Card("order") with { Votable = false }];
        var (page, _) = await shop.EnterAsync();
        Assert.Contains("Because of order.", page.Html);
        Assert.DoesNotContain("value=\"never\"", page.Html);
    }

    [Theory]
    [InlineData("offer", "another")]
    [InlineData("decision", "another")]
    [InlineData("proof", "AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("proof", "")]
    [InlineData("choice", "stop")]
    [InlineData("choice", "buy")]
    public async Task A_choice_that_was_not_offered_is_refused(string field, string value)
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        var fields = new Dictionary<string, string> { ["proof"] = page.Field("proof", "/choice"), ["offer"] = "chair", ["decision"] = "decision-chair", ["choice"] = "want", [field] = value };
        var answer = await shop.PostAsync(path + "/choice", [.. fields.Select(f => (f.Key, f.Value))]);
        Assert.InRange((int)answer.Status, 400, 499);
        Assert.Empty(shop.Journaled<ChoiceData>());
    }

    [Fact]
    public async Task Another_sessions_proof_is_refused()
    {
        await using var shop = await Shop.OpenAsync();
        var (mine, _) = await shop.EnterAsync();
        var (_, theirs) = await shop.EnterAsync(phone: Shop.OtherPhone);
        Assert.Equal(HttpStatusCode.Conflict, (await ChooseAsync(shop, mine, theirs, "never")).Status);
        Assert.Empty(shop.Journaled<ChoiceData>());
    }

    [Fact]
    public async Task Stop_ends_all_offers_at_once_takes_the_consent_with_it_and_survives_a_restart()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(marketing: true);
        await shop.PostAsync(path + "/stop", ("proof", page.Field("proof", "/stop")));
        Assert.Equal("stop", Assert.Single(shop.Journaled<ChoiceData>()).Choice);
        var after = await shop.GetAsync(path);
        Assert.DoesNotContain("Title chair", after.Html);
        Assert.Contains("Offers are stopped", after.Html);
        Assert.Empty(after.Form("/revoke"));
        await shop.RestartAsync();
        Assert.DoesNotContain("Title chair", (await shop.GetAsync(path)).Html);
    }

    [Fact]
    public async Task A_stop_goes_along_when_the_same_person_goes_on_as_somebody_else()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(loyalty: true, marketing: true, number: "MARIA-1");
        await shop.PostAsync(path + "/stop", ("proof", page.Field("proof", "/stop")));
        var guest = await shop.PostAsync(path + "/not-me", ("proof", page.Field("proof", "/not-me")));
        Assert.Contains("Offers are stopped", (await shop.GetAsync(guest.Location!)).Html);
        await shop.AcceptAsync(loyalty: true, number: "MARIA-1");
        Assert.DoesNotContain("Title chair", (await shop.EnterAsync()).Page.Html);
    }

    [Fact]
    public async Task Ticking_the_marketing_box_after_a_stop_brings_offers_back_and_nothing_else_does()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(marketing: true);
        await shop.PostAsync(path + "/stop", ("proof", page.Field("proof", "/stop")));
        await shop.AcceptAsync(loyalty: true);
        Assert.DoesNotContain("Title chair", (await shop.GetAsync(path)).Html);
        await shop.AcceptAsync(marketing: true);
        Assert.Contains("Title chair", (await shop.GetAsync(path)).Html);
    }

    [Fact]
    public async Task Revoking_marketing_keeps_the_receipt_and_records_false()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(marketing: true);
        var answer = await shop.PostAsync(path + "/revoke", ("proof", page.Field("proof", "/revoke")), ("purpose", "marketing"));
        Assert.Equal(path, answer.Location!.Split('?')[0]);
        var consents = shop.Journaled<ConsentData>();
        Assert.Equal([true, false], consents.Select(c => c.Marketing));
        Assert.Single(consents.Select(c => c.ReceiptId).Distinct());
        var after = await shop.GetAsync(answer.Location!);
        Assert.Contains("Revoked", after.Html);
        Assert.Empty(after.Form("/revoke"));
    }

    [Fact]
    public async Task Revoking_recognition_records_it_and_goes_on_as_a_guest()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        var answer = await shop.PostAsync(path + "/revoke", ("proof", page.Field("proof", "/revoke")), ("purpose", "loyalty"));
        Assert.Contains("Anonymous guest", (await shop.GetAsync(answer.Location!)).Html);
        var last = shop.Journaled<ConsentData>().Last(c => c.Subject == Shop.Maria.Value);
        Assert.False(last.Loyalty);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.GetAsync(path)).Status);
    }

    [Fact]
    public async Task A_purpose_that_was_not_granted_cannot_be_revoked_with_anothers_proof()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(marketing: true);
        var answer = await shop.PostAsync(path + "/revoke", ("proof", page.Field("proof", "/revoke")), ("purpose", "loyalty"));
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Single(shop.Journaled<ConsentData>());
    }

    [Fact]
    public async Task Not_me_voids_the_receipt_and_the_old_page_and_begins_a_guests_visit()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(loyalty: true, marketing: true, number: "MARIA-1");
        var answer = await shop.PostAsync(path + "/not-me", ("proof", page.Field("proof", "/not-me")));
        var voided = shop.Journaled<ConsentData>().Last(c => c.Subject == Shop.Maria.Value);
        Assert.Equal((false, false, false), (voided.Terms, voided.Loyalty, voided.Marketing));
        Assert.Contains(Shop.Maria, shop.Presence.Left);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.GetAsync(path)).Status);
        Assert.Contains("Anonymous guest", (await shop.GetAsync(answer.Location!)).Html);
        Assert.True(shop.Presence.Arrivals[^1].Subject.IsAnonymous);
    }

    [Fact]
    public async Task Not_me_twice_at_once_is_one_guest()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.PostAsync(path + "/not-me", ("proof", page.Field("proof", "/not-me")))));
        Assert.Equal(2, shop.Presence.Arrivals.Count);
    }

    private static Task<Answer> ChooseAsync(Shop shop, Answer page, string path, string choice) =>
        shop.PostAsync(path + "/choice", ("proof", page.Field("proof", "/choice")), ("offer", page.Field("offer", "/choice")), ("decision", page.Field("decision", "/choice")), ("choice", choice));
}

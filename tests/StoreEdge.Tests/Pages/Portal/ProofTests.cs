using System.Net;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Pages.Portal;

/// <summary>A number can be typed by anybody: it is enough to be greeted, not to read or erase a customer's file.</summary>
public sealed class ProofTests
{
    [Fact]
    public async Task A_typed_number_opens_neither_the_file_of_a_customer_nor_their_history_and_erases_nothing()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Facts = [new("tier", ["gold"], shop.Clock.GetUtcNow(), "loyalty", [])];
        var (theirs, home) = await shop.EnterAsync(loyalty: true, link: Shop.GoodLink);
        await shop.PostAsync(home + "/choice", ("proof", theirs.Field("proof", "/choice")), ("offer", "chair"), ("decision", "decision-chair"), ("choice", "never"));
        Assert.Contains("gold", (await shop.GetAsync(home)).Text);
        await shop.PostAsync(home + "/leave", ("proof", theirs.Field("proof", "/leave")));
        var before = shop.Bench.Store.LastSeq;

        var (page, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1", phone: Shop.OtherPhone);
        Assert.Contains("Recognised customer", page.Text);
        foreach (var secret in new[] { "gold", "What you told us", "/data?" }) Assert.DoesNotContain(secret, page.Text);
        Assert.Contains("A number can be typed by anybody.", page.Text);
        foreach (var where in new[] { "/data", "/data.json", "/erase" })
        {
            var refused = await shop.GetAsync(path + where);
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
            Assert.Contains("First, show us it is you", refused.Text);
            Assert.DoesNotContain("chair", refused.Text);
        }

        // The proof of the form is good, as for a page that was opened before the setting was changed.
        var receipt = shop.Journaled<ConsentData>()[^1].ReceiptId;
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.PostAsync(path + "/erase", ("proof", shop.Key.FormProof(receipt, "erase")))).Status);
        Assert.Empty(shop.Journaled<CustomerErasedData>());
        Assert.True(shop.Bench.Store.LastSeq > before);
    }

    [Fact]
    public async Task Who_follows_the_apps_link_later_is_proven_from_then_on_and_over_a_restart()
    {
        await using var shop = await Shop.OpenAsync();
        var (_, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.GetAsync(path + "/data")).Status);
        var (_, same) = await shop.EnterAsync(loyalty: true, link: Shop.GoodLink);
        Assert.Equal(path, same);
        await shop.RestartAsync();
        Assert.Equal(HttpStatusCode.OK, (await shop.GetAsync(path + "/data")).Status);
        Assert.Equal(["number", "link"], shop.Journaled<IdentifiedData>().Select(i => i.Means));
    }

    [Fact]
    public async Task A_second_phone_of_the_same_visit_is_not_proven_by_the_first()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnterAsync(loyalty: true, link: Shop.GoodLink);
        var (_, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1", phone: Shop.OtherPhone);
        Assert.Single(shop.Journaled<IdentifiedData>().Select(i => i.VisitId).Distinct());
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.GetAsync(path + "/data.json", Shop.OtherPhone)).Status);
    }

    [Fact]
    public async Task A_guests_visit_is_their_own_and_a_shop_may_take_what_is_typed_for_proof()
    {
        await using var shop = await Shop.OpenAsync();
        var (_, guest) = await shop.EnterAsync();
        Assert.Equal(HttpStatusCode.OK, (await shop.GetAsync(guest + "/data.json")).Status);
        await using var trusting = await Shop.OpenAsync(new() { Name = "Casa Aurora", TypedIsProof = true });
        var (_, path) = await trusting.EnterAsync(loyalty: true, number: "MARIA-1");
        Assert.Equal(HttpStatusCode.OK, (await trusting.GetAsync(path + "/erase")).Status);
    }

    [Theory]
    [InlineData("4242", "number")]
    [InlineData("+55 (11) 98765-4321", "phone")]
    [InlineData(" (11) 98765-4321", "phone")]
    [InlineData("ana@example.com", "email")]
    public async Task What_was_typed_is_named_by_its_kind(string typed, string means)
    {
        await using var shop = await Shop.OpenAsync(recognise: _ => Shop.Maria);
        await shop.EnterAsync(loyalty: true, number: typed);
        Assert.Equal(means, Assert.Single(shop.Journaled<IdentifiedData>()).Means);
    }
}

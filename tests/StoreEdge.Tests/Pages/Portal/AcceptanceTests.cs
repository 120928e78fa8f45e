using System.Net;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class AcceptanceTests
{
    [Fact]
    public async Task One_tap_makes_a_guest_with_a_receipt_that_grants_the_terms_only()
    {
        await using var shop = await Shop.OpenAsync();
        var accepted = await shop.AcceptAsync();
        Assert.Equal(HttpStatusCode.SeeOther, accepted.Status);
        Assert.Matches("^/portal/me/[A-Za-z0-9_-]{22}\\?lang=en$", accepted.Location);
        var consent = Assert.Single(shop.Journaled<ConsentData>());
        Assert.True(consent.Terms);
        Assert.False(consent.Loyalty);
        Assert.False(consent.Marketing);
        Assert.Equal("en", consent.Language);
        Assert.True(new Pseudonym(consent.Subject).IsAnonymous);
        var arrival = Assert.Single(shop.Presence.Arrivals);
        Assert.Equal((consent.Subject, consent.VisitId), (arrival.Subject.Value, arrival.Visit.Value));
        Assert.Contains(consent.ReceiptId, (await shop.GetAsync(accepted.Location!)).Html);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Each_box_grants_its_own_purpose_and_no_other(bool loyalty, bool marketing)
    {
        await using var shop = await Shop.OpenAsync();
        await shop.AcceptAsync(loyalty: loyalty, marketing: marketing);
        var consent = Assert.Single(shop.Journaled<ConsentData>());
        Assert.Equal((loyalty, marketing), (consent.Loyalty, consent.Marketing));
    }

    [Fact]
    public async Task A_known_number_with_the_loyalty_box_recognises_the_customer_with_high_assurance()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, _) = await shop.EnterAsync(loyalty: true, number: " MARIA-1 ");
        Assert.Equal((Shop.Maria, Assurance.High), (shop.Presence.Arrivals.Single().Subject, shop.Presence.Arrivals.Single().Assurance));
        Assert.Contains("Recognised customer", page.Html);
        Assert.Contains("This is not me", page.Html);
    }

    [Fact]
    public async Task A_number_without_the_loyalty_box_is_not_used()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, _) = await shop.EnterAsync(loyalty: false, number: "MARIA-1");
        Assert.True(shop.Presence.Arrivals.Single().Subject.IsAnonymous);
        Assert.Contains("Anonymous guest", page.Html);
    }

    [Fact]
    public async Task An_unknown_number_is_no_obstacle_and_is_kept_nowhere()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, _) = await shop.EnterAsync(loyalty: true, number: "SECRET-NUMBER-99");
        Assert.Contains("could not find that number", page.Html);
        foreach (var stored in shop.Bench.Store.ReadAfter(0, 100)) Assert.DoesNotContain("SECRET-NUMBER-99", System.Text.Encoding.UTF8.GetString(stored.Data.Span));
    }

    [Fact]
    public async Task Numbers_cannot_be_guessed_for_long()
    {
        await using var shop = await Shop.OpenAsync();
        for (var i = 0; i < 5; i++) await shop.AcceptAsync(loyalty: true, number: $"guess-{i}");
        await shop.AcceptAsync(loyalty: true, number: "MARIA-1");
        Assert.DoesNotContain(shop.Presence.Arrivals, a => a.Subject == Shop.Maria);
        await shop.AcceptAsync(Shop.OtherPhone, loyalty: true, number: "MARIA-1");
        Assert.Contains(shop.Presence.Arrivals, a => a.Subject == Shop.Maria);
    }

    [Fact]
    public async Task The_apps_link_recognises_whoever_ticks_the_box_once_and_no_second_phone()
    {
        await using var shop = await Shop.OpenAsync();
        Assert.Equal("Recognised customer", await FollowAsync(shop, Shop.Phone, Shop.GoodLink, loyalty: true));
        Assert.Equal("too old or was used before", await FollowAsync(shop, Shop.OtherPhone, Shop.GoodLink, loyalty: true));
        Assert.Equal(Shop.Maria, shop.Presence.Arrivals[0].Subject);
        Assert.True(shop.Presence.Arrivals[1].Subject.IsAnonymous);
    }

    [Theory]
    [InlineData(Shop.GoodLink, false, "Anonymous guest")]
    [InlineData("1.another", true, "too old or was used before")]
    [InlineData("\"><script>", true, "Without the number")]
    public async Task A_link_that_is_not_agreed_to_or_not_good_names_nobody(string code, bool loyalty, string said)
    {
        await using var shop = await Shop.OpenAsync();
        Assert.Equal(said, await FollowAsync(shop, Shop.Phone, code, loyalty));
        Assert.True(shop.Presence.Arrivals.Single().Subject.IsAnonymous);
        // What was not agreed to is not used up either.
        if (!loyalty) Assert.Equal("Recognised customer", await FollowAsync(shop, Shop.OtherPhone, code, loyalty: true));
    }

    private static async Task<string> FollowAsync(Shop shop, string phone, string code, bool loyalty)
    {
        var page = await shop.GetAsync("/portal?code=" + Uri.EscapeDataString(code), phone);
        List<(string, string)> fields = [("token", page.Field("token")), ("lang", "en"), ("code", page.Field("code")), ("number", "")];
        if (loyalty) fields.Add(("loyalty", "on"));
        var accepted = await shop.SendAsync(HttpMethod.Post, "/portal/accept", Shop.Encode([.. fields]), phone);
        Assert.DoesNotContain(code, accepted.Location!, StringComparison.Ordinal);
        var text = (await shop.GetAsync(accepted.Location!, phone)).Text;
        return new[] { "too old or was used before", "Without the number", "Recognised customer", "Anonymous guest" }.First(s => text.Contains(s, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_phone_accepting_again_is_one_arrival_one_visit_and_one_receipt()
    {
        await using var shop = await Shop.OpenAsync();
        var first = await shop.AcceptAsync();
        var again = await shop.AcceptAsync();
        Assert.Equal(first.Location, again.Location);
        Assert.Single(shop.Presence.Arrivals);
        Assert.Single(shop.Journaled<ConsentData>());
    }

    [Fact]
    public async Task Twenty_acceptances_at_once_are_one_arrival()
    {
        await using var shop = await Shop.OpenAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.AcceptAsync()));
        Assert.Single(answers.Select(a => a.Location).Distinct());
        Assert.Single(shop.Presence.Arrivals);
    }

    [Fact]
    public async Task A_recognised_customer_who_accepts_again_without_the_number_stays_recognised_and_loses_no_consent()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.AcceptAsync(loyalty: true, marketing: true, number: "MARIA-1");
        var (page, _) = await shop.EnterAsync();
        Assert.Contains("Recognised customer", page.Html);
        Assert.Single(shop.Journaled<ConsentData>());
        Assert.Single(shop.Presence.Arrivals);
    }

    [Fact]
    public async Task A_guest_who_gives_the_number_later_becomes_the_customer_and_the_guest_leaves()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.AcceptAsync();
        await shop.AcceptAsync(loyalty: true, number: "MARIA-1");
        Assert.Equal(2, shop.Presence.Arrivals.Count);
        Assert.Equal(shop.Presence.Arrivals[0].Subject, Assert.Single(shop.Presence.Left));
        Assert.Equal(Shop.Maria, shop.Presence.Arrivals[1].Subject);
    }

    [Fact]
    public async Task Two_phones_are_two_visits()
    {
        await using var shop = await Shop.OpenAsync();
        var one = await shop.AcceptAsync();
        var other = await shop.AcceptAsync(Shop.OtherPhone);
        Assert.NotEqual(one.Location, other.Location);
        Assert.Equal(2, shop.Presence.Arrivals.Count);
    }

    [Fact]
    public async Task An_address_that_was_silent_for_longer_than_the_idle_span_is_another_phone()
    {
        await using var shop = await Shop.OpenAsync();
        var first = await shop.AcceptAsync();
        shop.Clock.Advance(shop.Options.DeviceIdle + TimeSpan.FromSeconds(1));
        Assert.NotEqual(first.Location, (await shop.AcceptAsync()).Location);
    }

    [Fact]
    public async Task After_the_departure_the_page_offers_nothing_and_accepting_begins_a_new_visit()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        Assert.Contains("Title chair", page.Html);
        var consent = shop.Journaled<ConsentData>().Single();
        shop.Presence.Leave(new(consent.Subject));
        await shop.Bench.Store.AppendAsync(new DepartureData(consent.VisitId, consent.Subject, "portal", 60, "portal", "voluntary", "low"), Instant.Now(shop.Clock), CancellationToken.None);
        var over = await shop.GetAsync(path);
        Assert.DoesNotContain("Title chair", over.Html);
        Assert.Contains("See you soon", over.Html);
        var again = await shop.AcceptAsync();
        Assert.NotEqual(path, again.Location!.Split('?')[0]);
        Assert.Equal(2, shop.Presence.Arrivals.Select(a => a.Subject).Distinct().Count());
    }

    [Fact]
    public async Task The_phones_page_survives_a_restart_and_its_address_is_not_on_disk()
    {
        await using var shop = await Shop.OpenAsync();
        var (_, path) = await shop.EnterAsync(marketing: true);
        await shop.RestartAsync();
        var page = await shop.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Title chair", page.Html);
        var token = System.Text.Encoding.UTF8.GetBytes(path.Split('/')[^1]);
        var address = System.Text.Encoding.UTF8.GetBytes(Shop.Phone);
        foreach (var file in Directory.GetFiles(shop.Bench.Directory, "journal.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(token));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(address));
        }
    }

    [Fact]
    public async Task An_expired_session_leads_back_to_the_portal()
    {
        await using var shop = await Shop.OpenAsync();
        var (_, path) = await shop.EnterAsync();
        shop.Clock.Advance(shop.Options.SessionLifetime + TimeSpan.FromSeconds(1));
        var page = await shop.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains("href=\"/portal?lang=en\"", page.Html);
    }

    [Fact]
    public async Task A_fault_shows_an_apology_and_a_warning_and_the_next_good_deed_clears_it()
    {
        await using var shop = await Shop.OpenAsync();
        var (_, path) = await shop.EnterAsync();
        shop.JournalBroken = true;
        var page = await shop.GetAsync(path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("Something went wrong here", page.Html);
        Assert.Equal(Severity.Fault, shop.Bench.Health.Warnings.Single(w => w.Code == "portal-failed").Severity);
        shop.JournalBroken = false;
        await shop.AcceptAsync();
        Assert.DoesNotContain(shop.Bench.Health.Warnings, w => w.Code == "portal-failed");
    }

    [Fact]
    public async Task A_word_that_cannot_be_written_down_is_refused_with_the_truth_and_taken_once_it_can()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        // Idle meanwhile, so that it may be touched from here.
        var database = await shop.Bench.Store.WriteAsync(transaction => transaction.Database);
        JournalFile.Execute(database, "PRAGMA query_only = 1");
        var refused = await shop.PostAsync(path + "/stop", ("proof", page.Field("proof", "/stop")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("does not count", refused.Html, StringComparison.Ordinal);
        JournalFile.Execute(database, "PRAGMA query_only = 0");
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.PostAsync(path + "/stop", ("proof", page.Field("proof", "/stop")))).Status);
        Assert.Equal(1, shop.Bench.Number("SELECT count(*) FROM event WHERE type = 'choice'"));
    }

    [Fact]
    public async Task An_acceptance_that_cannot_be_kept_yet_ends_in_an_apology_and_counts_once_it_is_kept()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Presence.Held = new();
        var waiting = shop.AcceptAsync();
        for (var deadline = Environment.TickCount64 + 20_000; !waiting.IsCompleted && Environment.TickCount64 < deadline; await Task.Yield())
            if (shop.Presence.IsHeld) shop.Clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(waiting.IsCompleted);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await waiting).Status);
        shop.Presence.Held.SetResult();
        shop.Presence.Held = null;
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.AcceptAsync()).Status);
        Assert.Single(shop.Presence.Arrivals);
        Assert.Single(shop.Journaled<ConsentData>());
    }
}

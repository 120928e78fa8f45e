using System.Net;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Pages.Portal;

/// <summary>The portal and the door of the guest network: who is let through, who is let out, and who has gone.</summary>
public sealed class DoorTests
{
    private const string NewAddress = "10.0.0.99";

    [Fact]
    public async Task Who_accepts_passes_with_the_receipt_and_is_sent_on_once()
    {
        await using var shop = await Shop.OpenAsync(door: new PlayedDoor());
        var accepted = await shop.AcceptAsync();
        Assert.Equal(HttpStatusCode.SeeOther, accepted.Status);
        Assert.Equal(shop.Journaled<ConsentData>().Single().ReceiptId, Assert.Single(shop.Door.Guests).Receipt);
        Assert.Equal(HttpStatusCode.OK, (await shop.GetAsync(accepted.Location!)).Status);
    }

    [Fact]
    public async Task A_door_without_room_is_told_as_it_is_and_the_next_tap_makes_no_second_receipt()
    {
        var door = new PlayedDoor { IsFull = true };
        await using var shop = await Shop.OpenAsync(door: door);
        var refused = await shop.AcceptAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("did not open", refused.Html, StringComparison.Ordinal);
        Assert.Empty(door.Guests);
        door.IsFull = false;
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.AcceptAsync()).Status);
        Assert.Single(shop.Presence.Arrivals);
        Assert.Single(shop.Journaled<ConsentData>());
    }

    [Fact]
    public async Task A_door_that_does_not_answer_keeps_nobody_before_a_blank_page()
    {
        var door = new PlayedDoor { Hangs = true };
        await using var shop = await Shop.OpenAsync(door: door);
        var waiting = shop.AcceptAsync();
        for (var deadline = Environment.TickCount64 + 20_000; !door.IsAsked && Environment.TickCount64 < deadline;) await Task.Yield();
        shop.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("did not open", (await waiting).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_that_the_door_does_not_know_is_let_in_nowhere_and_nothing_is_written_down()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var refused = await shop.AcceptAsync("192.168.1.50");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("cannot see this phone", refused.Html, StringComparison.Ordinal);
        Assert.Empty(shop.Journaled<ConsentData>());
        Assert.Empty(shop.Presence.Arrivals);
        Assert.Empty(door.Guests);
    }

    [Fact]
    public async Task A_new_address_of_the_same_phone_is_the_same_visit()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var first = await shop.AcceptAsync();
        door.Neighbours[NewAddress] = door.Neighbours[Shop.Phone];
        Assert.Equal(first.Location, (await shop.AcceptAsync(NewAddress)).Location);
        Assert.Single(shop.Presence.Arrivals);
        Assert.Single(shop.Journaled<ConsentData>());
    }

    [Fact]
    public async Task A_token_shown_at_one_address_is_not_taken_from_another()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        door.Neighbours[NewAddress] = door.Neighbours[Shop.Phone];
        var token = (await shop.GetAsync("/portal")).Field("token");
        Assert.Equal(HttpStatusCode.Conflict, (await shop.SendAsync(HttpMethod.Post, "/portal/accept", Shop.Encode(("token", token), ("lang", "en")), NewAddress)).Status);
    }

    [Fact]
    public async Task Who_passed_before_a_restart_of_the_agent_is_in_the_same_visit_after_it()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var first = await shop.AcceptAsync();
        await shop.RestartAsync();
        Assert.Equal(first.Location, (await shop.AcceptAsync()).Location);
        Assert.Single(shop.Presence.Arrivals);
        Assert.Single(shop.Journaled<ConsentData>());
    }

    [Theory]
    [InlineData(nameof(StationEnd.Left), false)]
    [InlineData(nameof(StationEnd.LeaseEnded), false)]
    [InlineData(nameof(StationEnd.Silent), true)]
    public async Task The_visit_ends_once_when_the_phone_has_gone(string how, bool silently)
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        await shop.AcceptAsync();
        var end = Enum.Parse<StationEnd>(how);
        door.Lose(door.Neighbours[Shop.Phone], end);
        door.Lose(door.Neighbours[Shop.Phone], end);
        door.Lose(new("02:00:00:00:00:ff"), end);
        Assert.Equal(shop.Presence.Arrivals.Single().Subject, Assert.Single(shop.Presence.Left));
        Assert.Equal(silently ? 1 : 0, shop.Presence.Silent.Count);
    }

    [Fact]
    public async Task A_phone_that_comes_back_is_nobody_in_particular_until_it_says_so_again()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        await shop.AcceptAsync(loyalty: true, number: "MARIA-1");
        door.Lose(door.Neighbours[Shop.Phone], StationEnd.Left);
        var (page, _) = await shop.EnterAsync();
        Assert.Contains("Anonymous guest", page.Html, StringComparison.Ordinal);
        Assert.True(shop.Presence.Arrivals[^1].Subject.IsAnonymous);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_phone_that_comes_back_while_it_may_pass_is_present_again_under_its_receipt_and_its_page_goes_on(bool soon)
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var (_, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        shop.Presence.IsWithinGrace = soon;
        var phone = door.Neighbours[Shop.Phone];
        var left = shop.Journaled<ConsentData>().Single();
        door.Lose(phone, StationEnd.Left);
        await shop.HappensAsync(new DepartureData(left.VisitId, left.Subject, "entrance", 60, "portal", "voluntary", "high"));
        Assert.DoesNotContain("card offer", (await shop.GetAsync(path)).Html, StringComparison.Ordinal);

        door.Regain(phone);
        door.Regain(phone);
        await shop.WelcomeBackAsync();
        var again = shop.Presence.Arrivals[^1];
        Assert.Equal(2, shop.Presence.Arrivals.Count);
        Assert.Equal((Shop.Maria, soon), (again.Subject, again.Visit.Value == left.VisitId));
        await shop.HappensAsync(new ArrivalData(again.Visit.Value, again.Subject.Value, "entrance", null, "high", "portal", "voluntary", Returned: soon));
        var consents = shop.Journaled<ConsentData>();
        Assert.Equal(soon ? 1 : 2, consents.Count);
        Assert.Equal((left with { VisitId = again.Visit.Value }, 1), (consents[^1], door.Openings));
        Assert.Contains("card offer", (await shop.GetAsync(path)).Html, StringComparison.Ordinal);

        // Heard again and again, it is told of no more; its next going is.
        await shop.WelcomeBackAsync();
        Assert.Equal(2, shop.Presence.Arrivals.Count);
        door.Lose(phone, StationEnd.Silent);
        Assert.Equal(2, shop.Presence.Left.Count);
    }

    [Theory]
    [InlineData("marketing")]
    [InlineData("loyalty")]
    public async Task What_a_customer_takes_back_on_one_phone_does_not_come_back_with_their_other_phone(string purpose)
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var (_, path) = await shop.EnterAsync(loyalty: true, marketing: true, number: "MARIA-1");
        var first = shop.Journaled<ConsentData>()[0];
        door.Lose(door.Neighbours[Shop.Phone], StationEnd.Left);
        await shop.HappensAsync(new DepartureData(first.VisitId, first.Subject, "entrance", 60, "portal", "voluntary", "high"));
        var (_, other) = await shop.EnterAsync(loyalty: true, marketing: true, number: "MARIA-1", phone: Shop.OtherPhone);
        var proof = shop.Key.FormProof(shop.Journaled<ConsentData>()[^1].ReceiptId, "revoke", purpose);
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.SendAsync(HttpMethod.Post, other + "/revoke", Shop.Encode(("proof", proof), ("purpose", purpose)), Shop.OtherPhone)).Status);

        door.Regain(door.Neighbours[Shop.Phone]);
        await shop.WelcomeBackAsync();
        var kept = shop.Journaled<ConsentData>().Last(c => c.ReceiptId == first.ReceiptId);
        Assert.NotEqual(first.VisitId, kept.VisitId);
        Assert.Equal((purpose != "loyalty", purpose != "marketing"), (kept.Loyalty, kept.Marketing));
        Assert.False(shop.Consents(Shop.Maria, purpose));
        await shop.HappensAsync(new ArrivalData(kept.VisitId, kept.Subject, "entrance", null, "high", "portal", "voluntary"));
        Assert.DoesNotContain($"value=\"{purpose}\"", (await shop.GetAsync(path)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_customer_took_back_under_a_former_name_does_not_come_back_with_their_phone()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        shop.FormerName = new("k1-mariaformermariaformermari");
        await shop.EnterAsync(loyalty: true, marketing: true, number: "MARIA-1");
        var first = shop.Journaled<ConsentData>().Single();
        door.Lose(door.Neighbours[Shop.Phone], StationEnd.Left);
        await shop.HappensAsync(first with { ReceiptId = Guid.NewGuid().ToString(), Subject = shop.FormerName.Value.Value, Marketing = false });

        door.Regain(door.Neighbours[Shop.Phone]);
        await shop.WelcomeBackAsync();
        var kept = shop.Journaled<ConsentData>()[^1];
        Assert.Equal((first.ReceiptId, true, false), (kept.ReceiptId, kept.Loyalty, kept.Marketing));
        Assert.NotEqual(first.VisitId, kept.VisitId);
    }

    [Fact]
    public async Task A_guest_who_comes_back_keeps_what_they_had_allowed_though_their_words_went_with_the_visit()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        await shop.EnterAsync(marketing: true);
        var first = shop.Journaled<ConsentData>().Single();
        door.Lose(door.Neighbours[Shop.Phone], StationEnd.Left);
        await shop.HappensAsync(new DepartureData(first.VisitId, first.Subject, "entrance", 60, "portal", "voluntary", "low"));
        door.Regain(door.Neighbours[Shop.Phone]);
        await shop.WelcomeBackAsync();
        var kept = shop.Journaled<ConsentData>()[^1];
        Assert.NotEqual(first.VisitId, kept.VisitId);
        Assert.True(kept.Marketing);
    }

    [Fact]
    public async Task Nobody_is_welcomed_back_who_has_gone_again_or_may_not_pass_or_took_the_terms_back_or_never_went()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var (_, path) = await shop.EnterAsync();
        var phone = door.Neighbours[Shop.Phone];
        door.Regain(phone);
        await shop.WelcomeBackAsync();
        Assert.Single(shop.Presence.Arrivals);

        door.Lose(phone, StationEnd.Left);
        door.Regain(phone);
        door.Lose(phone, StationEnd.Left);
        await shop.WelcomeBackAsync();
        Assert.Equal((1, 1), (shop.Presence.Arrivals.Count, shop.Presence.Left.Count));

        var receipt = shop.Journaled<ConsentData>().Single().ReceiptId;
        await shop.PostAsync(path + "/revoke", ("purpose", "terms"), ("proof", shop.Key.FormProof(receipt, "revoke", "terms")));
        door.Regain(phone);
        await shop.WelcomeBackAsync();
        Assert.Single(shop.Presence.Arrivals);
        // The door was slow to close.
        await door.OpenAsync(phone, receipt, CancellationToken.None);
        await shop.WelcomeBackAsync();
        Assert.Single(shop.Presence.Arrivals);
    }

    [Fact]
    public async Task Taking_back_the_terms_ends_the_visit_and_the_passage_and_voids_the_page()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var (_, path) = await shop.EnterAsync();
        var receipt = shop.Journaled<ConsentData>().Single().ReceiptId;
        var left = await shop.PostAsync(path + "/revoke", ("purpose", "terms"), ("proof", shop.Key.FormProof(receipt, "revoke", "terms")));
        Assert.Equal("/portal?lang=en&done=left", left.Location);
        Assert.Contains("You are disconnected", (await shop.GetAsync(left.Location!)).Html, StringComparison.Ordinal);
        Assert.Empty(door.Guests);
        Assert.Single(shop.Presence.Left);
        Assert.False(shop.Journaled<ConsentData>()[^1].Terms);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Who_says_that_they_are_not_the_customer_passes_on_as_a_guest_with_the_guests_receipt()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var (page, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        await shop.PostAsync(path + "/not-me", ("proof", page.Field("proof", "/not-me")));
        Assert.Equal(shop.Journaled<ConsentData>()[^1].ReceiptId, Assert.Single(door.Guests).Receipt);
        Assert.Empty(door.Closed);
    }

    [Fact]
    public async Task A_page_opened_on_another_phone_opens_no_door_for_that_phone()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var (page, path) = await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        await shop.SendAsync(HttpMethod.Post, path + "/not-me", Shop.Encode(("proof", page.Field("proof", "/not-me"))), Shop.OtherPhone);
        Assert.Empty(door.Guests);
        Assert.Equal(door.Neighbours[Shop.Phone], Assert.Single(door.Closed));
    }

    [Fact]
    public async Task Terms_that_were_taken_back_in_the_moment_of_a_crash_open_nothing_after_it()
    {
        var door = new PlayedDoor();
        await using var shop = await Shop.OpenAsync(door: door);
        var (_, path) = await shop.EnterAsync();
        var receipt = shop.Journaled<ConsentData>().Single().ReceiptId;
        await shop.PostAsync(path + "/revoke", ("purpose", "terms"), ("proof", shop.Key.FormProof(receipt, "revoke", "terms")));
        await door.OpenAsync(door.Neighbours[Shop.Phone], receipt, CancellationToken.None);
        await shop.RestartAsync();
        Assert.Empty(door.Guests);
    }
}

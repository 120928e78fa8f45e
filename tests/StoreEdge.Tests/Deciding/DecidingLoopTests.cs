using System.Text.Json.Nodes;
using StoreEdge.Agent.Displays;
using StoreEdge.Contracts;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

public sealed class DecidingLoopTests
{
    private static byte[] OneGeneric => Document(Offer("g", "generic")).Bytes();

    private static byte[] GenericAndPromotion => Document(Offer("g", "generic"), Offer("p", "promotion")).Bytes();

    [Fact]
    public async Task An_arrival_is_decided_journaled_and_only_then_shown()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        Assert.Equal("g", bench.OnDoor);
        Assert.Null(bench.Hub.Current(new("aisle")));
        var decision = Assert.IsAssignableFrom<DecisionData>(bench.Events[1]);
        Assert.Equal(("v1", "k1-ana", "display", "door", false), (decision.VisitId, decision.Subject, decision.Place, decision.Display, decision.Fallback));
        Assert.Equal(7, Guid.Parse(decision.DecisionId).Version);
        Assert.Equal(decision.DecisionId, bench.Hub.Current(DecidingBench.Door)!.Decision.Value);
    }

    [Fact]
    public async Task A_decision_says_how_sure_the_visit_was_when_it_was_made_also_after_a_restart()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1", assurance: "medium");
        await bench.PhoneAsync("v1");
        await bench.RestartAsync();
        await bench.HappensAsync(new ZoneData("v1", "k1-ana", "entrance", "aisle", "r2", "involuntary", "low"));
        await bench.PhoneAsync("v1");
        Assert.Equal(
            [("display", "medium"), ("phone", "medium"), ("display", "low"), ("phone", "low")], bench.Events.OfType<DecisionData>().Select(d => (d.Place, d.Assurance!)));
    }

    [Fact]
    public async Task Who_came_in_together_is_greeted_once_and_who_came_alone_is_greeted_anew()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        var greeting = bench.Hub.Current(DecidingBench.Door)!.Decision;
        await bench.ArrivesAsync("v2", "k1-bia", party: "v1");
        Assert.Equal(greeting, bench.Hub.Current(DecidingBench.Door)!.Decision);
        await bench.ArrivesAsync("v3", "k1-caio");
        Assert.Equal("v3", bench.Hub.Current(DecidingBench.Door)!.Visit.Value);
    }

    [Fact]
    public async Task A_party_whose_first_has_already_left_is_still_greeted()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.DepartsAsync("v1");
        await bench.ArrivesAsync("v2", "k1-bia", party: "v1");
        Assert.Equal("v2", bench.Hub.Current(DecidingBench.Door)!.Visit.Value);
    }

    [Fact]
    public async Task The_displays_own_acknowledgement_makes_the_proof_with_its_latency()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        bench.Clock.Advance(TimeSpan.FromMilliseconds(120));
        Assert.True(await bench.DrawsAsync());
        Assert.True(await bench.DrawsAsync());
        var rendered = Assert.Single(bench.Events.OfType<RenderedData>());
        Assert.Equal((120.0, "g", "door"), (rendered.ArrivalToRenderMilliseconds, rendered.OfferId, rendered.Display));
    }

    [Fact]
    public async Task A_decision_that_cannot_be_kept_is_not_shown_and_the_next_one_is()
    {
        await using var bench = new DecidingBench(OneGeneric);
        bench.Refuses = data => data is DecisionData;
        await bench.ArrivesAsync("v1");
        Assert.Null(bench.OnDoor);
        Assert.Contains(bench.Health.Warnings, w => w.Code == "decision-not-kept");
        bench.Refuses = _ => false;
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Equal("g", bench.OnDoor);
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code == "decision-not-kept");
    }

    [Fact]
    public async Task A_screen_goes_on_when_its_proof_cannot_be_kept()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        bench.Refuses = data => data is RenderedData or ProofOfPlayData;
        Assert.True(await bench.DrawsAsync());
        await bench.DepartsAsync("v1");
        Assert.Null(bench.OnDoor);
        Assert.Contains(bench.Health.Warnings, w => w.Code == "proof-not-kept");
    }

    [Fact]
    public async Task A_restart_while_the_journal_refuses_leaves_what_was_cut_off_to_the_next_start()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        bench.Refuses = data => data is ProofOfPlayData;
        await bench.RestartAsync();
        Assert.Contains(bench.Health.Warnings, w => w.Code == "decision-not-kept");
        bench.Refuses = _ => false;
        await bench.RestartAsync();
        Assert.Equal("restart", Assert.Single(bench.Events.OfType<ProofOfPlayData>()).Reason);
    }

    [Fact]
    public async Task Nothing_is_shown_after_departure_and_the_proof_says_so()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.DepartsAsync("v1");
        Assert.Null(bench.OnDoor);
        var proof = Assert.Single(bench.Events.OfType<ProofOfPlayData>());
        Assert.Equal(("departed", "g", "generic"), (proof.Reason, proof.OfferName, proof.OfferClass));
        await bench.KnowsAsync("v1", ("lifecycle", "\"customer\""));
        Assert.Null(bench.OnDoor);
        Assert.Empty(await bench.PhoneAsync("v1"));
    }

    [Fact]
    public async Task Moving_to_another_zone_takes_the_showing_along()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.HappensAsync(new ZoneData("v1", "k1-ana", "entrance", "aisle", "r2", "involuntary", "low"));
        Assert.Null(bench.OnDoor);
        Assert.Equal("g", bench.Hub.Current(new("aisle"))?.Offer.Value);
    }

    /// <summary>Row 2 of what is asked: context pushed from central.</summary>
    [Fact]
    public async Task Context_improves_what_is_shown_while_the_visit_lasts()
    {
        await using var bench = new DecidingBench(GenericAndPromotion);
        await bench.ArrivesAsync("v1");
        Assert.Equal("g", bench.OnDoor);
        await bench.KnowsAsync("v1", ("commercialHold", "false"), ("marketingConsent", "true"));
        Assert.Equal("p", bench.OnDoor);
        Assert.Equal("replaced", Assert.Single(bench.Events.OfType<ProofOfPlayData>()).Reason);
        await bench.KnowsAsync("v1", ("commercialHold", "true"));
        Assert.Equal("g", bench.OnDoor);
    }

    [Fact]
    public async Task Context_that_says_nothing_new_does_not_make_the_screen_restless()
    {
        await using var bench = new DecidingBench(Document(Offer("g1", "generic"), Offer("g2", "generic"), Offer("g3", "generic")).Bytes());
        await bench.ArrivesAsync("v1");
        var before = bench.Hub.Current(DecidingBench.Door);
        for (var i = 0; i < 20; i++) await bench.KnowsAsync("v1", ("tier", "\"gold\""));
        Assert.Same(before, bench.Hub.Current(DecidingBench.Door));
    }

    [Fact]
    public async Task Context_that_overtakes_its_arrival_is_used_and_an_unknown_attribute_refuses_the_whole()
    {
        await using var bench = new DecidingBench(GenericAndPromotion);
        await bench.KnowsAsync("v1", ("commercialHold", "false"), ("marketingConsent", "true"));
        await bench.ArrivesAsync("v1");
        Assert.Equal("p", bench.OnDoor);
        var fault = await Assert.ThrowsAsync<FormatException>(() => bench.KnowsAsync("v1", ("shoeSize", "43"), ("commercialHold", "true")));
        Assert.Contains("'shoeSize' is not part of the contract", fault.Message, StringComparison.Ordinal);
        Assert.Equal("p", bench.OnDoor);
    }

    [Fact]
    public async Task Stop_and_never_hold_after_a_power_cut()
    {
        await using var bench = new DecidingBench(Document(Offer("a", "generic"), Offer("b", "generic")).Bytes());
        await bench.ArrivesAsync("v1");
        await bench.ChoosesAsync("v1", "never", "a");
        await bench.RestartAsync();
        Assert.Equal(["b"], (await bench.PhoneAsync("v1")).Select(o => o.Offer.Value));
        await bench.ChoosesAsync("v1", "stop", null);
        await bench.RestartAsync();
        await bench.DepartsAsync("v1");
        var decisions = bench.Events.OfType<DecisionData>().Count();
        await bench.ArrivesAsync("v2");
        Assert.Null(bench.OnDoor);
        Assert.Empty(await bench.PhoneAsync("v2"));
        Assert.Equal(decisions, bench.Events.OfType<DecisionData>().Count());
    }

    [Fact]
    public async Task Stop_takes_the_showing_off_the_screen_at_once()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ChoosesAsync("v1", "stop", null);
        Assert.Null(bench.OnDoor);
        Assert.Equal("choice", Assert.Single(bench.Events.OfType<ProofOfPlayData>()).Reason);
    }

    [Fact]
    public async Task Nobody_is_shown_anything_while_what_they_said_cannot_be_read()
    {
        await using var bench = new DecidingBench(OneGeneric);
        using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(bench.Directory, "journal", "journal.db")}"))
        {
            database.Open();
            using var command = database.CreateCommand();
            command.CommandText = "DROP TRIGGER preference_added; DROP TRIGGER preference_removed; DROP TRIGGER preference_changed; ALTER TABLE preference RENAME TO spoilt";
            command.ExecuteNonQuery();
        }

        await bench.ArrivesAsync("v1");
        Assert.Null(bench.OnDoor);
        Assert.Empty(await bench.PhoneAsync("v1"));
        Assert.True(bench.Inputs.HasStopped(new("k1-ana")));
        Assert.Contains(bench.Health.Warnings, w => w.Code == "preferences-unreadable");
    }

    [Fact]
    public async Task A_person_has_one_vote_for_an_offer_a_day_and_the_last_counts()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ChoosesAsync("v1", "want", "g");
        await bench.ChoosesAsync("v1", "want", "g");
        Assert.Equal((1, 0), Counts());
        await bench.ChoosesAsync("v1", "never", "g");
        Assert.Equal((0, 1), Counts());
        bench.Clock.Advance(TimeSpan.FromDays(1));
        await bench.ChoosesAsync("v1", "want", "g");
        Assert.Equal((1, 1), Counts());

        // A day takes 2 % of a vote away, which is none yet.
        (int, int) Counts()
        {
            var counts = bench.Votes("g").Guests;
            return ((int)Math.Round(counts.Wanted), (int)Math.Round(counts.Refused));
        }
    }

    [Fact]
    public async Task Not_now_is_for_this_visit_only()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.ChoosesAsync("v1", "not-now", "g");
        Assert.Equal("fallback", Assert.Single(await bench.PhoneAsync("v1")).Offer.Value);
        await bench.DepartsAsync("v1");
        await bench.ArrivesAsync("v2");
        Assert.Equal("g", bench.OnDoor);
    }

    [Fact]
    public async Task Nobody_is_remembered_who_is_nobody_beyond_the_visit()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1", "visit-1");
        await bench.ChoosesAsync("v1", "never", "g", "visit-1");
        await bench.DepartsAsync("v1", "visit-1");
        var traces = bench.Journal.Query(database =>
        {
            using var command = database.CreateCommand();
            command.CommandText = "SELECT (SELECT count(*) FROM preference) + (SELECT count(*) FROM vote WHERE subject = 'visit-1') + (SELECT count(*) FROM showing WHERE subject = 'visit-1' OR visit = 'v1')";
            return (long)command.ExecuteScalar()!;
        });
        Assert.Equal(0, traces);
    }

    [Fact]
    public async Task A_cap_is_reserved_by_the_decision_kept_by_the_acknowledgement_and_released_without_one()
    {
        var document = Document(Offer("g", "generic")).With("caps", new JsonArray(new JsonObject { ["per"] = "customer", ["counts"] = "eachOffer", ["limit"] = 1, ["window"] = "P1D" }));
        await using var bench = new DecidingBench(document.Bytes());
        await bench.ArrivesAsync("v1");
        Assert.Equal("fallback", Assert.Single(await bench.PhoneAsync("v1")).Offer.Value);
        await bench.PassAsync(DisplayHub.RenderTimeout);
        Assert.Null(bench.OnDoor);
        Assert.Equal("not-rendered", Assert.Single(bench.Events.OfType<ProofOfPlayData>()).Reason);
        await bench.DepartsAsync("v1");

        await bench.ArrivesAsync("v2");
        Assert.Equal("g", bench.OnDoor);
        await bench.DrawsAsync();
        await bench.DepartsAsync("v2");
        await bench.RestartAsync();
        await bench.ArrivesAsync("v3");
        Assert.Equal("fallback", bench.OnDoor);
    }

    [Fact]
    public async Task A_household_shares_its_cap()
    {
        var document = Document(Offer("g", "generic")).With("caps", new JsonArray(new JsonObject { ["per"] = "household", ["counts"] = "eachOffer", ["limit"] = 1, ["window"] = "P1D" }));
        await using var bench = new DecidingBench(document.Bytes());
        await bench.KnowsAsync("v1", ("household", "\"h7\""));
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.RestartAsync();
        await bench.KnowsAsync("v2", ("household", "\"h7\""));
        await bench.ArrivesAsync("v2", "k1-rui");
        Assert.Equal("fallback", bench.OnDoor);
        await bench.KnowsAsync("v3", ("household", "\"h8\""));
        await bench.ArrivesAsync("v3", "k1-eva");
        Assert.Equal("g", bench.OnDoor);
    }

    [Fact]
    public async Task A_showing_that_a_crash_cut_off_is_declared_ended_and_the_screen_starts_empty()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        bench.Clock.Advance(TimeSpan.FromMilliseconds(90));
        await bench.DrawsAsync();
        var showing = bench.Hub.Current(DecidingBench.Door)!;
        await bench.RestartAsync();
        Assert.Null(bench.OnDoor);
        var proof = Assert.Single(bench.Events.OfType<ProofOfPlayData>());
        Assert.Equal(("restart", showing.Id, showing.DecidedAt.AddMilliseconds(90)), (proof.Reason, proof.ShowingId, proof.RenderedAt));
        await bench.RestartAsync();
        Assert.Single(bench.Events.OfType<ProofOfPlayData>());
    }

    [Fact]
    public async Task When_time_is_over_the_next_of_those_present_has_a_turn()
    {
        await using var bench = new DecidingBench(OneGeneric);
        bench.Hub.Connect(DecidingBench.Door);
        await bench.ArrivesAsync("v1");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.ArrivesAsync("v2", "k1-rui");
        await bench.DrawsAsync();
        await bench.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("v1", bench.Hub.Current(DecidingBench.Door)?.Visit.Value);
        await bench.DrawsAsync();
        await bench.DepartsAsync("v1");
        Assert.Equal("v2", bench.Hub.Current(DecidingBench.Door)?.Visit.Value);
    }

    [Fact]
    public async Task A_notice_goes_to_the_phone_first_and_never_in_its_own_words_to_the_screen()
    {
        await using var bench = new DecidingBench(GenericAndPromotion);
        await bench.ArrivesAsync("v1");
        bench.Loop.Accept(new NoticeMessage("n1", "v1", "order-late", new Dictionary<string, string> { ["en"] = "Your order is two days late; delivery is on us." }, bench.Clock.GetUtcNow().AddHours(1)));
        await bench.Loop.DrainAsync(default);
        Assert.DoesNotContain("two days", string.Join(' ', bench.Hub.Current(DecidingBench.Door)!.Poster), StringComparison.Ordinal);
        var phone = await bench.PhoneAsync("v1");
        Assert.Equal(["n1", "g"], phone.Select(o => o.Offer.Value));
        Assert.Equal("Your order is two days late; delivery is on us.", phone[0].Headline);
    }

    [Fact]
    public async Task Looking_at_the_phone_twice_is_one_decision()
    {
        await using var bench = new DecidingBench(GenericAndPromotion);
        await bench.ArrivesAsync("v1");
        var first = await bench.PhoneAsync("v1");
        Assert.Same(first, await bench.PhoneAsync("v1"));
        Assert.Single(bench.Events.OfType<DecisionData>(), d => d.Place == "phone");
        await bench.ChoosesAsync("v1", "want", "g");
        Assert.Same(first, await bench.PhoneAsync("v1"));
        await bench.KnowsAsync("v1", ("commercialHold", "false"), ("marketingConsent", "true"));
        Assert.Equal(["p", "g"], (await bench.PhoneAsync("v1")).Select(o => o.Offer.Value));
    }
}

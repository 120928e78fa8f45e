using System.Text.Json.Nodes;
using StoreEdge.Agent.Displays;
using StoreEdge.Contracts;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

/// <summary>Service before selling, and the customer in command, as the rooms that decide keep it; the numbers are those of the requirements.</summary>
public sealed class ServiceFirstTests
{
    private const string Late = "Order 20931 is late, Ana.";

    [Fact]
    [Trait("Mission", "26")]
    public async Task An_order_that_is_late_comes_before_every_promotion_with_its_remedy_on_the_phone_and_without_a_word_of_it_on_the_screen()
    {
        await using var bench = new DecidingBench(Promotions);
        await bench.KnowsAsync("v1", ("commercialHold", "false"), ("marketingConsent", "true"));
        await bench.ArrivesAsync("v1");
        Assert.Equal("p", bench.OnDoor);
        await NoticeAsync(bench, "v1", "n1");
        Assert.Equal("n1", bench.OnDoor);
        var poster = bench.Hub.Current(DecidingBench.Door)!.Poster;
        Assert.Equal("service", poster.Class);
        foreach (var text in new[] { poster.Headline, poster.Body, poster.Kicker, poster.Call, poster.Why, bench.Hub.Current(DecidingBench.Door)!.OfferName })
            foreach (var secret in new[] { "20931", "Ana", "late", "atras", "tarde", "refund" }) Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
        var phone = (await bench.PhoneAsync("v1"))[0];
        Assert.Equal(("n1", Late, "We refund the delivery."), (phone.Offer.Value, phone.Headline, phone.Body));
    }

    [Fact]
    public async Task A_screen_says_the_same_of_an_order_that_is_late_and_of_one_that_is_ready()
    {
        await using var bench = new DecidingBench(Promotions);
        await bench.ArrivesAsync("v1");
        await NoticeAsync(bench, "v1", "n1", "order-late");
        var late = bench.Hub.Current(DecidingBench.Door)!.Poster.ContentHash();
        await bench.DepartsAsync("v1");
        await bench.ArrivesAsync("v2", "k1-bia");
        await NoticeAsync(bench, "v2", "n2", "order-ready");
        Assert.Equal(late, bench.Hub.Current(DecidingBench.Door)!.Poster.ContentHash());
    }

    [Fact]
    public async Task A_notice_takes_the_screen_from_anothers_promotion_and_no_promotion_takes_it_back()
    {
        await using var bench = new DecidingBench(Promotions);
        await bench.ArrivesAsync("v1");
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Equal("v2", bench.Hub.Current(DecidingBench.Door)!.Visit.Value);
        await NoticeAsync(bench, "v1", "n1");
        Assert.Equal(("v1", "n1"), (bench.Hub.Current(DecidingBench.Door)!.Visit.Value, bench.OnDoor));
        await bench.ArrivesAsync("v3", "k1-eva");
        Assert.Equal("n1", bench.OnDoor);
    }

    [Fact]
    public async Task A_word_about_one_customer_does_not_end_what_another_is_shown()
    {
        await using var bench = new DecidingBench(Promotions);
        await bench.KnowsAsync("v2", ("commercialHold", "false"), ("marketingConsent", "true"));
        await bench.ArrivesAsync("v1");
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Equal("p", bench.OnDoor);
        bench.Loop.Accept(new NoticeMessage("n1", "v1", "queue", new Dictionary<string, string> { ["en"] = "Over." }, bench.Clock.GetUtcNow().AddSeconds(-1)));
        await bench.Loop.DrainAsync(default);
        Assert.Equal("p", bench.OnDoor);
    }

    [Fact]
    public async Task A_notice_that_is_over_is_taken_away_from_the_screen_and_from_the_phone()
    {
        await using var bench = new DecidingBench(Promotions);
        await bench.ArrivesAsync("v1");
        await NoticeAsync(bench, "v1", "n1", lasts: TimeSpan.FromSeconds(5));
        await bench.DrawsAsync();
        Assert.Contains(await bench.PhoneAsync("v1"), o => o.Offer.Value == "n1");
        await bench.PassAsync(TimeSpan.FromSeconds(5));
        Assert.NotEqual("n1", bench.OnDoor);
        Assert.DoesNotContain(await bench.PhoneAsync("v1"), o => o.Offer.Value == "n1");
    }

    [Fact]
    public async Task Central_hears_once_of_each_place_where_a_notice_was_shown()
    {
        await using var bench = new DecidingBench(Promotions);
        bench.Hub.Connect(DecidingBench.Door);
        await bench.ArrivesAsync("v1");
        await NoticeAsync(bench, "v1", "n1");
        Assert.Empty(bench.Events.OfType<NoticeShownData>());
        await DrawnAsync(bench);
        await bench.PassAsync(TimeSpan.FromMinutes(1));
        await DrawnAsync(bench);
        await bench.PhoneAsync("v1");
        await bench.PhoneAsync("v1");
        Assert.Equal([("n1", "order-late", "display", "door"), ("n1", "order-late", "phone", null)], bench.Events.OfType<NoticeShownData>().Select(n => (n.NoticeId, n.Kind, n.Place, n.Display)));
    }

    [Fact]
    public async Task A_screen_says_that_there_is_news_three_times_and_no_more_once_the_phone_has_shown_it()
    {
        await using var bench = new DecidingBench(Promotions);
        bench.Hub.Connect(DecidingBench.Door);
        await bench.ArrivesAsync("v1");
        await NoticeAsync(bench, "v1", "n1");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("n1", bench.OnDoor);
            await DrawnAsync(bench);
            await bench.PassAsync(TimeSpan.FromMinutes(1));
        }

        Assert.NotEqual("n1", bench.OnDoor);
        await NoticeAsync(bench, "v1", "n2");
        await bench.PhoneAsync("v1");
        await DrawnAsync(bench);
        await bench.PassAsync(TimeSpan.FromMinutes(1));
        Assert.NotEqual("n2", bench.OnDoor);
    }

    [Fact]
    public async Task A_notice_that_the_screen_told_three_times_still_stands_on_the_phone_whatever_the_caps()
    {
        static JsonObject Cap(string counts, int limit) => new() { ["per"] = "customer", ["counts"] = counts, ["limit"] = limit, ["window"] = "P1D" };
        await using var bench = new DecidingBench(Document(Offer("g", "generic")).With("caps", new JsonArray(Cap("eachOffer", 3), Cap("together", 3))).Bytes());
        bench.Hub.Connect(DecidingBench.Door);
        await NoticeAsync(bench, "v1", "n1");
        await bench.ArrivesAsync("v1");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("n1", bench.OnDoor);
            await DrawnAsync(bench);
            await bench.PassAsync(TimeSpan.FromMinutes(1));
        }

        // Nor has it used up the room of what sells.
        Assert.Equal("g", bench.OnDoor);
        Assert.Equal(["n1", "g"], (await bench.PhoneAsync("v1")).Select(o => o.Offer.Value));
    }

    [Fact]
    public async Task What_is_learned_while_somebody_reads_a_notice_for_the_last_time_does_not_take_it_away_from_them()
    {
        await using var bench = new DecidingBench(Promotions);
        bench.Hub.Connect(DecidingBench.Door);
        await NoticeAsync(bench, "v1", "n1");
        await bench.ArrivesAsync("v1");
        for (var i = 0; i < 2; i++)
        {
            await DrawnAsync(bench);
            await bench.PassAsync(TimeSpan.FromMinutes(1));
        }

        await DrawnAsync(bench);
        await bench.KnowsAsync("v1", ("commercialHold", "false"), ("marketingConsent", "true"));
        Assert.Equal("n1", bench.OnDoor);
        // Another notice may, and so may selling once it has been read.
        await NoticeAsync(bench, "v1", "n2");
        Assert.Equal("n2", bench.OnDoor);
        await bench.PhoneAsync("v1");
        await DrawnAsync(bench);
        await bench.PassAsync(DisplayHub.MinimumDwell);
        Assert.Equal("n2", bench.OnDoor);
        await bench.KnowsAsync("v1", ("commercialHold", "false"), ("marketingConsent", "true"), ("lifecycle", "\"customer\""));
        Assert.Contains(bench.OnDoor, (IEnumerable<string?>)["g", "p"]);
    }

    [Fact]
    public async Task A_notice_that_central_takes_back_goes_at_once_also_while_it_is_read()
    {
        await using var bench = new DecidingBench(Promotions);
        bench.Hub.Connect(DecidingBench.Door);
        await NoticeAsync(bench, "v1", "n1");
        await bench.ArrivesAsync("v1");
        await DrawnAsync(bench);
        await NoticeAsync(bench, "v1", "n1", lasts: TimeSpan.FromSeconds(-1));
        Assert.NotEqual("n1", bench.OnDoor);
    }

    [Fact]
    public async Task A_remedy_that_only_some_readers_would_learn_of_is_refused()
    {
        await using var bench = new DecidingBench(Promotions);
        var fault = Assert.Throws<FormatException>(() => bench.Loop.Accept(new NoticeMessage(
            "n1", "v1", "order-late", new Dictionary<string, string> { ["en"] = "Late.", ["es"] = "Tarde." }, bench.Clock.GetUtcNow().AddHours(1), new Dictionary<string, string> { ["en"] = "Free." })));
        Assert.Contains("no remedy in es", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_issue_sends_a_person_when_it_is_freshly_known_and_neither_for_an_old_word_nor_after_stop()
    {
        await using var bench = new DecidingBench(Promotions);
        var sent = new List<string>();
        bench.Loop.OpenIssue = (visit, assurance) =>
        {
            sent.Add($"{visit.Visit}:{assurance}");
            return Task.CompletedTask;
        };
        await bench.KnowsAsync("early", ("openIssue", "true"));
        await bench.ArrivesAsync("early", "k1-ana", assurance: "medium");
        Assert.Equal(["early:medium"], sent);
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Single(sent);
        await bench.KnowsAsync("v2", ("openIssue", "true"), ("commercialHold", "false"), ("marketingConsent", "true"));
        Assert.Equal("v2:low", sent[^1]);
        Assert.DoesNotContain(await bench.PhoneAsync("v2", "k1-bia"), o => o.Offer.Value == "p");
        await bench.ArrivesAsync("v3", "k1-eva");
        await bench.ChoosesAsync("v3", "stop", null, "k1-eva");
        var before = sent.Count;
        await bench.KnowsAsync("v3", ("openIssue", "true"));
        Assert.Equal(before, sent.Count);
    }

    [Theory]
    [InlineData("never-supplier", "acme")]
    [InlineData("never-demand", "seating")]
    [Trait("Mission", "18")]
    public async Task A_supplier_or_a_category_that_is_refused_is_off_the_screen_at_once_stays_off_over_a_power_cut_and_can_be_taken_back(string choice, string target)
    {
        await using var bench = new DecidingBench(Document(Offer("chair", "generic", "seating").With("supplier", "acme"), Offer("stool", "generic", "seating").With("supplier", "acme")).Bytes());
        await bench.ArrivesAsync("v1");
        Assert.Contains(bench.OnDoor, (IEnumerable<string?>)["chair", "stool"]);
        await SayAsync(choice);
        Assert.Null(bench.OnDoor);
        await bench.RestartAsync();
        Assert.DoesNotContain(await bench.PhoneAsync("v1"), o => o.Offer.Value is "chair" or "stool");
        Assert.Equal((choice, target, true), bench.Inputs.WordsOf(new("k1-ana"), new("v1"))[0]);
        await SayAsync(choice.Replace("never", "again", StringComparison.Ordinal));
        Assert.Contains(await bench.PhoneAsync("v1"), o => o.Offer.Value is "chair" or "stool");
        Assert.Empty(bench.Inputs.WordsOf(new("k1-ana"), new("v1")));

        Task SayAsync(string word) => bench.HappensAsync(new ChoiceData("v1", "k1-ana", word, null, null, "low", Target: target));
    }

    [Fact]
    public async Task To_want_something_else_refuses_nothing_and_counts_as_no_vote()
    {
        await using var bench = new DecidingBench(Promotions);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.HappensAsync(new ChoiceData("v1", "k1-ana", "else", null, "d1", "low", Target: "running"));
        Assert.Equal("g", bench.OnDoor);
        Assert.Empty(bench.Inputs.WordsOf(new("k1-ana"), new("v1")));
        Assert.False(bench.Inputs.HasStopped(new("k1-ana")));
    }

    private static byte[] Promotions => Document(Offer("g", "generic"), Offer("p", "promotion")).Bytes();

    private static async Task NoticeAsync(DecidingBench bench, string visit, string id, string kind = "order-late", TimeSpan? lasts = null)
    {
        bench.Loop.Accept(new NoticeMessage(
            id, visit, kind, new Dictionary<string, string> { ["en"] = Late }, bench.Clock.GetUtcNow() + (lasts ?? TimeSpan.FromHours(1)), new Dictionary<string, string> { ["en"] = "We refund the delivery." }));
        await bench.Loop.DrainAsync(default);
    }

    /// <summary>The page draws, and deciding sees the event that says so.</summary>
    private static async Task DrawnAsync(DecidingBench bench)
    {
        await bench.DrawsAsync();
        bench.Loop.Post(new(1, bench.Events.OfType<RenderedData>().Last(), default, bench.Clock.GetUtcNow()));
        await bench.Loop.DrainAsync(default);
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class PhoneDeedTests
{
    [Fact]
    public async Task Help_is_asked_for_once_however_often_it_is_tapped()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => shop.PostAsync(path + "/help", ("proof", page.Field("proof", "/help")), ("skill", HelpDesk.Skills[i % HelpDesk.Skills.Count]))));
        var asked = Assert.Single(shop.Journaled<HelpRequestedData>());
        Assert.Equal(("entrance", "en", "low"), (asked.Zone, asked.Language, asked.Assurance));
        var after = await shop.GetAsync(path + "?done=help");
        Assert.Contains("Somebody will come to you.", after.Text);
        Assert.Contains("<li class=\"reached\" aria-current=\"step\">Asked</li>", after.Html);
        Assert.Empty(after.Form("/help?"));
    }

    [Fact]
    public async Task Help_can_be_withdrawn_and_asked_for_again_over_a_restart_and_ends_with_the_visit()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        await HelpAsync(shop, path, page, "price");
        await shop.RestartAsync();
        var asked = await shop.GetAsync(path);
        Assert.Contains("A price or an offer", asked.Text);
        await shop.PostAsync(path + "/help-withdraw", ("proof", asked.Field("proof", "/help-withdraw")));
        await shop.PostAsync(path + "/help-withdraw", ("proof", asked.Field("proof", "/help-withdraw")));
        Assert.Equal(("withdrawn", "customer"), Assert.Single(shop.Journaled<HelpChangedData>()) is var said ? (said.State, said.By) : default);
        var withdrawn = await shop.GetAsync(path);
        await HelpAsync(shop, path, withdrawn, "find");
        Assert.Equal(2, shop.Journaled<HelpRequestedData>().Select(h => h.RequestId).Distinct().Count());
        var arrival = shop.Presence.Arrivals.Single();
        await shop.HappensAsync(new DepartureData(arrival.Visit.Value, arrival.Subject.Value, "entrance", 60, "portal", "voluntary", "low"));
        Assert.Null(shop.Bench.Store.Query(database => HelpProjection.Of(database, arrival.Visit)));
        Assert.Empty((await shop.GetAsync(path)).Form("/help"));
        Assert.Equal(HttpStatusCode.NotFound, (await HelpAsync(shop, path, withdrawn, "find")).Status);
    }

    [Theory]
    [InlineData("skill", "dance")]
    [InlineData("proof", "")]
    public async Task Help_that_was_not_offered_is_refused(string field, string value)
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        var fields = new Dictionary<string, string> { ["proof"] = page.Field("proof", "/help"), ["skill"] = "find", [field] = value };
        Assert.InRange((int)(await shop.PostAsync(path + "/help", [.. fields.Select(f => (f.Key, f.Value))])).Status, 400, 499);
        Assert.Empty(shop.Journaled<HelpRequestedData>());
    }

    [Fact]
    public async Task Offline_the_page_says_so_and_where_to_go_with_a_question()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        Assert.DoesNotContain("offline", page.Text);
        shop.IsOffline = true;
        var offline = await shop.GetAsync(path);
        Assert.Contains("The shop is offline at the moment", offline.Text);
        Assert.Contains("speak to our staff directly", offline.Text);
    }

    [Theory]
    [InlineData("want")]
    [InlineData("not-now")]
    [InlineData("never")]
    public async Task What_was_said_about_an_offer_is_shown_and_can_be_taken_back(string choice)
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        var chosen = await shop.PostAsync(
            path + "/choice", ("proof", page.Field("proof", "/choice")), ("offer", "chair"), ("decision", "decision-chair"), ("choice", choice));
        var said = await shop.GetAsync(chosen.Location!);
        Assert.Contains("What you told us", said.Text);
        Assert.Contains("<b>Title chair</b>", said.Html);
        var undone = await shop.PostAsync(path + "/again", ("proof", said.Field("proof", "/again")), ("offer", "chair"));
        var after = await shop.GetAsync(undone.Location!);
        Assert.Contains("Taken back.", after.Text);
        Assert.DoesNotContain("What you told us", after.Text);
        Assert.Equal(("again", "chair", null), shop.Journaled<ChoiceData>()[^1] is var last ? (last.Choice, last.OfferId, last.DecisionId) : default);
    }

    [Fact]
    public async Task Stop_can_be_taken_back_and_personal_offers_stay_off_until_a_new_receipt()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(marketing: true);
        await shop.PostAsync(path + "/stop", ("proof", page.Field("proof", "/stop")));
        var stopped = await shop.GetAsync(path);
        Assert.DoesNotContain("Title chair", stopped.Html);
        var again = await shop.PostAsync(path + "/again", ("proof", stopped.Field("proof", "/again")), ("offer", ""));
        var after = await shop.GetAsync(again.Location!);
        Assert.Contains("Title chair", after.Html);
        Assert.Empty(after.Form("/revoke"));
        var words = shop.Bench.Store.Query(database =>
        {
            using var command = database.CreateCommand();
            command.CommandText = "SELECT group_concat(kind || value, ' ') FROM (SELECT kind, value FROM preference WHERE kind IN ('stop', 'marketing') ORDER BY kind)";
            return (string)command.ExecuteScalar()!;
        });
        Assert.Equal("marketing0 stop0", words);
    }

    [Fact]
    public async Task What_was_wanted_can_be_a_gift_and_then_after_all_not()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        await shop.PostAsync(path + "/choice", ("proof", page.Field("proof", "/choice")), ("offer", "chair"), ("decision", "decision-chair"), ("choice", "want"));
        var wanted = await shop.GetAsync(path);
        var gift = await GiftAsync(shop, path, wanted, "yes");
        Assert.Contains("a gift. It does not count as your taste.", (await shop.GetAsync(gift.Location!)).Text);
        var marked = await shop.GetAsync(path);
        Assert.Contains("A gift: it says nothing about you", marked.Text);
        await GiftAsync(shop, path, marked, "no");
        Assert.Contains("It's a gift", (await shop.GetAsync(path)).Text);
        Assert.Equal([("seating", "chair", true), ("seating", "chair", false)], shop.Journaled<GiftMarkedData>().Select(g => (g.Demand, g.OfferId!, g.Gift)));
        Assert.Equal(HttpStatusCode.BadRequest, (await GiftAsync(shop, path, marked, "perhaps")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await shop.PostAsync(path + "/gift", ("proof", marked.Field("proof", "/gift")), ("demand", "cars"), ("offer", "chair"), ("gift", "yes"))).Status);
    }

    [Fact]
    public async Task Each_fact_says_since_when_what_for_and_where_from_and_an_interest_can_be_a_gift()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Facts =
        [
            new("lifecycle", ["customer"], shop.Clock.GetUtcNow(), "service", []), new("interest", ["running shoes"], shop.Clock.GetUtcNow(), "marketing", [("running", false)]),
            new("tier", ["<gold>"], shop.Clock.GetUtcNow(), "loyalty", []),
        ];
        var (page, path) = await shop.EnterAsync(loyalty: true, marketing: true, link: Shop.GoodLink);
        foreach (var said in new[] { "How we know you", "a customer", "to serve you well", "Your interests", "running shoes", "because you agreed to personal offers", "<gold>", "Where you are", "entrance", "our customer service, 20" })
            Assert.Contains(said, page.Text);
        Assert.DoesNotContain("<gold>", page.Html);
        await GiftAsync(shop, path, page, "yes");
        Assert.Equal(("running", null), Assert.Single(shop.Journaled<GiftMarkedData>()) is var gift ? (gift.Demand, gift.OfferId) : default);
    }

    [Fact]
    public async Task Who_is_recognised_is_told_of_once_without_what_they_typed_and_a_guest_is_not()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnterAsync();
        Assert.Empty(shop.Journaled<IdentifiedData>());
        await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        await shop.EnterAsync(loyalty: true, number: "MARIA-1");
        var identified = Assert.Single(shop.Journaled<IdentifiedData>());
        Assert.Equal((Shop.Maria.Value, "number", "high"), (identified.Subject, identified.Means, identified.Assurance));
        Assert.DoesNotContain(shop.Bench.Store.ReadAfter(0, 100), e => Encoding.UTF8.GetString(e.Data.Span).Contains("MARIA-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task My_data_says_what_is_held_and_the_file_has_it_all()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(loyalty: true, link: Shop.GoodLink);
        await shop.PostAsync(path + "/choice", ("proof", page.Field("proof", "/choice")), ("offer", "chair"), ("decision", "decision-chair"), ("choice", "never"));
        await HelpAsync(shop, path, page, "advice");
        var data = await shop.GetAsync(path + "/data");
        foreach (var said in new[] { "Title chair: never again.", "You asked for help: Advice.", "We recognised you by our app.", "What you agreed to and said about offers" }) Assert.Contains(said, data.Text);
        Assert.DoesNotContain(Shop.Maria.Value, data.Html);
        var file = await shop.GetAsync(path + "/data.json");
        using var json = JsonDocument.Parse(file.Html);
        Assert.Equal(shop.Bench.Store.ReadAfter(0, 100).Select(e => e.Type), json.RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(1, json.RootElement.GetProperty("tables").GetProperty("help").GetArrayLength());
        Assert.Contains("attachment; filename=\"my-data.json\"", file.Headers["Content-Disposition"]);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.GetAsync("/portal/me/AAAAAAAAAAAAAAAAAAAAAA/data.json")).Status);
    }

    [Fact]
    public async Task Looking_at_my_data_over_and_over_is_refused_before_it_costs_anything()
    {
        await using var shop = await Shop.OpenAsync(new() { Name = "Casa Aurora", PostsPerMinute = 5 });
        var (_, path) = await shop.EnterAsync();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++) answers.Add((await shop.GetAsync(path + "/data")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
    }

    [Fact]
    public async Task Erasing_asks_once_more_then_nothing_is_left_and_central_knows_whom_by_a_hash()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync(loyalty: true, link: Shop.GoodLink);
        await HelpAsync(shop, path, page, "advice");
        var sure = await shop.GetAsync(path + "/erase");
        Assert.Contains("Erase everything?", sure.Text);
        Assert.NotEmpty(shop.Journaled<ConsentData>());
        Assert.Equal(HttpStatusCode.Conflict, (await shop.PostAsync(path + "/erase", ("proof", page.Field("proof", "/help")))).Status);
        var gone = await shop.PostAsync(path + "/erase", ("proof", sure.Field("proof", "/erase")));
        Assert.Equal("/portal/erased?lang=en", gone.Location);
        Assert.Contains("This shop holds nothing about you any more.", (await shop.GetAsync(gone.Location!)).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.GetAsync(path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.PostAsync(path + "/erase", ("proof", sure.Field("proof", "/erase")))).Status);
        var told = Assert.Single(shop.Journaled<CustomerErasedData>());
        Assert.Equal([Strangers.HashOf(Shop.Maria.Value)], told.SubjectHashes);
        Assert.True(shop.Strangers.Contains(Shop.Maria));
        Assert.Equal(["customer-erased", "gap"], shop.Bench.Store.ReadAfter(0, 100).Select(e => e.Type).Order());
    }

    [Fact]
    public void Every_language_has_every_word_of_the_phones_page()
    {
        var first = PhoneText.All[0];
        Assert.Equal(PortalText.Tags, PhoneText.All.Select(t => t.Tag));
        foreach (var text in PhoneText.All)
        {
            foreach (var property in typeof(PhoneText).GetProperties().Where(p => p.DeclaringType == typeof(PhoneText)))
            {
                if (property.GetValue(text) is string word)
                {
                    Assert.False(string.IsNullOrWhiteSpace(word), $"{text.Tag} has no {property.Name}");
                    Assert.Equal(Holes((string)property.GetValue(first)!), Holes(word));
                }

                if (property.GetValue(text) is IReadOnlyDictionary<string, string> words)
                {
                    var others = (IReadOnlyDictionary<string, string>)property.GetValue(first)!;
                    Assert.Equal(others.Keys.Order(), words.Keys.Order());
                    foreach (var (key, said) in words)
                    {
                        Assert.False(string.IsNullOrWhiteSpace(said), $"{text.Tag} has no {property.Name} {key}");
                        Assert.Equal(Holes(others[key]), Holes(said));
                    }
                }
            }

            Assert.Equal(first.ConfirmPoints.Count, text.ConfirmPoints.Count);
            Assert.Equal(HelpDesk.Skills.Append(HelpDesk.Issue).Order(), text.Skills.Keys.Order());
            Assert.Empty(text.Done.Keys.Intersect(PortalText.ByTag(text.Tag)!.Done.Keys));
        }

        static IEnumerable<string> Holes(string text) => Regex.Matches(text, @"\{\d\}").Select(m => m.Value).Order();
    }

    [Fact]
    public void Every_kind_of_event_and_table_about_a_customer_has_its_words()
    {
        string[] nobodys = [EventTypes.Footfall, EventTypes.Gap, EventTypes.Unrecorded, EventTypes.JournalRenewed, EventTypes.ClockSynchronized, EventTypes.CustomerErased, EventTypes.ScreenChoice];
        foreach (var text in PhoneText.All)
        {
            foreach (var type in EventTypes.All.Except(nobodys)) Assert.Contains(text.Events.Keys, key => key.Split(':')[0] == type);
            Assert.Equal(StoreEdge.Agent.Hosting.OrderParts.Tables().Select(t => t.Name).Order(), text.Tables.Keys.Order());
        }
    }

    [Fact]
    public async Task The_phones_page_and_my_data_stay_below_thirty_kilobytes_however_much_there_is_to_say()
    {
        await using var shop = await Shop.OpenAsync(new() { Name = new string('n', 60), Contact = new string('c', 120), PostsPerMinute = 1000 });
        var wordy = new string('é', 200);
        shop.IsOffline = true;
        shop.Facts = [.. PhoneText.All[0].Facts.Keys.Select(name => new PhoneFactCard(name, name == "interest" ? [.. Enumerable.Range(0, 32).Select(i => $"interest {i}")] : ["value"], shop.Clock.GetUtcNow(), "marketing",
            name == "interest" ? [.. Enumerable.Range(0, 32).Select(i => ($"interest-{i}", i % 2 == 0))] : []))];
        shop.Offers = [.. Enumerable.Range(0, 3).Select(i => new PhoneOfferCard($"o{i}", $"d{i}", "en", wordy, wordy, "R$ 1.234,56", "R$ 2.345,67", wordy, wordy, true))];
        var (page, path) = await shop.EnterAsync(loyalty: true, marketing: true, link: Shop.GoodLink);
        var session = shop.Journaled<ConsentData>()[0];
        for (var i = 0; i < 100; i++) await shop.HappensAsync(new ChoiceData(session.VisitId, session.Subject, "want", $"offer-{i}", null, "high"));
        await HelpAsync(shop, path, page, "advice");
        foreach (var where in new[] { path, path + "/data", path + "/erase" })
            foreach (var tag in PortalText.Tags)
            {
                var answer = await shop.GetAsync($"{where}?lang={tag}");
                Assert.InRange(Encoding.UTF8.GetByteCount(answer.Html), 1, 30 * 1024);
                Assert.DoesNotContain("<script", answer.Html);
            }
    }

    [Theory]
    [InlineData("never-supplier", "oak", "Nothing more from Oak")]
    [InlineData("never-demand", "seating", "Nothing more about chairs")]
    [Trait("Mission", "18")]
    public async Task With_an_offer_its_supplier_or_its_kind_can_be_refused_from_the_phone_and_taken_back(string kind, string target, string button)
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        await shop.PostAsync(path + "/choice", ("proof", page.Field("proof", "/choice")), ("offer", "chair"), ("decision", "decision-chair"), ("choice", "never"));
        var refused = await shop.GetAsync(path);
        Assert.Contains(button, refused.Text);
        var form = Regex.Matches(refused.Html, "<form method=\"post\" action=\"[^\"]*/never.*?</form>", RegexOptions.Singleline).Single(m => m.Value.Contains(kind)).Value;
        var proof = Regex.Match(form, "name=\"proof\" value=\"([^\"]*)\"").Groups[1].Value;
        var other = await shop.PostAsync(path + "/never", ("proof", proof), ("kind", kind), ("target", "another"));
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        var said = await shop.PostAsync(path + "/never", ("proof", proof), ("kind", kind), ("target", target));
        var after = await shop.GetAsync(said.Location!);
        Assert.Contains("Understood: nothing more", after.Text);
        Assert.Equal((kind, target, null), shop.Journaled<ChoiceData>()[^1] is var last ? (last.Choice, last.Target, last.OfferId) : default);
        await shop.RestartAsync();
        var kept = await shop.GetAsync(path);
        Assert.Contains($"Title {target}", kept.Text);
        await shop.PostAsync(path + "/again", ("proof", kept.Field("proof", "/again")), ("kind", kind), ("offer", target));
        Assert.Equal((kind.Replace("never", "again"), target), shop.Journaled<ChoiceData>()[^1] is var again ? (again.Choice, again.Target) : default);
        Assert.DoesNotContain($"Title {target}", (await shop.GetAsync(path)).Text);
        Assert.Contains($"Title {target}: nothing more", (await shop.GetAsync(path + "/data")).Text);
    }

    [Fact]
    [Trait("Mission", "19")]
    public async Task Who_wanted_something_else_says_what_with_one_tap_and_never_types()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        Assert.Contains("Looking for something else?", page.Text);
        Assert.Equal(HttpStatusCode.BadRequest, (await ElseAsync("anything at all")).Status);
        var said = await ElseAsync("running");
        Assert.Contains("Noted, thank you!", (await shop.GetAsync(said.Location!)).Text);
        await ElseAsync("");
        Assert.Equal([("else", "running", "decision-chair"), ("else", null, "decision-chair")], shop.Journaled<ChoiceData>().Select(c => (c.Choice, c.Target, c.DecisionId!)));
        Assert.DoesNotContain("What you told us", (await shop.GetAsync(path)).Text);

        Task<Answer> ElseAsync(string target) => shop.PostAsync(path + "/else", ("proof", page.Field("proof", "/else")), ("decision", "decision-chair"), ("target", target));
    }

    [Fact]
    [Trait("Mission", "28")]
    public async Task After_help_the_customer_may_rate_it_once_and_nobody_asks_for_it_before()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        await HelpAsync(shop, path, page, "find");
        Assert.Empty((await shop.GetAsync(path)).Form("/rate"));
        var asked = Assert.Single(shop.Journaled<HelpRequestedData>());
        await shop.HappensAsync(new HelpChangedData(asked.VisitId, asked.Subject, asked.RequestId, "solved", "staff", "low", "entrance"));
        var solved = await shop.GetAsync(path);
        Assert.Contains("How was the help?", solved.Text);
        Assert.Equal(HttpStatusCode.BadRequest, (await RateAsync("6")).Status);
        Assert.Contains("Thank you for rating.", (await shop.GetAsync((await RateAsync("4")).Location!)).Text);
        await RateAsync("1");
        Assert.Equal(4, Assert.Single(shop.Journaled<HelpRatedData>()).Stars);
        Assert.Empty((await shop.GetAsync(path)).Form("/rate"));
        Assert.Contains("You gave the help 4 stars.", (await shop.GetAsync(path + "/data")).Text);

        Task<Answer> RateAsync(string stars) => shop.PostAsync(path + "/rate", ("proof", solved.Field("proof", "/rate")), ("stars", stars));
    }

    [Fact]
    public async Task A_customer_whose_request_was_passed_on_is_told_that_it_takes_longer()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        await HelpAsync(shop, path, page, "find");
        var asked = Assert.Single(shop.Journaled<HelpRequestedData>());
        await shop.HappensAsync(new HelpChangedData(asked.VisitId, asked.Subject, asked.RequestId, "escalated", "store", "low", null, 1));
        Assert.Contains("We have called more people.", (await shop.GetAsync(path)).Text);
    }

    private static Task<Answer> HelpAsync(Shop shop, string path, Answer page, string skill) =>
        shop.PostAsync(path + "/help", ("proof", page.Field("proof", "/help")), ("skill", skill));

    private static Task<Answer> GiftAsync(Shop shop, string path, Answer page, string gift) => shop.PostAsync(
        path + "/gift", ("proof", page.Field("proof", "/gift")), ("demand", page.Field("demand", "/gift")), ("offer", page.Field("offer", "/gift")), ("gift", gift));
}

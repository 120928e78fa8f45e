using System.Collections.Immutable;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

public sealed class DeciderTests
{
    [Fact]
    public void The_same_inputs_and_seed_give_the_same_bytes()
    {
        var bundle = Bundle(Offer("a", "promotion"), Offer("b", "promotion"), Offer("c", "generic"));
        byte[] Once() => DecisionJson.Write(Decider.Decide(BundleParser.Parse(Document(Offer("a", "promotion"), Offer("b", "promotion"), Offer("c", "generic")).Bytes()), bundle.On("phone"), Friend(), 7));
        Assert.Equal(Once(), Once());
    }

    [Fact]
    public void Service_comes_before_help_before_loyalty_before_promotion_before_generic()
    {
        var bundle = Bundle(Offer("g", "generic").With("priority", 10), Offer("p", "promotion"), Offer("l", "loyalty"), Offer("h", "help"), Offer("s", "service"));
        string[] order = ["s", "h", "l", "p", "g"];
        for (var skip = 0; skip < 5; skip++)
        {
            var wishes = Friend().Wishes with { NeverOffers = [.. order.Take(skip).Select(o => new OfferId(o))] };
            Assert.Equal(order[skip], Decider.Decide(bundle, bundle.On("screen"), Friend() with { Wishes = wishes }, 1).Ids().Single());
        }
    }

    [Theory]
    [InlineData("true", "hold")]
    [InlineData(null, "hold-unknown")]
    public void Nothing_is_promoted_under_a_hold_or_an_unknown_hold(string? hold, string reason)
    {
        var bundle = Bundle(Offer("p", "promotion"));
        var decision = Decider.Decide(bundle, bundle.On("phone"), Friend() with { Facts = hold is null ? Facts.None : Known((FactName.CommercialHold, hold)) }, 1);
        Assert.True(decision.IsFallback);
        Assert.Equal(reason, decision.Reason("p"));
    }

    [Fact]
    public void A_fact_past_its_age_is_unknown()
    {
        var bundle = Bundle(Offer("p", "promotion"));
        var facts = Known((FactName.CommercialHold, "false"));
        Assert.Equal(["p"], Decider.Decide(bundle, bundle.On("phone"), Friend() with { At = Noon.AddMinutes(55) }, 1).Ids());
        var later = Decider.Decide(bundle, bundle.On("phone"), Friend() with { At = Noon.AddMinutes(55).AddTicks(1), Facts = facts }, 1);
        Assert.Equal("hold-unknown", later.Reason("p"));
        Assert.Equal([new FactAge(FactName.CommercialHold, TimeSpan.FromHours(1) + TimeSpan.FromTicks(1), false)], later.Facts.ToArray());
    }

    [Fact]
    public void A_fact_from_the_far_future_is_not_believed()
    {
        var bundle = Bundle(Offer("p", "promotion"));
        Assert.Equal("hold-unknown", Decider.Decide(bundle, bundle.On("phone"), Friend() with { At = Noon.AddHours(-1) }, 1).Reason("p"));
    }

    [Theory]
    [InlineData("newProspect", true)]
    [InlineData("customer", false)]
    [InlineData("exCustomer", false)]
    [InlineData("knownProspect", false)]
    [InlineData(null, false)]
    public void A_welcome_is_for_somebody_freshly_known_as_new(string? lifecycle, bool shown)
    {
        var bundle = Bundle(Offer("w", "generic").With("welcome", true));
        var facts = lifecycle is null ? Facts.None : Known((FactName.Lifecycle, lifecycle));
        Assert.Equal(shown, Decider.Decide(bundle, bundle.On("screen"), Somebody() with { Facts = facts }, 1).Ids() is ["w"]);
    }

    [Fact]
    public void A_shared_screen_shows_public_content_only_and_a_phone_the_rest()
    {
        var bundle = Bundle(Offer("personal", "generic").With("sensitivity", "personal"), Offer("intimate", "generic").With("sensitivity", "intimate"));
        var screen = Decider.Decide(bundle, bundle.On("screen"), Friend(), 1);
        Assert.True(screen.IsFallback);
        Assert.All(screen.Rejected, r => Assert.Equal("not-public", r.Reason));
        Assert.False(Decider.Decide(bundle, bundle.On("phone"), Friend(), 1).IsFallback);
    }

    [Fact]
    public void After_stop_only_the_fallback_remains_even_of_service()
    {
        var bundle = Bundle(Offer("s", "service"), Offer("g", "generic"));
        foreach (var stopped in new[] { Truth.True, Truth.Unknown })
        {
            var decision = Decider.Decide(bundle, bundle.On("phone"), Friend() with { Wishes = Friend().Wishes with { Stopped = stopped } }, 1);
            Assert.True(decision.IsFallback);
            Assert.Equal(stopped == Truth.True ? "stopped" : "stop-unknown", decision.Reason("s"));
        }
    }

    [Fact]
    public void After_departure_there_is_nothing_at_all()
    {
        var bundle = Bundle(Offer("g", "generic"));
        Assert.Empty(Decider.Decide(bundle, bundle.On("screen"), Friend() with { IsPresent = false }, 1).Chosen);
    }

    [Fact]
    public void Never_means_never_for_an_offer_a_supplier_and_a_demand()
    {
        var bundle = Bundle(Offer("a", "generic"), Offer("b", "generic").With("supplier", "acme"), Offer("c", "generic", "shoes"));
        var wishes = Wishes.Silent with { NeverOffers = [new("a")], NeverSuppliers = [new("acme")], NeverDemands = ["shoes"] };
        var decision = Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Wishes = wishes }, 1);
        Assert.True(decision.IsFallback);
        Assert.Equal(["never-offer", "never-supplier", "never-demand"], decision.Rejected.Select(r => r.Reason));
    }

    [Fact]
    public void Without_consent_there_is_generic_content_only()
    {
        var bundle = Bundle(Offer("l", "loyalty"), Offer("p", "promotion"), Offer("g", "generic"));
        var decision = Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Facts = Known((FactName.CommercialHold, "false")) }, 1);
        Assert.Equal(["g"], decision.Ids());
        Assert.Equal("no-consent-loyalty", decision.Reason("l"));
        Assert.Equal("no-consent-marketing", decision.Reason("p"));
    }

    [Fact]
    public void A_refusal_in_the_store_goes_before_a_consent_given_elsewhere()
    {
        var bundle = Bundle(Offer("p", "promotion"));
        var facts = Known((FactName.CommercialHold, "false"), (FactName.MarketingConsent, "true"));
        Assert.Equal(["p"], Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Facts = facts }, 1).Ids());
        var refused = Wishes.Silent with { Consents = ImmutableDictionary<Purpose, bool>.Empty.Add(Purpose.Marketing, false) };
        Assert.True(Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Facts = facts, Wishes = refused }, 1).IsFallback);
    }

    [Fact]
    public void A_fact_is_unknown_without_consent_to_its_purpose()
    {
        var bundle = Bundle(Offer("i", "generic").With("sensitivity", "personal").When("interest", "coffee"));
        var facts = new Facts(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.Interest, new(["coffee"], Noon, TimeSpan.FromHours(1), Purpose.Marketing)));
        Assert.Equal("interest-unknown", Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Facts = facts }, 1).Reason("i"));
        Assert.Equal(["i"], Decider.Decide(bundle, bundle.On("phone"), Friend() with { Facts = facts }, 1).Ids());
    }

    [Fact]
    public void A_negated_condition_needs_knowledge_too()
    {
        var offer = Offer("x", "generic").With("conditions", new JsonArray(new JsonObject { ["fact"] = "lifecycle", ["noneOf"] = new JsonArray("customer") }));
        var bundle = Bundle(offer);
        Decision With(Facts facts) => Decider.Decide(bundle, bundle.On("screen"), Somebody() with { Facts = facts }, 1);
        Assert.Equal("lifecycle-unknown", With(Facts.None).Reason("x"));
        Assert.Equal("lifecycle-differs", With(Known((FactName.Lifecycle, "customer"))).Reason("x"));
        Assert.Equal(["x"], With(Known((FactName.Lifecycle, "newProspect"))).Ids());
    }

    [Fact]
    public void An_open_issue_gets_a_person_and_not_a_promotion()
    {
        var bundle = Bundle(Offer("p", "promotion"), Offer("h", "help").With("sensitivity", "personal").When("openIssue", "true"));
        var decision = Decider.Decide(bundle, bundle.On("phone"), Friend() with { Facts = Known((FactName.CommercialHold, "false"), (FactName.OpenIssue, "true")) }, 1);
        Assert.Equal(["h"], decision.Ids());
        Assert.Equal("open-issue", decision.Reason("p"));
    }

    [Fact]
    public void A_gift_makes_interests_say_nothing_even_when_the_flag_is_old()
    {
        var bundle = Bundle(Offer("i", "generic").With("sensitivity", "personal").When("interest", "coffee"));
        var facts = Known((FactName.Interest, "coffee")).With(new(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.Gift, new(["true"], Noon.AddDays(-9), TimeSpan.FromHours(1), null))), Noon);
        Assert.Equal("gift", Decider.Decide(bundle, bundle.On("phone"), Friend() with { Facts = facts }, 1).Reason("i"));
    }

    [Fact]
    public void An_interest_in_what_was_a_gift_is_not_the_customers_own_and_others_stay()
    {
        var bundle = Bundle(
            Offer("c", "generic", "coffee").With("sensitivity", "personal").When("interest", "coffee"), Offer("r", "generic", "running").With("sensitivity", "personal").When("interest", "running"));
        var facts = new Facts(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.Interest, new(["coffee", "running"], Noon, TimeSpan.FromHours(1), Purpose.Marketing)));
        var friend = Friend() with { Facts = facts };
        Assert.Equal(["c", "r"], Decider.Decide(bundle, bundle.On("phone"), friend, 1).Ids().Order());
        var giver = friend with { Wishes = friend.Wishes with { GiftDemands = ["running"] } };
        var decision = Decider.Decide(bundle, bundle.On("phone"), giver, 1);
        Assert.Equal(["c"], decision.Ids());
        Assert.Equal("interest-differs", decision.Reason("r"));
        Assert.Equal("interest-unknown", Decider.Decide(bundle, bundle.On("phone"), friend with { Wishes = friend.Wishes with { GiftDemands = ["running", "coffee"] } }, 1).Reason("r"));
    }

    [Theory]
    [InlineData("22:00", "07:00", 23, true)]
    [InlineData("22:00", "07:00", 6, true)]
    [InlineData("22:00", "07:00", 7, false)]
    [InlineData("22:00", "07:00", 12, false)]
    [InlineData("11:00", "13:00", 12, true)]
    public void Nothing_sells_in_quiet_hours_of_the_stores_own_time(string from, string until, int hour, bool quiet)
    {
        var document = Document(Offer("g", "generic"), Offer("h", "help"));
        document["placements"]![1]!["quietHours"] = new JsonArray(new JsonObject { ["from"] = from, ["until"] = until });
        var bundle = BundleParser.Parse(document.Bytes());
        var decision = Decider.Decide(bundle, bundle.On("phone"), Somebody() with { At = new(2026, 11, 21, hour, 0, 0, TimeSpan.FromHours(-3)) }, 1);
        Assert.Contains("h", decision.Ids());
        Assert.Equal(!quiet, decision.Ids().Contains("g"));
    }

    [Fact]
    public void An_offer_is_shown_from_its_first_moment_until_before_its_last_and_while_stock_lasts()
    {
        var bundle = Bundle(Offer("x", "generic").With("validFrom", "2026-11-21T12:00:00-03:00").With("validUntil", "2026-11-21T13:00:00-03:00"), Offer("none", "generic").With("stock", 0));
        string At(double minutes) => Decider.Decide(bundle, bundle.On("screen"), Somebody() with { At = Noon.AddMinutes(minutes) }, 1) is { IsFallback: false } d ? d.Ids()[0]
            : Decider.Decide(bundle, bundle.On("screen"), Somebody() with { At = Noon.AddMinutes(minutes) }, 1).Reason("x");
        Assert.Equal("not-yet-valid", At(-0.001));
        Assert.Equal("x", At(0));
        Assert.Equal("x", At(59.9));
        Assert.Equal("no-longer-valid", At(60));
        Assert.Equal("out-of-stock", Decider.Decide(bundle, bundle.On("screen"), Somebody(), 1).Reason("none"));
    }

    [Fact]
    public void A_cap_counts_in_a_rolling_window_and_within_one_decision()
    {
        var document = Document(Offer("a", "generic"), Offer("b", "generic"), Offer("c", "generic"))
            .With("caps", new JsonArray(new JsonObject { ["per"] = "customer", ["counts"] = "together", ["limit"] = 2, ["window"] = "PT1H" }));
        var bundle = BundleParser.Parse(document.Bytes());
        Assert.Equal(2, Decider.Decide(bundle, bundle.On("phone"), Somebody(), 1).Chosen.Length);
        PastShowing Ago(double minutes) => new(new("z"), null, OfferClass.Generic, Noon.AddMinutes(-minutes), CapHolders.Customer);
        Assert.Single(Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Shown = [Ago(59)] }, 1).Chosen);
        Assert.True(Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Shown = [Ago(59), Ago(1)] }, 1).IsFallback);
        Assert.Equal(2, Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Shown = [Ago(60), Ago(61)] }, 1).Chosen.Length);
    }

    [Theory]
    [InlineData("service")]
    [InlineData("help")]
    public void Caps_are_about_selling_so_service_and_help_are_exempt_from_those_that_name_no_class(string kind)
    {
        static JsonObject Cap(string counts) => new() { ["per"] = "customer", ["counts"] = counts, ["limit"] = 1, ["window"] = "PT1H" };
        var document = Document(Offer("s", kind), Offer("g", "generic")).With("caps", new JsonArray(Cap("eachOffer"), Cap("together")));
        var bundle = BundleParser.Parse(document.Bytes());
        PastShowing Past(string offer, OfferClass? of) => new(new(offer), null, of, Noon.AddMinutes(-1), CapHolders.Customer);
        var known = bundle.Find(new("s"))!.Class;
        // It takes no room of what sells either, neither earlier nor in the same decision.
        Assert.Equal(["s", "g"], Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Shown = [Past("s", known), Past("s", known)] }, 1).Ids());
        Assert.Equal(["s"], Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Shown = [Past("gone", null)] }, 1).Ids());
        // A shop that names the class means it.
        var named = BundleParser.Parse(document.With("caps", new JsonArray(Cap("eachOffer").With("class", kind))).Bytes());
        Assert.Equal(["g"], Decider.Decide(named, named.On("phone"), Somebody() with { Shown = [Past("s", known)] }, 1).Ids());
    }

    [Fact]
    public void No_cap_holds_back_what_central_has_to_say_about_an_order()
    {
        var document = Document(Offer("g", "generic")).With("caps", new JsonArray(
            new JsonObject { ["per"] = "customer", ["counts"] = "together", ["class"] = "service", ["limit"] = 1, ["window"] = "PT1H" }));
        var bundle = BundleParser.Parse(document.Bytes());
        var notice = bundle.Find(new("g"))! with { Id = new("n1"), Class = OfferClass.Service, Demand = "n1" };
        var context = Somebody() with { Notices = [notice], Shown = [new(new("n1"), null, OfferClass.Service, Noon.AddMinutes(-1), CapHolders.Customer)] };
        Assert.Equal(["n1", "g"], Decider.Decide(bundle, bundle.On("phone"), context, 1).Ids());
    }

    [Fact]
    public void A_fallback_that_was_refused_is_not_shown_and_none_where_all_are()
    {
        var document = Document();
        document["fallbacks"] = new JsonArray(Offer("f1", "generic", "bread").With("supplier", "acme"), Offer("f2", "generic", "milk").With("supplier", "other"));
        var bundle = BundleParser.Parse(document.Bytes());
        string[] With(Wishes wishes) => [.. Enumerable.Range(0, 50).SelectMany(seed => Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Wishes = wishes }, (ulong)seed).Ids()).Distinct().Order()];
        Assert.Equal(["f1", "f2"], With(Wishes.Silent));
        Assert.Equal(["f2"], With(Wishes.Silent with { NeverOffers = [new("f1")] }));
        Assert.Equal(["f2"], With(Wishes.Silent with { NotNow = [new("f1")] }));
        Assert.Equal(["f2"], With(Wishes.Silent with { NeverDemands = ["bread"] }));
        Assert.Equal(["f2"], With(Wishes.Silent with { NeverSuppliers = [new("acme")] }));
        Assert.Empty(With(Wishes.Silent with { NeverOffers = [new("f1")], NeverDemands = ["milk"] }));
        Assert.Empty(Decider.Decide(bundle, bundle.On("screen"), Somebody() with { Wishes = Wishes.Silent with { NotNow = [new("f1"), new("f2")] } }, 1).Explanation);
    }

    [Fact]
    public void A_clock_that_stepped_back_does_not_lift_a_cap()
    {
        var document = Document(Offer("a", "generic")).With("caps", new JsonArray(new JsonObject { ["per"] = "household", ["counts"] = "eachOffer", ["limit"] = 1, ["window"] = "PT1H" }));
        var bundle = BundleParser.Parse(document.Bytes());
        var context = Somebody() with { Shown = [new(new("a"), null, OfferClass.Generic, Noon.AddDays(2), CapHolders.Household)] };
        Assert.Equal("cap-household:caps[0]", Decider.Decide(bundle, bundle.On("phone"), context, 1).Reason("a"));
    }

    [Fact]
    public void Three_offers_serve_three_demands_of_three_suppliers()
    {
        var bundle = Bundle(Offer("a", "generic", "x").With("supplier", "acme"), Offer("b", "generic", "x"), Offer("c", "generic", "y").With("supplier", "acme"), Offer("d", "generic", "z"));
        for (var seed = 0UL; seed < 50; seed++)
        {
            var chosen = Decider.Decide(bundle, bundle.On("phone"), Somebody(), seed).Chosen;
            Assert.Equal(chosen.Length, chosen.Select(c => c.Offer.Demand).Distinct().Count());
            Assert.True(chosen.Count(c => c.Offer.Supplier is not null) <= 1);
        }
    }

    [Fact]
    public void A_suspended_supplier_is_not_shown()
    {
        var document = Document(Offer("a", "generic").With("supplier", "acme"));
        document["suppliers"]![0]!["factor"] = 0;
        var bundle = BundleParser.Parse(document.Bytes());
        Assert.Equal("supplier-suspended", Decider.Decide(bundle, bundle.On("phone"), Somebody(), 1).Reason("a"));
    }

    [Fact]
    public void A_better_offer_wins_more_often_and_a_newcomer_is_still_seen()
    {
        var bundle = Bundle(
            Offer("good", "generic").With("counts", new JsonObject { ["shown"] = 2000, ["wanted"] = 100 }),
            Offer("poor", "generic").With("counts", new JsonObject { ["shown"] = 2000, ["wanted"] = 20 }),
            Offer("fresh", "generic"));
        var wins = Enumerable.Range(0, 2000).GroupBy(seed => Decider.Decide(bundle, bundle.On("screen"), Somebody(), (ulong)seed).Ids()[0]).ToDictionary(g => g.Key, g => g.Count());
        Assert.True(wins["good"] > wins["fresh"] && wins["fresh"] > 50, string.Join(", ", wins));
        Assert.False(wins.ContainsKey("poor"));
    }

    [Fact]
    public void The_customer_is_told_why_in_their_language()
    {
        var texts = new JsonObject();
        foreach (var tag in new[] { "en", "pt-BR", "es" }) texts[tag] = new JsonObject { ["name"] = "n", ["headline"] = "h" };
        var document = Document(Offer("i", "generic").With("sensitivity", "personal").With("texts", texts).When("interest", "coffee")).With("texts", new JsonObject { ["pt-BR"] = new JsonObject { ["demand.coffee"] = "café" } });
        var bundle = BundleParser.Parse(document.Bytes());
        string Why(string language) => Decider.Decide(bundle, bundle.On("phone"), Friend() with { Language = language, Facts = Known((FactName.Interest, "coffee")) }, 1).Explanation;
        Assert.Equal("Porque você disse que gosta de café.", Why("pt-BR"));
        Assert.Equal("Because you told us you like coffee.", Why("en-GB"));
        Assert.Equal("Porque nos dijiste que te gusta: coffee.", Why("es"));
    }

    [Fact]
    public void The_draw_of_an_offer_does_not_depend_on_which_others_there_are()
    {
        var few = Bundle(Offer("a", "generic"), Offer("b", "generic"));
        var many = Bundle(Offer("z", "generic"), Offer("a", "generic"), Offer("y", "generic"), Offer("b", "generic"));
        double Draw(Bundle bundle) => Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Wishes = Wishes.Silent with { NeverOffers = [new("z"), new("y")] } }, 5).Chosen.Single(c => c.Offer.Id.Value == "a").Draw;
        Assert.Equal(Draw(few), Draw(many));
    }
}

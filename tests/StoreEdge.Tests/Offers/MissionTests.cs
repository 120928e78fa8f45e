using System.Collections.Immutable;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

/// <summary>What the mission asks of a decision, requirement by requirement; the trait is the requirement's number.</summary>
public sealed class MissionTests
{
    [Fact]
    [Trait("Mission", "6")]
    public void Two_hundred_attributes_are_cut_to_a_few_each_with_a_purpose()
    {
        Assert.True(Enum.GetValues<FactName>().Length <= 16, "each attribute more is one more that can leak: it needs a decision that cannot be made without it");
        var purposes = new[] { "service", "loyalty", "marketing" };
        var value = System.Text.Json.JsonElement.Parse("true");
        Assert.All(purposes, p => FactParser.Parse("openIssue", value, Noon, TimeSpan.FromHours(1), p));
        Assert.Throws<FormatException>(() => FactParser.Parse("openIssue", value, Noon, TimeSpan.FromHours(1), ""));
        Assert.Throws<FormatException>(() => FactParser.Parse("shoeSize", value, Noon, TimeSpan.FromHours(1), "service"));
    }

    [Fact]
    [Trait("Mission", "7")]
    public void The_group_that_was_shown_nothing_is_told_from_the_one_that_was_so_that_corrections_show()
    {
        var bundle = BundleParser.Parse(Document(Offer("p", "promotion").With("campaign", "summer"), Offer("g", "generic")).With("holdouts", HoldoutTests.Holdouts(0.5)).Bytes());
        var decisions = Enumerable.Range(0, 400).Select(i => Decider.Decide(bundle, bundle.On("screen"), Friend() with { Subject = new($"k1-{i}") }, (ulong)i)).ToArray();
        Assert.All(decisions, d => Assert.Equal(d.Campaigns.Single().IsHeldOut, !d.Ids().Contains("p")));
        Assert.InRange(decisions.Count(d => d.Campaigns[0].IsHeldOut), 150, 250);
    }

    [Fact]
    [Trait("Mission", "29")]
    public void Value_directs_effort_and_never_access_to_service()
    {
        var bundle = Bundle(Offer("a", "promotion").With("tiers", new JsonObject { ["gold"] = 10, ["basic"] = 0.1 }), Offer("b", "promotion"), Offer("h", "help"), Offer("s", "service"));
        DecisionContext Of(string? tier) => Friend() with { Facts = tier is null ? Known((FactName.CommercialHold, "false")) : Known((FactName.CommercialHold, "false"), (FactName.Tier, tier)) };
        var (screenless, wins) = (bundle.On("phone"), new Dictionary<string, int>());
        foreach (var tier in new[] { null, "gold", "basic" })
        {
            var decisions = Enumerable.Range(0, 200).Select(seed => Decider.Decide(bundle, screenless, Of(tier), (ulong)seed)).ToArray();
            Assert.All(decisions, d => Assert.Equal(["s", "h"], d.Ids().Take(2)));
            wins[tier ?? ""] = decisions.Count(d => d.Ids()[2] == "a");
        }

        Assert.True(wins["gold"] > wins[""] && wins[""] > wins["basic"] && wins["basic"] > 0, string.Join(", ", wins));
        Assert.Contains("offers[0].conditions", Assert.Throws<DocumentException>(() => Bundle(Offer("s", "service").With("sensitivity", "personal").When("tier", "gold"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Mission", "30")]
    public void Without_consent_for_the_purpose_there_is_generic_content_only()
    {
        var bundle = Bundle(Offer("p", "promotion"), Offer("l", "loyalty"), Offer("i", "generic", "coffee").With("sensitivity", "personal").When("interest", "coffee"), Offer("g", "generic"));
        var facts = Known((FactName.CommercialHold, "false"), (FactName.Interest, "coffee"));
        Assert.Equal(["g"], Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Facts = facts }, 1).Ids());
        var marketing = Wishes.Silent with { Consents = ImmutableDictionary<Purpose, bool>.Empty.Add(Purpose.Marketing, true) };
        Assert.Equal(["g", "i", "p"], Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Facts = facts, Wishes = marketing }, 1).Ids().Order());
    }

    [Fact]
    [Trait("Mission", "32")]
    public void On_a_device_that_a_household_shares_one_does_not_see_what_the_other_looked_for()
    {
        var bundle = Bundle(Offer("i", "generic", "rings").With("sensitivity", "personal").When("interest", "rings"), Offer("g", "generic"));
        var facts = Known((FactName.Interest, "rings"), (FactName.SharedDevice, "true"));
        var decision = Decider.Decide(bundle, bundle.On("phone"), Friend() with { Facts = facts }, 1);
        Assert.Equal(["g"], decision.Ids());
        Assert.Equal("shared-device", decision.Reason("i"));
    }

    [Theory]
    [Trait("Mission", "35")]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void True_five_minutes_ago_may_be_false_now(long ticksPast, bool counts)
    {
        var bundle = Bundle(Offer("w", "generic").With("welcome", true));
        var facts = new Facts(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.Lifecycle, new(["newProspect"], Noon - TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(ticksPast), TimeSpan.FromMinutes(5), null)));
        var decision = Decider.Decide(bundle, bundle.On("screen"), Somebody() with { Facts = facts }, 1);
        Assert.Equal(counts, decision.Ids() is ["w"]);
        Assert.Equal(counts, decision.Facts.Single().Counted);
    }

    [Theory]
    [Trait("Mission", "36")]
    [InlineData("2026-1", "w")]
    [InlineData("2025-3", "fallback")]
    [InlineData(null, "fallback")]
    public void A_new_prospect_by_another_definition_may_be_somebody_else(string? definition, string shown)
    {
        var bundle = BundleParser.Parse(Document(Offer("w", "generic").With("welcome", true)).With("lifecycleDefinition", "2026-1").Bytes());
        var fact = new Fact(["newProspect"], Noon, TimeSpan.FromHours(1), null) { Definition = definition };
        var decision = Decider.Decide(bundle, bundle.On("screen"), Somebody() with { Facts = new(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.Lifecycle, fact)) }, 1);
        Assert.Equal([shown], decision.Ids());
    }

    [Fact]
    [Trait("Mission", "37")]
    public void Somebody_with_several_roles_is_met_in_each_and_whoever_is_at_work_is_sold_nothing()
    {
        var bundle = Bundle(Offer("r", "promotion").With("sensitivity", "personal").When("roles", "reseller"), Offer("h", "help"));
        DecisionContext In(params string[] roles) => Friend() with
        {
            Facts = Known((FactName.CommercialHold, "false")).With(new(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.Roles, new([.. roles], Noon, TimeSpan.FromHours(1), null))), Noon),
        };
        Assert.Equal(["h", "r"], Decider.Decide(bundle, bundle.On("phone"), In("parent", "reseller"), 1).Ids().Order());
        var atWork = Decider.Decide(bundle, bundle.On("phone"), In("reseller", "staff"), 1);
        Assert.Equal(["h"], atWork.Ids());
        Assert.Equal("staff", atWork.Reason("r"));
    }

    [Fact]
    [Trait("Mission", "39")]
    public void Nothing_is_addressed_to_a_name_that_is_blocked_also_when_that_is_old()
    {
        var bundle = Bundle(Offer("s", "service"), Offer("g", "generic"));
        var blocked = Known().With(new(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.Block, new(["true"], Noon.AddDays(-400), TimeSpan.FromDays(1), Purpose.Marketing))), Noon);
        var decision = Decider.Decide(bundle, bundle.On("phone"), Friend() with { Facts = blocked }, 1);
        Assert.True(decision.IsFallback);
        Assert.All(decision.Rejected, r => Assert.Equal("blocked", r.Reason));
        Assert.Throws<DocumentException>(() => Bundle(Offer("x", "generic").When("block", "false")));
    }

    [Fact]
    [Trait("Mission", "39")]
    public void A_name_past_its_validity_is_not_used()
    {
        var name = new Facts(ImmutableDictionary<FactName, Fact>.Empty.Add(FactName.PreferredName, new(["Ana"], Noon, TimeSpan.FromDays(30), null)));
        Assert.Equal("Ana", name.Fresh(FactName.PreferredName, Noon.AddDays(30))?.Values.Single());
        Assert.Null(name.Fresh(FactName.PreferredName, Noon.AddDays(30).AddTicks(1)));
    }

    [Theory]
    [Trait("Mission", "41")]
    [InlineData("customer")]
    [InlineData("exCustomer")]
    [InlineData("knownProspect")]
    [InlineData(null)]
    public void Nobody_says_welcome_to_a_customer_of_decades(string? lifecycle)
    {
        var bundle = Bundle(Offer("w", "generic").With("welcome", true));
        var facts = lifecycle is null ? Facts.None : Known((FactName.Lifecycle, lifecycle));
        Assert.All(bundle.Placements, p => Assert.True(Decider.Decide(bundle, p, Friend() with { Facts = facts }, 1).IsFallback));
    }

    [Theory]
    [Trait("Mission", "42")]
    [InlineData("true")]
    [InlineData(null)]
    public void Whoever_owes_is_promoted_nothing_and_nothing_shows_that_they_do(string? hold)
    {
        var bundle = Bundle(Offer("p", "promotion"), Offer("g", "generic"));
        var owing = Decider.Decide(bundle, bundle.On("screen"), Friend() with { Facts = hold is null ? Facts.None : Known((FactName.CommercialHold, hold)) }, 1);
        Assert.Equal(["g"], owing.Ids());
        var never = Decider.Decide(bundle, bundle.On("screen"), Somebody(), 1);
        Assert.Equal((never.Explanation, never.Chosen[0].Why, never.Chosen[0].Text), (owing.Explanation, owing.Chosen[0].Why, owing.Chosen[0].Text));
    }
}

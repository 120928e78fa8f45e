using System.Text.Json.Nodes;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

public sealed class HoldoutTests
{
    private static readonly Holdout Tenth = new("summer", 0.1, "a");

    [Fact]
    public void The_share_is_kept_and_another_salt_or_campaign_draws_another_group()
    {
        var people = Enumerable.Range(0, 20_000).Select(i => new Pseudonym($"k1-{i}")).ToArray();
        double Share(Func<Pseudonym, bool> held) => people.Count(held) / (double)people.Length;
        Assert.InRange(Share(Tenth.Holds), 0.09, 0.11);
        Assert.InRange(Share(p => Tenth.Holds(p) && (Tenth with { Salt = "b" }).Holds(p)), 0.005, 0.015);
        Assert.InRange(Share(p => Tenth.Holds(p) && (Tenth with { Campaign = "winter" }).Holds(p)), 0.005, 0.015);
        Assert.Equal(0, Share((Tenth with { Share = 0 }).Holds));
    }

    // Written down: a group that changed with the program would spoil every comparison that is running.
    [Theory]
    [InlineData("k1-0", false)]
    [InlineData("k1-7", true)]
    public void The_group_is_the_same_in_every_edition_of_the_program(string subject, bool held) => Assert.Equal(held, Tenth.Holds(new(subject)));

    [Fact]
    public void Whoever_is_held_out_gets_something_else_and_the_decision_names_both_groups()
    {
        var bundle = WithHoldout(Offer("p", "promotion").With("campaign", "summer"), Offer("g", "generic"));
        var held = Decider.Decide(bundle, bundle.On("phone"), Friend() with { Subject = Find(held: true) }, 1);
        Assert.Equal(["g"], held.Ids());
        Assert.Equal("holdout", held.Reason("p"));
        Assert.Equal([new CampaignGroup("summer", true)], held.Campaigns.ToArray());
        var shown = Decider.Decide(bundle, bundle.On("phone"), Friend() with { Subject = Find(held: false) }, 1);
        Assert.Contains("p", shown.Ids());
        Assert.Equal([new CampaignGroup("summer", false)], shown.Campaigns.ToArray());
    }

    [Fact]
    public void Whoever_could_not_have_been_shown_it_anyway_is_in_neither_group()
    {
        var bundle = WithHoldout(Offer("p", "promotion").With("campaign", "summer"));
        foreach (var held in new[] { true, false })
            Assert.Empty(Decider.Decide(bundle, bundle.On("phone"), Somebody() with { Subject = Find(held) }, 1).Campaigns);
    }

    [Fact]
    public void A_cap_that_is_full_changes_nobodys_group()
    {
        var document = Document(Offer("p", "promotion").With("campaign", "summer")).With("holdouts", Holdouts())
            .With("caps", new JsonArray(new JsonObject { ["per"] = "customer", ["counts"] = "eachOffer", ["limit"] = 1, ["window"] = "PT1H" }));
        var bundle = BundleParser.Parse(document.Bytes());
        var context = Friend() with { Subject = Find(held: false), Shown = [new(new("p"), null, OfferClass.Promotion, Noon, CapHolders.Customer)] };
        var decision = Decider.Decide(bundle, bundle.On("phone"), context, 1);
        Assert.True(decision.IsFallback);
        Assert.Equal([new CampaignGroup("summer", false)], decision.Campaigns.ToArray());
    }

    [Fact]
    public void A_bundle_withholds_no_service_and_names_no_campaign_that_is_not_there()
    {
        var document = Document(Offer("s", "service").With("campaign", "summer"), Offer("h", "help").With("tiers", new JsonObject { ["gold"] = 2 }))
            .With("holdouts", new JsonArray(new JsonObject { ["campaign"] = "winter", ["share"] = 0.9, ["salt"] = "" }));
        var errors = Assert.Throws<DocumentException>(() => BundleParser.Parse(document.Bytes())).Errors.Select(e => e.Path);
        Assert.Equal(["holdouts[0].campaign", "holdouts[0].salt", "holdouts[0].share", "offers[0].campaign", "offers[1].tiers"], errors.Order(StringComparer.Ordinal));
    }

    internal static JsonArray Holdouts(double share = 0.1) => new(new JsonObject { ["campaign"] = "summer", ["share"] = share, ["salt"] = "a" });

    internal static Pseudonym Find(bool held) => Enumerable.Range(0, 1000).Select(i => new Pseudonym($"k1-{i}")).First(p => Tenth.Holds(p) == held);

    private static Bundle WithHoldout(params JsonObject[] offers) => BundleParser.Parse(Document(offers).With("holdouts", Holdouts()).Bytes());
}

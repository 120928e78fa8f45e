using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

public sealed class ContextJsonTests
{
    private static readonly JsonObject Edition = Document(
            Offer("p", "promotion").With("supplier", "acme").With("campaign", "summer"), Offer("q", "promotion").With("tiers", new JsonObject { ["gold"] = 2.5 }), Offer("g", "generic"), Offer("h", "help"))
        .With("holdouts", HoldoutTests.Holdouts())
        .With("caps", new JsonArray(new JsonObject { ["per"] = "household", ["counts"] = "together", ["class"] = "promotion", ["limit"] = 3, ["window"] = "P1D" }));

    /// <summary>A context in which nothing is as it is by default.</summary>
    private static DecisionContext Everything => new()
    {
        Visit = new("01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17"),
        Subject = new("k1-7"),
        At = Noon.AddTicks(1234567),
        IsTimeKnown = false,
        AtLeast = Noon.AddDays(-1),
        Zone = new("entrance"),
        IsPresent = false,
        IsClaimed = true,
        Language = "pt-BR",
        Facts = new(ImmutableDictionary<FactName, Fact>.Empty
            .Add(FactName.Interest, new(["coffee", "running"], Noon.AddTicks(7), TimeSpan.FromDays(30), Purpose.Marketing))
            .Add(FactName.Lifecycle, new(["customer"], Noon, TimeSpan.FromHours(1), null) { Definition = "2026-1" })
            .Add(FactName.CommercialHold, new(["false"], Noon, TimeSpan.FromHours(1), Purpose.Loyalty))
            .Add(FactName.Tier, new(["3"], Noon, TimeSpan.FromHours(1), null))),
        Wishes = new()
        {
            Stopped = Truth.Unknown,
            Consents = ImmutableDictionary<Purpose, bool>.Empty.Add(Purpose.Loyalty, true).Add(Purpose.Marketing, false),
            NeverOffers = [new("a"), new("b")],
            NeverSuppliers = [new("other")],
            NeverDemands = ["shoes"],
            GiftDemands = ["rings"],
            NotNow = [new("c")],
        },
        Notices = [new()
        {
            Id = new("order 7/x"), Class = OfferClass.Service, Sensitivity = Sensitivity.Personal, Demand = "order 7/x", Placements = [new("phone")],
            Texts = ImmutableDictionary<string, OfferText>.Empty.Add("en", new("order-late", new string('é', 300) + "\n\"late\"", "", "")), ValidUntil = Noon.AddHours(1),
        }],
        Shown =
        [
            new(new("gone"), null, null, Noon.AddMinutes(-3), CapHolders.Customer | CapHolders.Household),
            new(new("p"), new SupplierId("acme"), OfferClass.Promotion, Noon.AddTicks(-1), CapHolders.Screen),
        ],
        LocalCounts = ImmutableDictionary<OfferId, StoreVotes>.Empty.Add(new("g"), new(new(10.25, 3, 1, 0.1), default)).Add(new("p"), new(new(1 / 3.0, 0, 2), new(7, 1, 0))),
    };

    [Fact]
    public void Every_part_of_a_context_comes_back_as_it_was()
    {
        // A part that is added to the context and not to its document would make a decision of the past another one.
        var silent = Somebody();
        foreach (var property in typeof(DecisionContext).GetProperties().Where(p => p.CanWrite)) Assert.NotEqual(property.GetValue(silent), property.GetValue(Everything));
        foreach (var property in typeof(Wishes).GetProperties().Where(p => p.CanWrite)) Assert.NotEqual(property.GetValue(silent.Wishes), property.GetValue(Everything.Wishes));
        var bundle = BundleParser.Parse(Edition.Bytes());
        var once = ContextJson.Write(Everything, bundle);
        var back = ContextParser.Parse(once, bundle, default, "");
        Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(ContextJson.Write(back, bundle)));
        Assert.Equal(Everything with { Facts = back.Facts, Wishes = back.Wishes, Notices = back.Notices, Shown = back.Shown, LocalCounts = back.LocalCounts }, back);
        Assert.Equal(Everything.Shown.ToArray(), back.Shown.ToArray());
        Assert.Equal(Everything.LocalCounts.OrderBy(c => c.Key.Value), back.LocalCounts.OrderBy(c => c.Key.Value));
        Assert.Equal(Everything.Notices[0].Texts["en"], back.Notices[0].Texts["en"]);
        Assert.Equal(Everything.Wishes.Consents.OrderBy(c => c.Key), back.Wishes.Consents.OrderBy(c => c.Key));
    }

    [Fact]
    public void A_decision_is_made_anew_to_the_byte_from_its_bundle_its_context_and_its_seed()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 40; round++)
        {
            var (bytes, bundle) = RandomStore.Bundle(random);
            var again = BundleParser.Parse(bytes);
            for (var i = 0; i < 25; i++)
            {
                var (placement, context, seed) = (bundle.Placements[random.Next(bundle.Placements.Length)], RandomStore.Context(random, bundle), (ulong)random.NextInt64());
                var decision = Decider.Decide(bundle, placement, context, seed);
                var kept = ContextJson.Write(context, bundle);
                var anew = Decider.Decide(again, again.On(placement.Id.Value), ContextParser.Parse(kept, again, default, ""), seed);
                Assert.Equal(Encoding.UTF8.GetString(DecisionJson.Write(decision)), Encoding.UTF8.GetString(DecisionJson.Write(anew)));
                Assert.Equal(decision.Id, anew.Id);
            }
        }
    }
}

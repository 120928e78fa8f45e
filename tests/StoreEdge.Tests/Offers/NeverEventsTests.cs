using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

/// <summary>
/// Random bundles, customers and moments, as documents, against an oracle that reads the documents itself. Another test plants each violation, so that an oracle that sees nothing cannot pass.
/// </summary>
public sealed class NeverEventsTests
{
    [Fact]
    public void Twenty_thousand_random_decisions_hold_no_never_event() => Decide(20_000, 20261121);

    [SlowFact]
    public void A_million_random_decisions_hold_no_never_event() => Parallel.For(0, 10, i => Decide(100_000, 1000 + i));

    [Fact]
    public void The_oracle_sees_each_violation_that_is_planted()
    {
        var bundle = Document(
                Offer("promotion", "promotion"), Offer("welcome", "generic").With("welcome", true), Offer("personal", "generic").With("sensitivity", "personal"), Offer("intimate", "generic").With("sensitivity", "intimate"),
                Offer("plain", "generic", "shoes").With("supplier", "acme"), Offer("loyalty", "loyalty"), Offer("campaign", "generic").With("campaign", "summer"),
                Offer("service", "service"), Offer("help", "help"))
            .With("holdouts", HoldoutTests.Holdouts())
            .With("caps", new JsonArray(
                new JsonObject { ["per"] = "customer", ["counts"] = "eachOffer", ["limit"] = 1, ["window"] = "PT1H" },
                new JsonObject { ["per"] = "household", ["counts"] = "together", ["class"] = "promotion", ["limit"] = 1, ["window"] = "PT1H" },
                new JsonObject { ["per"] = "household", ["counts"] = "together", ["class"] = "help", ["limit"] = 1, ["window"] = "PT1H" }));
        BundleParser.Parse(bundle.Bytes());

        JsonObject Friend() => new()
        {
            ["visit"] = "v1", ["subject"] = HoldoutTests.Find(held: false).Value, ["at"] = Noon.ToString("O"), ["attributes"] = Known("commercialHold", false), ["consents"] = new JsonArray("loyalty", "marketing"), ["shown"] = new JsonArray(),
        };
        static JsonObject Known(string name, JsonNode value, int minutesAgo = 5) => new() { [name] = new JsonObject { ["value"] = value, ["asOf"] = Noon.AddMinutes(-minutesAgo).ToString("O"), ["maxAgeSeconds"] = 3600, ["purpose"] = "service" } };
        static JsonArray Shown(string offer, string to, string? kind = null)
        {
            var showing = new JsonObject { ["offer"] = offer, ["at"] = Noon.AddMinutes(-59).ToString("O"), ["to"] = new JsonArray(to) };
            return new(kind is null ? showing : showing.With("class", kind));
        }

        void Sees(string expected, string offer, JsonObject context, string placement = "phone")
        {
            var decision = JsonSerializer.SerializeToElement(new { chosen = new[] { new { offer } } });
            Assert.Contains(expected, new NeverEventsOracle(Element(bundle)).Judge(placement, Element(context), decision));
        }

        Sees(NeverEventsOracle.Hold, "promotion", Friend().With("attributes", new JsonObject()));
        Sees(NeverEventsOracle.Hold, "promotion", Friend().With("attributes", Known("commercialHold", true)));
        Sees(NeverEventsOracle.Hold, "promotion", Friend().With("attributes", Known("commercialHold", false, 61)));
        Sees(NeverEventsOracle.Welcome, "welcome", Friend());
        Sees(NeverEventsOracle.Welcome, "welcome", Friend().With("attributes", Known("lifecycle", "customer")));
        Sees(NeverEventsOracle.Welcome, "welcome", Friend().With("attributes", Known("lifecycle", "newProspect", 61)));
        Sees(NeverEventsOracle.Screen, "personal", Friend(), "screen");
        Sees(NeverEventsOracle.Intimate, "intimate", Friend().With("claimed", true), "screen");
        Sees(NeverEventsOracle.Stop, "plain", Friend().With("stopped", true));
        Sees(NeverEventsOracle.Stop, "plain", Friend().With("stopUnknown", true));
        Sees(NeverEventsOracle.Departed, "fallback", Friend().With("departed", true));
        Sees(NeverEventsOracle.Cap, "plain", Friend().With("shown", Shown("plain", "customer")));
        Sees(NeverEventsOracle.Cap, "promotion", Friend().With("shown", Shown("gone", "household", "promotion")));
        Sees(NeverEventsOracle.Cap, "promotion", Friend().With("shown", Shown("gone", "household", "unknown")));
        Sees(NeverEventsOracle.Cap, "help", Friend().With("shown", Shown("gone", "household", "help")));
        Sees(NeverEventsOracle.Blocked, "plain", Friend().With("attributes", Known("block", true, 9999)));
        Sees(NeverEventsOracle.Refused, "plain", Friend().With("neverOffers", new JsonArray("plain")));
        Sees(NeverEventsOracle.Refused, "plain", Friend().With("notNow", new JsonArray("plain")));
        Sees(NeverEventsOracle.Refused, "plain", Friend().With("neverSuppliers", new JsonArray("acme")));
        Sees(NeverEventsOracle.Refused, "plain", Friend().With("neverDemands", new JsonArray("shoes")));
        Sees(NeverEventsOracle.Refused, "fallback", Friend().With("notNow", new JsonArray("fallback")));
        Sees(NeverEventsOracle.Refused, "fallback", Friend().With("neverDemands", new JsonArray("shop")));
        Sees(NeverEventsOracle.Consent, "promotion", Friend().With("consents", new JsonArray("loyalty")));
        Sees(NeverEventsOracle.Consent, "loyalty", Friend().With("refused", new JsonArray("loyalty")));
        Sees(NeverEventsOracle.Service, "loyalty", Friend().With("attributes", Known("openIssue", true, 9999)));
        Sees(NeverEventsOracle.Shared, "personal", Friend().With("attributes", Known("sharedDevice", true)));
        Sees(NeverEventsOracle.HeldOut, "campaign", Friend().With("subject", HoldoutTests.Find(held: true).Value));
        Assert.Empty(new NeverEventsOracle(Element(bundle)).Judge("phone", Element(Friend().With("shown", Shown("service", "customer"))), JsonSerializer.SerializeToElement(new { chosen = new[] { new { offer = "service" } } })));
        foreach (var offer in new[] { "promotion", "personal", "plain", "loyalty", "campaign", "service", "help", "fallback" })
            Assert.Empty(new NeverEventsOracle(Element(bundle)).Judge("phone", Element(Friend()), JsonSerializer.SerializeToElement(new { chosen = new[] { new { offer } } })));
    }

    private static void Decide(int decisions, int seed)
    {
        var random = new Random(seed);
        var seen = new Dictionary<string, int>();
        void Count(string what, int times) => seen[what] = seen.GetValueOrDefault(what) + times;
        // Each bundle meets fifty contexts, each context four draws.
        for (var round = 0; round < decisions / 200; round++)
        {
            var (bytes, bundle) = RandomStore.Bundle(random);
            using var document = JsonDocument.Parse(bytes);
            string[] offers = [.. bundle.Offers.Select(o => o.Id.Value)];
            var oracle = new NeverEventsOracle(document.RootElement);
            byte[] known = [];
            for (var i = 0; i < 200; i++)
            {
                if (i % 4 == 0) known = RandomStore.ContextDocument(random, offers).Bytes();
                var placement = bundle.Placements[random.Next(bundle.Placements.Length)];
                var decision = Decider.Decide(bundle, placement, ContextParser.Parse(known, bundle, default, "en"), (ulong)random.NextInt64());
                using var context = JsonDocument.Parse(known);
                using var decided = JsonDocument.Parse(DecisionJson.Write(decision));
                var events = oracle.Judge(placement.Id.Value, context.RootElement, decided.RootElement);
                if (events.Count > 0) Assert.Fail($"seed {seed}, decision {round}.{i}: {string.Join("; ", events)}\n{context.RootElement}\n{decided.RootElement}");
                if (decision.IsFallback) Count("fallback", 1);
                foreach (var chosen in decision.Chosen) Count(chosen.Offer.IsWelcome ? "welcome" : chosen.Offer.Class.ToString(), 1);
                Count("personal", decision.Chosen.Count(c => c.Offer.Sensitivity != Sensitivity.Public));
                foreach (var stage in decision.Rejected.Select(r => r.Stage)) Count(stage.ToString(), 1);
            }
        }

        // The test would prove nothing if the decider simply showed nothing, or nothing were ever refused.
        string[] all = ["fallback", "welcome", "personal", .. Enum.GetNames<OfferClass>(), .. Enum.GetNames<Stage>().Where(s => s != nameof(Stage.Candidates))];
        Assert.All(all, what => Assert.True(seen.GetValueOrDefault(what) > 50, $"only {seen.GetValueOrDefault(what)} times {what} in {decisions} decisions"));
    }

    private static JsonElement Element(JsonObject document) => JsonSerializer.SerializeToElement(document);
}

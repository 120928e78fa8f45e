using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

/// <summary>Bundles and contexts drawn by chance, as documents: what reads them is under test, so nothing of it takes part here.</summary>
internal static class RandomStore
{
    private static readonly string[] YesOrNo = ["commercialHold", "openIssue", "gift", "loyaltyConsent", "marketingConsent", "block", "sharedDevice"];

    public static (byte[] Bytes, Bundle Bundle) Bundle(Random random)
    {
        var bytes = BundleDocument(random).Bytes();
        return (bytes, BundleParser.Parse(bytes));
    }

    public static DecisionContext Context(Random random, Bundle bundle) => ContextParser.Parse(ContextDocument(random, [.. bundle.Offers.Select(o => o.Id.Value)]).Bytes(), bundle, default, "en");

    public static JsonObject BundleDocument(Random random)
    {
        var offers = new List<JsonObject>();
        for (var i = 0; i < random.Next(1, 15); i++)
        {
            var kind = Pick(random, "service", "help", "loyalty", "promotion", "promotion", "generic");
            var offer = Offer($"o{i}", kind, "d" + random.Next(8));
            if (random.Next(3) == 0) offer.With("sensitivity", Pick(random, "personal", "intimate"));
            if (random.Next(3) == 0) offer.With("supplier", Pick(random, "acme", "other"));
            if (random.Next(4) == 0) offer.With("welcome", true);
            if (random.Next(4) == 0) offer.When("lifecycle", Pick(random, "customer", "newProspect"));
            if (random.Next(12) == 0) offer.With("stock", random.Next(2));
            if (random.Next(12) == 0) offer.With("validUntil", Moment(random, -40, 40));
            var sells = kind is "loyalty" or "promotion" or "generic";
            if (offer.ContainsKey("sensitivity") && random.Next(3) == 0) offer.When(sells ? Pick(random, "interest", "openIssue", "tier", "roles") : Pick(random, "interest", "openIssue"), Pick(random, "true", "staff", "d1"));
            if (sells && random.Next(4) == 0) offer.With("campaign", "summer");
            if (sells && random.Next(4) == 0) offer.With("tiers", new JsonObject { ["true"] = 3 });
            offers.Add(offer);
        }

        var document = Document([.. offers]);
        var caps = new JsonArray();
        for (var i = 0; i < random.Next(4); i++)
        {
            var cap = new JsonObject { ["per"] = Pick(random, "customer", "household", "screen"), ["counts"] = Pick(random, "eachOffer", "eachSupplier", "together"), ["limit"] = random.Next(1, 4), ["window"] = Pick(random, "PT30M", "PT1H") };
            if (random.Next(2) == 0) cap["class"] = Pick(random, "promotion", "generic", "help");
            caps.Add(cap);
        }

        document["caps"] = caps;
        // Those of the samples, and at times one more that may be refused by its category.
        if (random.Next(2) == 0) document["fallbacks"]!.AsArray().Add(Offer("spare", "generic", "d" + random.Next(8)));
        if (random.Next(3) == 0) document["lifecycleDefinition"] = "2026-1";
        if (random.Next(3) == 0) document["placements"]![random.Next(2)]!["quietHours"] = new JsonArray(new JsonObject { ["from"] = Pick(random, "11:30", "22:00"), ["until"] = "13:00" });
        if (offers.Any(o => o.ContainsKey("campaign"))) document["holdouts"] = HoldoutTests.Holdouts(0.3);
        return document;
    }

    public static JsonObject ContextDocument(Random random, IReadOnlyList<string> offers)
    {
        var attributes = new JsonObject();
        void Know(string name, JsonNode value, string? definition = null)
        {
            if (random.Next(4) == 0) return;
            attributes[name] = new JsonObject { ["value"] = value, ["asOf"] = Moment(random, -90, 12), ["maxAgeSeconds"] = random.Next(1, 90) * 60, ["purpose"] = Pick(random, "service", "loyalty", "marketing") };
            if (definition is not null) attributes[name]!["definition"] = definition;
        }

        // Mostly so that something can be shown: a store full of blocked debtors would prove little.
        foreach (var name in YesOrNo) Know(name, random.Next(name is "block" or "sharedDevice" or "openIssue" ? 12 : 3) == 0);
        Know("lifecycle", Pick(random, "customer", "exCustomer", "knownProspect", "newProspect", "newProspect"), Pick(random, null, "2026-1", "2026-1", "2025-3"));
        Know("tier", Pick(random, "true", "gold"));
        Know("household", "h1");
        Know("interest", new JsonArray("true", "d1"));
        if (random.Next(8) == 0) Know("roles", new JsonArray("reseller", "staff"));
        Know("preferredChannel", Pick(random, "display", "phone", "staff", "none"));
        Know("preferredName", "Ana");
        var shown = new JsonArray();
        for (var i = random.Next(6); i > 0 && offers.Count > 0; i--)
        {
            string[] holders = [.. new[] { "customer", "household", "screen" }.Where(_ => random.Next(2) == 0)];
            if (holders.Length == 0) continue;
            var showing = new JsonObject { ["offer"] = offers[random.Next(offers.Count)], ["at"] = Moment(random, -80, 2), ["to"] = new JsonArray([.. holders.Select(h => (JsonNode)h)]) };
            if (random.Next(4) == 0) (showing["class"], showing["offer"]) = (Pick(random, "unknown", "promotion", "generic"), "gone");
            shown.Add(showing);
        }

        var context = new JsonObject
        {
            ["visit"] = "v1", ["subject"] = "k1-" + random.Next(1000), ["at"] = Noon.AddMinutes(random.Next(3)).ToString("O"), ["zone"] = "entrance", ["language"] = Pick(random, "en", "pt-BR", "es"), ["attributes"] = attributes, ["shown"] = shown,
        };
        if (random.Next(12) == 0) context["departed"] = true;
        if (random.Next(4) == 0) context["claimed"] = true;
        if (random.Next(12) == 0) context[Pick(random, "stopped", "stopUnknown")] = true;
        foreach (var purpose in new[] { "loyalty", "marketing" })
            if (random.Next(3) != 0)
            {
                var said = random.Next(4) == 0 ? "refused" : "consents";
                if (context[said] is JsonArray purposes) purposes.Add(purpose);
                else context[said] = new JsonArray(purpose);
            }

        if (offers.Count > 0 && random.Next(4) == 0) context["neverOffers"] = new JsonArray(offers[random.Next(offers.Count)]);
        if (offers.Count > 0 && random.Next(6) == 0) context["notNow"] = new JsonArray(offers[random.Next(offers.Count)]);
        if (random.Next(4) == 0) context[Pick(random, "neverOffers", "notNow")] = new JsonArray("fallback");
        if (random.Next(6) == 0) context["neverSuppliers"] = new JsonArray("acme");
        if (random.Next(6) == 0) context["neverDemands"] = new JsonArray("d" + random.Next(8));
        return context;
    }

    private static string Moment(Random random, int from, int to) => Noon.AddSeconds(random.Next(from * 60, to * 60)).ToString("O");

    private static T Pick<T>(Random random, params ReadOnlySpan<T> from) => from[random.Next(from.Length)];
}

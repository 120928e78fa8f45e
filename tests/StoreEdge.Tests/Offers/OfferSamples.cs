using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;

namespace StoreEdge.Tests.Offers;

/// <summary>Small bundles and contexts; each test changes what it is about.</summary>
internal static class OfferSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(-3));

    public static JsonObject Document(params JsonObject[] offers) => new()
    {
        ["version"] = "t",
        ["defaultLanguage"] = "en",
        ["suppliers"] = new JsonArray(new JsonObject { ["id"] = "acme", ["name"] = "Acme" }, new JsonObject { ["id"] = "other", ["name"] = "Other" }),
        ["placements"] = new JsonArray(
            new JsonObject { ["id"] = "screen", ["surface"] = "screen", ["lifetime"] = "PT30S" },
            new JsonObject { ["id"] = "phone", ["surface"] = "phone", ["slots"] = 3, ["lifetime"] = "PT10M" }),
        ["offers"] = new JsonArray([.. offers]),
        ["fallbacks"] = new JsonArray(Offer("fallback", "generic", "shop")),
    };

    public static JsonObject Offer(string id, string offerClass, string? demand = null) => new()
    {
        ["id"] = id,
        ["class"] = offerClass,
        ["demand"] = demand ?? id,
        ["placements"] = new JsonArray("screen", "phone"),
        ["texts"] = new JsonObject { ["en"] = new JsonObject { ["name"] = id, ["headline"] = id + "!" } },
    };

    public static JsonObject With(this JsonObject json, string member, JsonNode? value)
    {
        json[member] = value;
        return json;
    }

    public static JsonObject When(this JsonObject offer, string fact, params string[] anyOf) => offer.With(
        "conditions", new JsonArray(new JsonObject { ["fact"] = fact, ["anyOf"] = new JsonArray([.. anyOf.Select(v => (JsonNode)v)]) }));

    public static byte[] Bytes(this JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString());

    public static Bundle Bundle(params JsonObject[] offers) => BundleParser.Parse(Document(offers).Bytes());

    public static Placement On(this Bundle bundle, string placement) => bundle.Placements.Single(p => p.Id.Value == placement);

    public static DecisionContext Somebody() => new()
    {
        Visit = new("v1"),
        Subject = new("k1-somebody"),
        At = Noon,
        Language = "en",
        Wishes = Wishes.Silent,
    };

    /// <summary>Consents to everything and surely owes nothing.</summary>
    public static DecisionContext Friend() => Somebody() with
    {
        Wishes = Wishes.Silent with { Consents = ImmutableDictionary<Purpose, bool>.Empty.Add(Purpose.Loyalty, true).Add(Purpose.Marketing, true) },
        Facts = Known((FactName.CommercialHold, "false")),
    };

    public static Facts Known(params (FactName Name, string Value)[] facts) =>
        new(facts.ToImmutableDictionary(f => f.Name, f => new Fact([f.Value], Noon.AddMinutes(-5), TimeSpan.FromHours(1), null)));

    public static string Reason(this Decision decision, string offer) => decision.Rejected.Single(r => r.Offer.Value == offer).Reason;

    public static string[] Ids(this Decision decision) => [.. decision.Chosen.Select(c => c.Offer.Id.Value)];
}

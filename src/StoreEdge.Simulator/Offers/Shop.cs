using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.Offers;

/// <summary>What happens in the shop's season.</summary>
internal enum Season
{
    /// <summary>Offers stay as good as they are.</summary>
    Steady,

    /// <summary>Half-way the suppliers change places: who was good is bad.</summary>
    Changing,

    /// <summary>Every day somebody holds forty phones that nobody knows and wants the worst offer with each.</summary>
    Stuffed,
}

/// <summary>Ten offers of five suppliers, and how customers really react to each; the same for every strategy of one seed.</summary>
internal sealed class Shop
{
    /// <summary>The offers among which strategies choose.</summary>
    public const int Arms = 10;

    /// <summary>Of those who pass a screen so many look at it as people look at their phone.</summary>
    public const double Look = 0.1;

    private const int SupplierCount = 5;

    private readonly double[] wants = new double[Arms], refusals = new double[Arms];

    public Shop(ulong seed, Season season)
    {
        var chance = Xoshiro.For(seed, "shop");
        Season = season;
        for (var supplier = 0; supplier < SupplierCount; supplier++)
        {
            // Base rates of 1–5 %, all magnitudes alike; whoever delivers badly is wanted less and refused more.
            var quality = 0.01 * Math.Pow(5, chance.Unit());
            for (var arm = supplier; arm < Arms; arm += SupplierCount)
            {
                wants[arm] = Math.Clamp(chance.LogNormal(quality, 0.3), 0.01, 0.05);
                refusals[arm] = 0.0002 / wants[arm];
            }
        }
    }

    public Season Season { get; }

    /// <summary>Everything that may be shown: the arms, and before them what tempts to a never-event.</summary>
    public static Bundle Bundle { get; } = BundleParser.Parse(Encoding.UTF8.GetBytes(Document().ToJsonString()));

    public static ImmutableArray<OfferId> Ids { get; } = [.. Enumerable.Range(0, Arms).Select(a => new OfferId("arm" + a))];

    /// <summary>How probable a want is at a showing on a phone, on this part (0–1) of the season.</summary>
    public double Wants(int arm, double part) => wants[Season == Season.Changing && part >= 0.5 ? Arms - 1 - arm : arm];

    public double Refusals(int arm, double part) => refusals[Season == Season.Changing && part >= 0.5 ? Arms - 1 - arm : arm];

    public int Worst => Array.IndexOf(wants, wants.Min());

    private static JsonObject Document() => new()
    {
        ["version"] = "simulated",
        ["defaultLanguage"] = "en",
        ["suppliers"] = new JsonArray([.. Enumerable.Range(0, SupplierCount).Select(s => new JsonObject { ["id"] = "supplier" + s, ["name"] = "Supplier " + s })]),
        ["placements"] = new JsonArray(
            new JsonObject { ["id"] = "phone", ["surface"] = "phone", ["slots"] = 1, ["lifetime"] = "PT10M" },
            new JsonObject { ["id"] = "screen", ["surface"] = "screen", ["slots"] = 1, ["lifetime"] = "PT30S" }),
        ["caps"] = new JsonArray(
            new JsonObject { ["per"] = "customer", ["counts"] = "eachOffer", ["limit"] = 3, ["window"] = "P1D" },
            new JsonObject { ["per"] = "household", ["counts"] = "together", ["class"] = "promotion", ["limit"] = 1, ["window"] = "P1D" },
            new JsonObject { ["per"] = "customer", ["counts"] = "together", ["class"] = "loyalty", ["limit"] = 1, ["window"] = "P1D" }),
        ["offers"] = new JsonArray([
            .. Enumerable.Range(0, Arms).Select(a => Offer("arm" + a, "generic", "supplier" + a % SupplierCount)),
            Offer("promotion", "promotion", null), Tempting("welcome", "welcome", true), Tempting("personal", "sensitivity", "personal")]),
        ["fallbacks"] = new JsonArray(Offer("fallback", "generic", null)),
    };

    private static JsonObject Tempting(string id, string member, JsonNode value)
    {
        var offer = Offer(id, "loyalty", null);
        offer[member] = value;
        return offer;
    }

    private static JsonObject Offer(string id, string offerClass, string? supplier)
    {
        var offer = new JsonObject
        {
            ["id"] = id,
            ["class"] = offerClass,
            ["demand"] = id,
            ["placements"] = new JsonArray("phone", "screen"),
            ["texts"] = new JsonObject { ["en"] = new JsonObject { ["name"] = id, ["headline"] = id } },
        };
        if (supplier is not null) offer["supplier"] = supplier;
        return offer;
    }
}

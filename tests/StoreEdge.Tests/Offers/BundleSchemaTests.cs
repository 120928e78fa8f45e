using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;

namespace StoreEdge.Tests.Offers;

public sealed class BundleSchemaTests
{
    private static readonly JsonElement Schema = JsonElement.Parse(File.ReadAllBytes(Path.Combine(Architecture.SourceTree.Root, "deploy/examples/bundle.schema.json")));

    /// <summary>A bundle with every kind of object in it, each with a member that nobody knows: the parser then says which it does know.</summary>
    private const string Everything = """
        { "zzz": 0, "version": "t", "defaultLanguage": "en", "issuedAt": "2026-01-01T00:00:00Z", "sections": { "zzz": 0, "offers": { "zzz": 0, "validUntil": "2027-01-01T00:00:00Z" } },
          "brand": { "zzz": 0, "name": "b" }, "baseRate": { "zzz": 0 }, "index": { "zzz": 0 }, "suppliers": [ { "zzz": 0, "id": "s", "name": "S" } ],
          "placements": [ { "zzz": 0, "id": "p", "surface": "phone", "lifetime": "PT30S", "quietHours": [ { "zzz": 0, "from": "22:00", "until": "07:00" } ] } ],
          "holdouts": [ { "zzz": 0, "campaign": "c", "salt": "s" } ], "caps": [ { "zzz": 0, "per": "customer", "counts": "together", "limit": 1, "window": "P1D" } ],
          "offers": [ { "zzz": 0, "id": "o", "class": "promotion", "sensitivity": "personal", "demand": "d", "placements": ["p"], "campaign": "c", "price": { "zzz": 0, "amount": 1, "currency": "BRL" },
              "conditions": [ { "zzz": 0, "fact": "interest", "anyOf": ["x"] } ], "counts": { "zzz": 0 }, "texts": { "en": { "zzz": 0, "name": "n", "headline": "h" } } } ],
          "fallbacks": [ { "id": "f", "class": "generic", "demand": "d", "placements": ["p"], "texts": { "en": { "name": "n", "headline": "h" } } } ] }
        """;

    [Fact]
    public void The_schema_for_editors_names_the_members_that_the_parser_knows()
    {
        var errors = Assert.Throws<DocumentException>(() => BundleParser.Parse(System.Text.Encoding.UTF8.GetBytes(Everything))).Errors;
        Assert.Equal(16, errors.Count);
        foreach (var error in errors)
        {
            Assert.EndsWith("zzz", error.Path, StringComparison.Ordinal);
            var known = error.Rule[(error.Rule.LastIndexOf("known are ", StringComparison.Ordinal) + 10)..].Split(", ");
            Assert.Equal(known.Order(StringComparer.Ordinal), At(error.Path).GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Words_that_the_schema_allows_are_those_that_the_parser_allows()
    {
        string[] Allowed(string path) => [.. At(path + ".zzz").GetProperty("enum").EnumerateArray().Select(e => e.GetString()!)];
        Assert.Equal(Enum.GetValues<OfferClass>().Select(DocumentWords.Of), Allowed("offers[0].class"));
        Assert.Equal(Enum.GetValues<Sensitivity>().Select(DocumentWords.Of), Allowed("offers[0].sensitivity"));
        Assert.Equal(Enum.GetValues<CapCounts>().Select(DocumentWords.Of), Allowed("caps[0].counts"));
        Assert.Equal(Enum.GetValues<CapHolders>().Where(h => h != CapHolders.None).Select(DocumentWords.Of), Allowed("caps[0].per"));
        foreach (var fact in Enum.GetValues<FactName>().Select(DocumentWords.Of))
        {
            var document = JsonNode.Parse(Everything.Replace("\"zzz\": 0, ", "", StringComparison.Ordinal).Replace("\"zzz\": 0", "", StringComparison.Ordinal).Replace("\"interest\"", $"\"{fact}\"", StringComparison.Ordinal))!;
            var fault = Record.Exception(() => BundleParser.Parse(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString())));
            Assert.Equal(Allowed("offers[0].conditions[0].fact").Contains(fact), fault is null);
        }
    }

    /// <summary>The part of the schema for the object that holds the path's last member.</summary>
    private static JsonElement At(string path)
    {
        var at = Schema;
        foreach (var step in path.Split('.')[..^1])
        {
            if (at.TryGetProperty("$ref", out var reference)) at = Schema.GetProperty("definitions").GetProperty(reference.GetString()!.Split('/')[^1]);
            var name = step.Split('[')[0];
            at = at.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out var member) ? member : at.GetProperty("additionalProperties");
            if (step.Contains('[', StringComparison.Ordinal)) at = at.GetProperty("items");
        }

        return at.TryGetProperty("$ref", out var last) ? Schema.GetProperty("definitions").GetProperty(last.GetString()!.Split('/')[^1]) : at;
    }
}

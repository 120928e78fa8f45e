using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Core.Offers;

namespace StoreEdge.Tests.Contracts;

/// <summary>The examples fit the schemas, the records carry them unchanged, and what does not fit is refused.</summary>
public sealed class ExampleTests
{
    [Theory]
    [MemberData(nameof(ContractMessages.Names), MemberType = typeof(ContractMessages))]
    public void An_example_fits_its_schema_and_survives_the_record_unchanged(string name)
    {
        var example = ContractMessages.Example(name);
        Assert.Empty(ContractSchemas.Validate(name, example));
        var written = Through(name, example);
        Assert.Empty(ContractSchemas.Validate(name, written));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(example), JsonNode.Parse(written)), Encoding.UTF8.GetString(written));
    }

    [Theory]
    [MemberData(nameof(ContractMessages.Names), MemberType = typeof(ContractMessages))]
    public void A_message_without_a_required_member_is_refused_by_schema_and_record(string name)
    {
        foreach (var required in ContractSchemas.Of(name).GetProperty("required").EnumerateArray().Select(r => r.GetString()!))
        {
            var example = JsonNode.Parse(ContractMessages.Example(name))!.AsObject();
            Assert.True(example.Remove(required));
            Assert.Contains(ContractSchemas.Validate(name, Utf8(example)), e => e == $"/{required}: missing");
            var fault = Assert.ThrowsAny<Exception>(() => Through(name, Utf8(example)));
            Assert.Contains(required, fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(ContractMessages.Names), MemberType = typeof(ContractMessages))]
    public void A_member_of_another_type_is_refused_by_schema_and_record(string name)
    {
        foreach (var member in ContractSchemas.Of(name).GetProperty("properties").EnumerateObject())
        {
            var example = JsonNode.Parse(ContractMessages.Example(name))!.AsObject();
            example[member.Name] = new JsonArray(new JsonArray(1));
            Assert.Contains(ContractSchemas.Validate(name, Utf8(example)), e => e.StartsWith($"/{member.Name}", StringComparison.Ordinal));
            Assert.ThrowsAny<Exception>(() => Through(name, Utf8(example)));
        }
    }

    [Theory]
    [MemberData(nameof(ContractMessages.Names), MemberType = typeof(ContractMessages))]
    public void An_unknown_member_is_tolerated_upward_and_refused_downward(string name)
    {
        var example = JsonNode.Parse(ContractMessages.Example(name))!.AsObject();
        example["addedLater"] = 1;
        if (ContractMessages.Of(name).Up)
        {
            Assert.Empty(ContractSchemas.Validate(name, Utf8(example)));
            Through(name, Utf8(example));
        }
        else
        {
            Assert.NotEmpty(ContractSchemas.Validate(name, Utf8(example)));
            Assert.Contains("addedLater", Assert.Throws<JsonException>(() => Through(name, Utf8(example))).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("arrival", "receiver")]
    [InlineData("zone", "receiver")]
    [InlineData("choice", "offerId", "decisionId")]
    [InlineData("screen-claim", "reason")]
    [InlineData("help-requested", "zone")]
    [InlineData("gift-marked", "offerId")]
    [InlineData("decision", "visitId", "subject", "display")]
    [InlineData("rendered", "visitId", "arrivalToRenderMilliseconds")]
    [InlineData("proof-of-play", "visitId", "sentAt", "renderedAt")]
    public void What_may_be_null_survives_as_null(string name, params string[] members)
    {
        var example = JsonNode.Parse(ContractMessages.Example(name))!.AsObject();
        foreach (var member in members) example[member] = null;
        Assert.Empty(ContractSchemas.Validate(name, Utf8(example)));
        Assert.True(JsonNode.DeepEquals(example, JsonNode.Parse(Through(name, Utf8(example)))));
    }

    [Fact]
    public void A_context_attribute_that_the_contract_does_not_name_is_refused()
    {
        var example = JsonNode.Parse(ContractMessages.Example("context"))!;
        example["attributes"]!["shoeSize"] = example["attributes"]!["lifecycle"]!.DeepClone();
        Assert.Contains(ContractSchemas.Validate("context", Utf8(example)), e => e.Contains("/attributes/shoeSize", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lifecycle", "\"newProspect\"", "\"friend\"")]
    [InlineData("commercialHold", "true", "\"true\"")]
    [InlineData("openIssue", "false", "0")]
    [InlineData("gift", "true", "null")]
    [InlineData("tier", "\"gold\"", "\"\"")]
    [InlineData("household", "\"k1-h\"", "[\"k1-h\"]")]
    [InlineData("interest", "[\"running\",\"hiking\"]", "[1]")]
    [InlineData("loyaltyConsent", "true", "1")]
    [InlineData("marketingConsent", "false", "\"no\"")]
    [InlineData("block", "true", "\"deceased\"")]
    [InlineData("sharedDevice", "true", "2")]
    [InlineData("roles", "[\"reseller\",\"staff\"]", "[]")]
    [InlineData("preferredChannel", "\"staff\"", "\"letter\"")]
    [InlineData("preferredName", "\"Ana\"", "\"\"")]
    public void The_schema_and_the_store_accept_and_refuse_the_same_attributes(string name, string right, string wrong)
    {
        Assert.Equal(Enum.GetNames<FactName>().Select(JsonNamingPolicy.CamelCase.ConvertName).Order(),
            ContractSchemas.Of("context").GetProperty("properties").GetProperty("attributes").GetProperty("properties").EnumerateObject().Select(p => p.Name).Order());
        foreach (var (value, fits) in new[] { (right, true), (wrong, false) })
        {
            var payload = Encoding.UTF8.GetBytes($$$"""
                {"visitId":"01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17","attributes":{"{{{name}}}":{"value":{{{value}}},"asOf":"2026-11-21T14:03:05Z","maxAgeSeconds":60,"purpose":"service"} } }
                """);
            Assert.Equal(fits, ContractSchemas.Validate("context", payload).Count == 0);
            var fault = Record.Exception(() => FactParser.Parse(name, JsonElement.Parse(value), DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1), "service"));
            Assert.True(fits ? fault is null : fault is FormatException, $"{name} {value}: {fault}");
        }
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "1.5")]
    [InlineData("""{"type":["string","null"]}""", "1")]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"")]
    [InlineData("""{"const":"1.0"}""", "\"1\"")]
    [InlineData("""{"pattern":"^a$"}""", "\"ab\"")]
    [InlineData("""{"format":"uuid"}""", "\"5f0c2c36\"")]
    [InlineData("""{"format":"date-time"}""", "\"2026-11-21 14:00\"")]
    [InlineData("""{"minLength":2}""", "\"é\"")]
    [InlineData("""{"maxLength":1}""", "\"ab\"")]
    [InlineData("""{"minimum":0}""", "-0.1")]
    [InlineData("""{"maximum":9007199254740991}""", "9007199254740992")]
    [InlineData("""{"minItems":1}""", "[]")]
    [InlineData("""{"maxItems":1}""", "[1,2]")]
    [InlineData("""{"items":{"type":"string"}}""", "[\"a\",1]")]
    [InlineData("""{"minProperties":1}""", "{}")]
    [InlineData("""{"required":["a"]}""", "{}")]
    [InlineData("""{"properties":{"a":{"type":"null"}}}""", """{"a":1}""")]
    [InlineData("""{"additionalProperties":false}""", """{"a":1}""")]
    [InlineData("""{"properties":{"a":true},"additionalProperties":{"type":"string"}}""", """{"a":1,"b":1}""")]
    [InlineData("""{"propertyNames":{"pattern":"^[a-z]+$"}}""", """{"A":1}""")]
    public void The_judge_refuses_what_each_keyword_forbids(string schema, string value)
    {
        var errors = new List<string>();
        ContractSchemas.Check(JsonElement.Parse(schema), JsonElement.Parse(value), "", errors);
        Assert.Single(errors);
    }

    [Fact]
    public void The_judge_fails_on_a_keyword_that_it_does_not_know() =>
        Assert.Throws<NotSupportedException>(() => ContractSchemas.Check(JsonElement.Parse("""{"multipleOf":2}"""), JsonElement.Parse("3"), "", []));

    private static byte[] Through(string name, byte[] utf8)
    {
        var message = ContractMessages.Of(name);
        if (EventTypes.All.Contains(name)) return ContractsJson.Write(ContractsJson.Read(name, utf8));
        var type = ContractsJson.Default.GetTypeInfo(message.Record)!;
        return JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(utf8, type), type);
    }

    private static byte[] Utf8(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());
}

using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace StoreEdge.Tests.Contracts;

/// <summary>asyncapi.yaml names every topic of the code, and everything it points at is there. (tests/contract/validate.mjs reads it with AsyncAPI's own parser.)</summary>
public sealed class AsyncApiTests
{
    private static readonly string Folder = Path.GetDirectoryName(ContractSchemas.Directory)!;

    [Fact]
    public void The_channels_are_the_topics_of_the_code_and_each_says_what_it_carries()
    {
        var document = Document();
        Assert.Equal("3.0.0", document["asyncapi"]!.GetValue<string>());
        var channels = document["channels"]!.AsObject();
        Assert.Equal(ContractMessages.All.Select(m => m.Topic).Order(), channels.Select(c => c.Value!["address"]!.GetValue<string>()).Order());
        foreach (var message in ContractMessages.All)
        {
            var (id, channel) = channels.Single(c => c.Value!["address"]!.GetValue<string>() == message.Topic);
            var body = Follow(document, channel!["messages"]!.AsObject().Single().Value!);
            Assert.Equal(message.Name, body["name"]!.GetValue<string>());
            Assert.Equal(id, JsonNamingPolicy.CamelCase.ConvertName(string.Concat(message.Name.Split('-').Select(p => char.ToUpperInvariant(p[0]) + p[1..]))));
        }
    }

    [Fact]
    public void Every_channel_has_one_operation_with_the_direction_quality_and_retention_of_the_code()
    {
        var document = Document();
        var operations = document["operations"]!.AsObject().Select(o => o.Value!).ToList();
        Assert.Equal(ContractMessages.All.Count, operations.Count);
        foreach (var message in ContractMessages.All)
        {
            var operation = operations.Single(o => Follow(document, o["channel"]!)["address"]!.GetValue<string>() == message.Topic);
            Assert.Equal(message.Up ? "send" : "receive", operation["action"]!.GetValue<string>());
            Assert.Equal(1, operation["bindings"]!["mqtt"]!["qos"]!.GetValue<int>());
            Assert.Equal(message.Retained, operation["bindings"]!["mqtt"]!["retain"]!.GetValue<bool>());
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var document = Document();
        var references = References(document).ToList();
        Assert.True(references.Count > 80, $"only {references.Count} references were found");
        foreach (var reference in references) Assert.NotNull(Target(document, reference));
        Assert.Empty(ContractSchemas.Names.Except(references.Where(r => r[0] == '.').Select(r => Path.GetFileNameWithoutExtension(r))));
    }

    [Fact]
    public void Every_message_has_an_example_that_fits_its_schema()
    {
        foreach (var (id, message) in Document()["components"]!["messages"]!.AsObject())
        {
            var (name, examples) = (message!["name"]!.GetValue<string>(), message["examples"]!.AsArray());
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                var payload = JsonSerializer.SerializeToUtf8Bytes(example!["payload"]);
                if (name == "event-batch") Assert.Equal([], ContractSchemas.Validate(name, payload));
                else Assert.Equal([], ContractSchemas.ValidateOnTopic(Named(ContractMessages.Of(name).Topic), payload));
                Assert.Equal(id, example["name"]!.GetValue<string>());
            }
        }
    }

    private static string Named(string topic) => topic.Replace("{storeId}", "store-0042", StringComparison.Ordinal).Replace("{visitId}", "v", StringComparison.Ordinal)
        .Replace("{command}", "ping", StringComparison.Ordinal).Replace("{document}", "config", StringComparison.Ordinal)
        .Replace("{request}", "6f1c0b7e5d2a49388b7d0a4e19c3f562", StringComparison.Ordinal);

    private static JsonNode Document()
    {
        var stream = new YamlStream();
        using var text = File.OpenText(Path.Combine(Folder, "asyncapi.yaml"));
        stream.Load(text);
        return Json(stream.Documents.Single().RootNode)!;
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(m => KeyValuePair.Create(((YamlScalarNode)m.Key).Value!, Json(m.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Json)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: var plain } when plain is "null" or "true" or "false" || IsNumber(plain) => JsonNode.Parse(plain!),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new NotSupportedException($"{node.NodeType}"),
    };

    private static bool IsNumber(string? text) => text is { Length: > 0 } && System.Text.RegularExpressions.Regex.IsMatch(text, @"^-?(0|[1-9]\d*)(\.\d+)?$");

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(m => m.Key == "$ref" ? [m.Value!.GetValue<string>()] : References(m.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };

    private static JsonNode Follow(JsonNode document, JsonNode node) => node["$ref"] is { } reference ? Follow(document, Target(document, reference.GetValue<string>())!) : node;

    private static JsonNode? Target(JsonNode document, string reference)
    {
        if (reference.StartsWith("./", StringComparison.Ordinal)) return JsonNode.Parse(File.ReadAllBytes(Path.Combine(Folder, reference)));
        Assert.StartsWith("#/", reference, StringComparison.Ordinal);
        return reference[2..].Split('/').Aggregate<string, JsonNode?>(document, (at, level) => at?[level]);
    }
}

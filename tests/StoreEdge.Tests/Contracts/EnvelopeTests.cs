using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Contracts;

/// <summary>The envelope carries every event unchanged, and a malformed one is refused with the attribute's name.</summary>
public sealed class EnvelopeTests
{
    [Fact]
    public void Every_event_travels_in_an_envelope_that_fits_the_schema_and_comes_out_as_it_went_in()
    {
        foreach (var message in ContractMessages.Events)
        {
            var sent = new EventEnvelope("store-0042", Guid.Parse("5f0c2c36-5c1e-4d7a-9b53-0d6a3f1e8c21"), long.MaxValue, message.Name,
                new(2026, 11, 21, 14, 3, 7, 412, TimeSpan.FromHours(-3)), new(2026, 11, 21, 17, 3, 7, 415, TimeSpan.Zero), "0d3c1f52-6c0b-4e7c-8a0e-3b9a5a1f7e10",
                8_121_200, "unsynchronized", ContractsJson.Write(ContractsJson.Read(message.Name, ContractMessages.Example(message.Name))));
            var wire = Wire(sent);
            Assert.Empty(ContractSchemas.ValidateOnTopic(new Topics("store-0042").Event(message.Name), wire));
            var heard = EventEnvelope.Parse(wire);
            Assert.Equal(sent with { Data = default }, heard with { Data = default });
            Assert.Equal(ContractsJson.Write(ContractsJson.Read(sent.Type, sent.Data.Span)), ContractsJson.Write(ContractsJson.Read(heard.Type, heard.Data.Span)));
        }
    }

    [Fact]
    public void The_example_envelope_fits_and_parses()
    {
        Assert.Empty(ContractSchemas.Validate("envelope", ContractMessages.Example("envelope")));
        var envelope = EventEnvelope.Parse(ContractMessages.Example("envelope"));
        Assert.Equal(("store-0042", 4813L, "arrival"), (envelope.StoreId, envelope.Seq, envelope.Type));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(ContractMessages.Example("arrival")), JsonNode.Parse(envelope.Data.Span)));
    }

    [Fact]
    public void What_the_consumers_guide_shows_fits()
    {
        var guide = File.ReadAllText(Path.Combine(ContractSchemas.Directory, "..", "README.md"));
        Assert.Equal([], ContractSchemas.Validate("envelope", Encoding.UTF8.GetBytes(guide.Split("```json")[1].Split("```")[0])));
        Assert.Equal([], ContractSchemas.Validate("ack", Encoding.UTF8.GetBytes(guide.Split("/ack -m '")[1].Split('\'')[0])));
    }

    [Fact]
    public void An_attribute_that_a_CloudEvents_consumer_does_not_know_is_ignored()
    {
        var example = Example();
        example["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        Assert.Equal(4813, EventEnvelope.Parse(Utf8(example)).Seq);
    }

    [Theory]
    [InlineData("specversion", "0.3")]
    [InlineData("id", "store-0042:5f0c2c36-5c1e-4d7a-9b53-0d6a3f1e8c21:4814")]
    [InlineData("source", "store-0042")]
    [InlineData("type", "storeedge.arrival")]
    [InlineData("type", "storeedge..v1")]
    [InlineData("time", "yesterday")]
    [InlineData("sequence", "-1")]
    [InlineData("sequence", "4813.0")]
    [InlineData("sequence", "9223372036854775808")]
    [InlineData("epoch", "5f0c2c36")]
    [InlineData("monoms", "1e3")]
    [InlineData("timequality", "good")]
    [InlineData("recordedtime", "")]
    public void A_malformed_attribute_is_named(string attribute, string value)
    {
        var example = Example();
        example[attribute] = value;
        Assert.Contains($"'{attribute}'", Assert.Throws<FormatException>(() => EventEnvelope.Parse(Utf8(example))).Message, StringComparison.Ordinal);
        if (attribute == "id" || value.Length == 19) return; // how members relate, and the end of 64 bits, a schema cannot say
        Assert.Contains(ContractSchemas.Validate("envelope", Utf8(example)), e => e.StartsWith($"/{attribute}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_attribute_and_one_that_is_no_text_are_named()
    {
        foreach (var attribute in ContractSchemas.Of("envelope").GetProperty("required").EnumerateArray().Select(r => r.GetString()!).Except(["datacontenttype"]))
        {
            var (missing, number) = (Example(), Example());
            missing.Remove(attribute);
            Assert.Contains($"'{attribute}'", Assert.Throws<FormatException>(() => EventEnvelope.Parse(Utf8(missing))).Message, StringComparison.Ordinal);
            if (attribute == "data") continue; // read as the type demands
            number[attribute] = 1;
            Assert.Contains($"'{attribute}'", Assert.Throws<FormatException>(() => EventEnvelope.Parse(Utf8(number))).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"specversion\":")]
    [InlineData("\u0000")]
    public void What_is_no_envelope_at_all_is_a_format_fault(string payload) =>
        Assert.Throws<FormatException>(() => EventEnvelope.Parse(Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void Bytes_that_are_no_UTF8_are_a_format_fault() =>
        Assert.Throws<FormatException>(() => EventEnvelope.Parse(new byte[] { 0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d }));

    private static JsonObject Example() => JsonNode.Parse(ContractMessages.Example("envelope"))!.AsObject();

    private static byte[] Utf8(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    private static byte[] Wire(EventEnvelope envelope)
    {
        var output = new ArrayBufferWriter<byte>();
        envelope.Write(output);
        return output.WrittenSpan.ToArray();
    }
}

using System.Text;
using StoreEdge.Agent.Orders;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Tests.Orders;

public sealed class OrderReaderTests
{
    private const string Epoch = "5f0c2c36-5c1e-4d7a-9b53-0d6a3f1e8c21", Customer = "k1-7z3q9w0m4x8rjt2c5hvbn6dkpe";

    public static TheoryData<string, string> Refused { get; } = new()
    {
        { "dance", """{"id":"1"}""" },
        { "ping", """{"id":"1","more":1,"expiresAt":null}""" },
        { "ping", """{"id":"1","expiresAt":"tomorrow"}""" },
        { "replay", $$"""{"id":"1","epoch":"{{Epoch}}","from":0,"to":5,"expiresAt":null}""" },
        { "replay", $$"""{"id":"1","epoch":"{{Epoch}}","from":5,"to":4,"expiresAt":null}""" },
        { "replay", $$"""{"id":"1","epoch":"{{Epoch}}","from":1,"to":1000002,"expiresAt":null}""" },
        { "replay", """{"id":"1","epoch":"five","from":1,"to":2,"expiresAt":null}""" },
        { "drain", """{"id":"1","eventsPerSecond":-1,"expiresAt":null}""" },
        { "drain", """{"id":"1","eventsPerSecond":1000001,"expiresAt":null}""" },
        { "drain", """{"id":"1","eventsPerSecond":1.5,"expiresAt":null}""" },
        { "drain", """{"id":"1"}""" },
        { "refuse", $$"""{"id":"1","epoch":"{{Epoch}}","seq":0,"reason":"x","expiresAt":null}""" },
        { "refuse", $$"""{"id":"1","epoch":"{{Epoch}}","seq":1,"reason":"","expiresAt":null}""" },
        { "resend", """{"id":"1","from":9,"to":8}""" },
        { "erase", """{"id":"1","subjects":[]}""" },
        { "erase", """{"id":"1","subjects":["visit-0123"]}""" },
        { "erase", """{"id":"1","subjects":["k1-7z3q9w0m4x8rjt2c5hvbn6dkp%"]}""" },
        { "erase", """{"id":"1","subjects":["C-42"]}""" },
        { "erase", """{"id":"1","subjects":[null]}""" },
        { "erase", $$"""{"id":"1","subjects":["{{Customer}}","{{Customer}}"]}""" },
        { "erase", $$"""{"id":"1","subjects":["{{Customer}}"],"expiresAt":null}""" },
        { "export", """{"id":"1","subjects":"all"}""" },
        { "help", """{"id":"1","requestId":"01938f2b","state":"solved"}""" },
        { "help", """{"id":"1","requestId":"01938f2b-1f07-7c22-8e41-6b0d5a9c3e72","state":"withdrawn"}""" },
        { "help", """{"id":"1","requestId":"01938f2b-1f07-7c22-8e41-6b0d5a9c3e72"}""" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void A_command_that_breaks_its_schema_is_refused_under_its_id(string name, string json)
    {
        Assert.False(OrderReader.TryRead(name, Encoding.UTF8.GetBytes(json), out var id, out var message, out var why));
        Assert.Equal("1", id);
        Assert.Null(message);
        Assert.NotEmpty(why);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":""}""")]
    [InlineData("""{"id":7}""")]
    [InlineData("""{"id":"a b"}""")]
    [InlineData("""{"id":"1","id":"2"}""")]
    public void One_without_an_id_cannot_be_answered(string json)
    {
        Assert.False(OrderReader.TryRead("ping", Encoding.UTF8.GetBytes(json), out var id, out _, out _));
        Assert.Null(id);
    }

    [Fact]
    public void Every_example_of_the_contract_is_understood()
    {
        foreach (var name in OrderReader.Names)
        {
            var example = File.ReadAllBytes(Path.Combine(Architecture.SourceTree.Root, "src/StoreEdge.Contracts/schemas/examples", $"cmd-{name}.json"));
            Assert.True(OrderReader.TryRead(name, example, out _, out _, out var why), $"{name}: {why}");
        }
    }

    [Theory]
    [InlineData("central/answers/1", true)]
    [InlineData("stores/v1/s-1/res/ping", true)]
    [InlineData("stores/v1/s-1/res/mine", true)]
    [InlineData("stores/v1/s-1/evt/arrival", false)]
    [InlineData("stores/v1/s-1/state/status", false)]
    [InlineData("stores/v1/s-1/cmd/erase", false)]
    [InlineData("stores/v1/s-1/desired/config", false)]
    [InlineData("stores/v1/s-1/ack", false)]
    [InlineData("stores/v1/s-2/cmd/erase", false)]
    [InlineData("stores/v2/s-1/evt/arrival", false)]
    [InlineData("answers/+", false)]
    [InlineData("answers/#", false)]
    [InlineData("$SYS/broker", false)]
    [InlineData("", false)]
    public void Answers_go_where_central_asks_unless_a_store_must_not_speak_there(string wanted, bool allowed)
    {
        var message = new MqttMessage("stores/v1/s-1/cmd/ping", default) { ResponseTopic = wanted, CorrelationData = "abc"u8.ToArray() };
        var road = AnswerRoad.Of(new Topics("s-1"), "ping", message);
        Assert.Equal(allowed ? wanted : "stores/v1/s-1/res/ping", road.Topic);
        Assert.Equal("abc"u8.ToArray(), road.Correlation.ToArray());
    }
}

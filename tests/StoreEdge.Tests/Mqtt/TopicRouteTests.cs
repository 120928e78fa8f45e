using StoreEdge.Agent.Mqtt;

namespace StoreEdge.Tests.Mqtt;

public class TopicRouteTests
{
    // The first fourteen are the examples of MQTT 5 §4.7.1.2, §4.7.1.3 and §4.7.2.
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("#", "sport/tennis", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("#", "$SYS/monitor", false)]
    [InlineData("+/monitor/Clients", "$SYS/monitor/Clients", false)]
    [InlineData("$SYS/#", "$SYS/monitor", true)]
    [InlineData("stores/v1/a/ack", "stores/v1/a/ack", true)]
    [InlineData("stores/v1/a/ack", "stores/v1/a/ack/b", false)]
    [InlineData("stores/v1/a/ack", "stores/v1/b/ack", false)]
    public void A_filter_covers_what_the_specification_says(string filter, string topic, bool covered) =>
        Assert.Equal(covered, new TopicRoute(filter, (_, _) => ValueTask.CompletedTask).Covers(topic));
}

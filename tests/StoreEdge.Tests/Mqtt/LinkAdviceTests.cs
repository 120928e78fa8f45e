using StoreEdge.Agent.Mqtt;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Tests.Mqtt;

public class LinkAdviceTests
{
    [Fact]
    public void Every_failure_has_a_code_and_a_next_action_of_its_own()
    {
        var kinds = Enum.GetValues<MqttFailureKind>();
        Assert.Equal(kinds.Length, LinkAdvice.Codes.Distinct().Count());
        var actions = kinds.Select(k => LinkAdvice.NextAction(k, new("broker.example", 8883))).ToList();
        Assert.Equal(kinds.Length, actions.Distinct().Count());
        Assert.DoesNotContain(actions, string.IsNullOrWhiteSpace);
    }
}

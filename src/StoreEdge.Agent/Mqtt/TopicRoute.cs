using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>Takes one message from central. Throws <see cref="FormatException"/> or a JSON error for a payload that is not as the contract says.</summary>
internal delegate ValueTask MessageHandler(MqttMessage message, CancellationToken stop);

/// <summary>One subscription and who takes its messages.</summary>
internal sealed record TopicRoute(string Filter, MessageHandler Handler)
{
    private readonly string[] levels = Filter.Split('/');

    /// <summary>Whether <paramref name="topic"/> falls under the filter (MQTT 5 §4.7): <c>+</c> stands for one level, a final <c>#</c> for all that remain, none included.</summary>
    public bool Covers(string topic)
    {
        var names = topic.Split('/');
        if (names[0].StartsWith('$') && levels[0] is "+" or "#") return false;
        for (var i = 0; i < levels.Length; i++)
        {
            if (levels[i] == "#") return true;
            if (i == names.Length || (levels[i] != "+" && levels[i] != names[i])) return false;
        }

        return names.Length == levels.Length;
    }
}

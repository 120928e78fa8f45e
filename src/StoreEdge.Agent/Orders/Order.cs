using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Orders;

/// <summary>A command that was understood.</summary>
/// <param name="Name">Its name in the topic.</param>
/// <param name="Message">What it says.</param>
/// <param name="Road">Where its answer goes.</param>
internal sealed record Order(string Name, ICommandMessage Message, AnswerRoad Road);

/// <summary>Where an answer goes.</summary>
/// <param name="Topic">A topic name.</param>
/// <param name="Correlation">What the answer carries back; empty where nothing was given.</param>
internal sealed record AnswerRoad(string Topic, ReadOnlyMemory<byte> Correlation)
{
    /// <summary>More than a topic of ours ever needs.</summary>
    private const int LongestTopic = 256;

    /// <summary>A request's identifier, not a place to store things: it is kept with the answer.</summary>
    private const int LongestCorrelation = 256;

    /// <summary>
    /// The response topic that was asked for, where a store may speak there: a plain topic name outside this contract's own, or this store's <c>res/</c>. A command must not
    /// make a store speak in the place of its events, of its state, or of central.
    /// </summary>
    public static AnswerRoad Of(Topics topics, string command, MqttMessage message)
    {
        var ordinary = topics.Response(command);
        var wanted = message.ResponseTopic;
        var allowed = wanted is { Length: > 0 and <= LongestTopic } && wanted.AsSpan().IndexOfAny('+', '#', '\0') < 0 && wanted[0] != '$'
            && (!wanted.StartsWith("stores/", StringComparison.Ordinal) || wanted.StartsWith(ordinary[..^command.Length], StringComparison.Ordinal));
        return new(allowed ? wanted! : ordinary, message.CorrelationData.Length <= LongestCorrelation ? message.CorrelationData : ReadOnlyMemory<byte>.Empty);
    }
}

/// <summary>What became of an order.</summary>
/// <param name="Result">One of the words of <see cref="ResponseMessage.Result"/>.</param>
/// <param name="Text">Why, or what was done, in English.</param>
/// <param name="Data">What it asked for.</param>
internal sealed record OrderResult(string Result, string? Text, IReadOnlyDictionary<string, JsonElement>? Data = null)
{
    public const string DoneWord = "done", RefusedWord = "refused", ExpiredWord = "expired", FailedWord = "failed";

    public static OrderResult Done(string? text = null, IReadOnlyDictionary<string, JsonElement>? data = null) => new(DoneWord, text, data);

    public static OrderResult Refused(string text) => new(RefusedWord, text);

    public static OrderResult Expired(string text) => new(ExpiredWord, text);

    public static OrderResult Failed(string text) => new(FailedWord, text);
}

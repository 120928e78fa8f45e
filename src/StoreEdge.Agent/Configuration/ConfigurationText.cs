using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreEdge.Agent.Configuration;

/// <summary>Turns text into a tree whose keys are found without case, as every layer of the configuration is.</summary>
internal static class ConfigurationText
{
    /// <summary>Environment variables are upper case, so keys are compared without case everywhere.</summary>
    public static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    /// <summary>
    /// Reads a text. Of keys that differ in capitals alone the first is kept and the others are reported: a tree without case cannot hold both, and says so only when
    /// somebody walks it, with an exception that nobody expects there.
    /// </summary>
    /// <param name="text">JSON.</param>
    /// <param name="reading">What is allowed of it.</param>
    /// <param name="source">Named in errors.</param>
    /// <param name="path">The key that the text is the value of; empty where it is the whole.</param>
    /// <param name="errors">Where twins are reported.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonNode? Parse(string text, JsonDocumentOptions reading, string source, string path, List<ConfigurationError> errors)
    {
        var exact = JsonNode.Parse(text, nodeOptions: null, reading);
        var found = errors.Count;
        TakeOutTwins(exact, source, path, errors);
        return JsonNode.Parse(errors.Count == found ? text : exact!.ToJsonString(), AnyCase, reading);
    }

    private static void TakeOutTwins(JsonNode? node, string source, string path, List<ConfigurationError> errors)
    {
        if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++) TakeOutTwins(list[i], source, $"{path}[{i}]", errors);
        }
        else if (node is JsonObject map)
        {
            var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in map.ToArray())
            {
                var at = path.Length == 0 ? key : $"{path}.{key}";
                if (seen.TryAdd(key, key))
                {
                    TakeOutTwins(value, source, at, errors);
                    continue;
                }

                map.Remove(key);
                errors.Add(new(source, at, null, $"only one of '{seen[key]}' and '{key}': capitals do not tell keys apart; take one of them out"));
            }
        }
    }
}

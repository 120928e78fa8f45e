using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Configuration;

/// <summary>Turns text into a tree whose keys are found without case, as every layer of the configuration is.</summary>
internal static class ConfigurationText
{
    /// <summary>Environment variables are upper case, so keys are compared without case everywhere.</summary>
    public static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    /// <summary>No configuration comes near this; a device never ends.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>Names of what this process was handed open, a pipe as a rule: whoever names them means it.</summary>
    private static readonly string[] Handed = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"];

    /// <summary>The text of a file. A pipe that nobody writes to, or a device, would hold up its reader for ever.</summary>
    /// <exception cref="IOException">It is not there, no file, or too long.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static string ReadFile(string path)
    {
        if (Directory.Exists(path)) throw new IOException("it is a directory; name a file");
        if (File.Exists(path) && !FileKind.IsRegular(path) && !Handed.Any(h => path.StartsWith(h, StringComparison.Ordinal))) throw new IOException("it is a pipe, a socket or a device; name a file");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var bytes = new byte[MostBytes + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MostBytes) throw new IOException($"it is longer than {MostBytes >> 20} MB");
        using var reader = new StreamReader(new MemoryStream(bytes, 0, length), new UTF8Encoding(false, throwOnInvalidBytes: true));
        return reader.ReadToEnd();
    }

    /// <summary>A source with line and column, where the fault knows them: of a key that stands there twice it does not.</summary>
    public static string Place(string source, JsonException fault) =>
        fault is { LineNumber: { } line, BytePositionInLine: { } column } ? $"{source}:{line + 1}:{column + 1}" : source;

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
                errors.Add(new(source, at, null, $"each key once: '{seen[key]}' and '{key}' are the same, capitals do not tell keys apart; take one of them out"));
            }
        }
    }
}

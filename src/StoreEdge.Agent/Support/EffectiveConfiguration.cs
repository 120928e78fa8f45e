using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Agent.Configuration;

namespace StoreEdge.Agent.Support;

/// <summary>The configuration as all layers together make it, without what is secret.</summary>
internal static class EffectiveConfiguration
{
    /// <summary>What the name of a file with a secret has in it.</summary>
    private static readonly string[] InNames = ["password", "pin", "key", "token", "secret"];

    /// <summary>As JSON.</summary>
    public static string Of(ConfigurationLayers layers)
    {
        var copy = layers.Root.DeepClone();
        SecretNames.Strip(copy);
        return string.Join('\n', layers.Sources.Select(s => "// " + s).Concat(layers.Errors.Select(e => "// wrong: " + e))) + "\n" + Print(copy);
    }

    /// <summary>Every file that a key names which says that it holds a secret.</summary>
    public static IEnumerable<string> SecretFiles(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(m => m.Value is JsonValue v && v.GetValueKind() == JsonValueKind.String && m.Key.EndsWith("File", StringComparison.OrdinalIgnoreCase) && IsSecretFile(m.Key) ? [v.GetValue<string>()] : SecretFiles(m.Value)),
        JsonArray a => a.SelectMany(SecretFiles),
        _ => [],
    };

    private static bool IsSecretFile(string key) => InNames.Any(s => key.Contains(s, StringComparison.OrdinalIgnoreCase)) && !key.Contains("public", StringComparison.OrdinalIgnoreCase);

    private static string Print(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) node.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}

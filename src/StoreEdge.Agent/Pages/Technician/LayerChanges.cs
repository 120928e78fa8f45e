using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Configuration;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What changes between two texts of the technician's layer, key by key, for the audit: whoever reads it later has neither text any more. A secret is in none of it.</summary>
internal static partial class LayerChanges
{
    /// <summary>A line of the audit stays one; what is more is counted.</summary>
    internal const int Most = 30, LongestValue = 80;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The changes, by key: <c>+ presence.zoneMargin: 8</c>, <c>- store.name: "Casa"</c>, <c>presence.zoneMargin: 8 → 9</c>.</summary>
    public static IReadOnlyList<string> Of(string former, string later)
    {
        var (before, after) = (Leaves(former), Leaves(later));
        List<string> changes = [];
        foreach (var key in before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            var (was, isNow) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
            if (was.Raw == isNow.Raw) continue;
            changes.Add(was.Raw is null ? $"+ {key}: {isNow.Shown}" : isNow.Raw is null ? $"- {key}: {was.Shown}" : was.Shown == isNow.Shown ? $"{key}: {isNow.Shown} (changed)" : $"{key}: {was.Shown} → {isNow.Shown}");
        }

        return changes.Count <= Most ? changes : [.. changes.Take(Most), $"… {changes.Count - Most}"];
    }

    private static Dictionary<string, (string? Raw, string Shown)> Leaves(string document)
    {
        var leaves = new Dictionary<string, (string? Raw, string Shown)>(StringComparer.OrdinalIgnoreCase);
        try
        {
            if (document.Length == 0 || JsonNode.Parse(document, documentOptions: Lenient) is not JsonObject raw) return leaves;
            var shown = (JsonObject)raw.DeepClone();
            SecretNames.Strip(shown);
            Gather(raw, shown, "", leaves);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            // It was read before it came here; of what cannot be read nothing can be said.
            leaves.Clear();
        }

        return leaves;
    }

    private static void Gather(JsonObject raw, JsonObject shown, string path, Dictionary<string, (string? Raw, string Shown)> leaves)
    {
        foreach (var (key, value) in raw)
        {
            if (value is JsonObject { Count: > 0 } inner && shown[key] is JsonObject visible) Gather(inner, visible, $"{path}{key}.", leaves);
            else leaves[path + key] = (value?.ToJsonString() ?? "null", Short(shown[key]?.ToJsonString(Plain) ?? "null"));
        }
    }

    private static string Short(string value)
    {
        var safe = Login().Replace(value, "://[secret]@");
        return safe.Length > LongestValue ? safe[..LongestValue] + "…" : safe;
    }

    /// <summary>Name and password within an address.</summary>
    [GeneratedRegex(@"://[^/@\s""]+@")]
    private static partial Regex Login();
}

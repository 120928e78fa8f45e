using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StoreEdge.Core;
using StoreEdge.Linux.Neighbours;

namespace StoreEdge.Agent.Gate;

/// <summary>Reads what the kernel says of the gate's sets, in libnftables' JSON (libnftables-json(5)). What it does not understand it leaves out.</summary>
internal static partial class GateListing
{
    /// <summary>Who may pass, from a listing of the map of guests.</summary>
    /// <param name="json">As listed.</param>
    /// <param name="now">When.</param>
    public static IReadOnlyList<Guest> Guests(string json, Instant now)
    {
        var guests = new List<Guest>();
        foreach (var element in Elements(json, "guests"))
        {
            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2 || Number(element[1]) is not { } mark) continue;
            var (key, inner) = Inner(element[0]);
            if (!StationAddress.TryParse(key.ValueKind == JsonValueKind.String ? key.GetString() : null, out var station)) continue;
            // Whole seconds, rounded down: who is inside is not cut before time.
            var remaining = inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty("expires", out var expires) && Number(expires) is { } seconds ? TimeSpan.FromSeconds(seconds + 1L) : TimeSpan.FromDays(1);
            var receipt = inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty("comment", out var comment) && comment.ValueKind == JsonValueKind.String ? comment.GetString()! : "";
            // Another hand's comment may say anything; it would be repeated to the kernel.
            guests.Add(new(station, GateRules.IsReceipt(receipt) ? receipt : "", mark, now + remaining));
        }

        return guests;
    }

    /// <summary>The fingerprint that the table carries, from a listing of the table's structure; null where it has none.</summary>
    public static string? Fingerprint(string structure)
    {
        const string Before = "comment \"StoreEdge guest gate ";
        var at = structure.IndexOf(Before, StringComparison.Ordinal);
        if (at < 0) return null;
        at += Before.Length;
        var end = structure.IndexOf('"', at);
        return end < 0 ? null : structure[at..end];
    }

    /// <summary>The names of the chains, sets and maps of a table, from a listing.</summary>
    public static IReadOnlySet<string> Parts(string structure) => Part().Matches(structure).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>Bytes moved by passage, from a listing of the set of quotas, in nftables' own words: <c>0x0000002a expires 1h quota over 1 mbytes used 300 kbytes</c>.</summary>
    public static IReadOnlyDictionary<uint, long> Moved(string listing)
    {
        var moved = new Dictionary<uint, long>();
        foreach (var part in listing.Split([',', '{', '}', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || !words[0].StartsWith("0x", StringComparison.Ordinal)
                || !uint.TryParse(words[0].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mark)) continue;
            var used = Array.IndexOf(words, "used");
            if (used < 0) moved[mark] = 0;
            else if (used + 2 < words.Length && long.TryParse(words[used + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && Unit(words[used + 2]) is { } unit) moved[mark] = amount * unit;
        }

        return moved;
    }

    private static long? Unit(string word) => word switch { "bytes" => 1, "kbytes" => 1 << 10, "mbytes" => 1 << 20, _ => null };

    private static uint? Number(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetUInt32(out var number) ? number : null;

    private static (JsonElement Key, JsonElement Inner) Inner(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("elem", out var inner) && inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty("val", out var key)) return (key, inner);
        return (element, default);
    }

    private static List<JsonElement> Elements(string json, string name)
    {
        var found = new List<JsonElement>();
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("nftables", out var objects) || objects.ValueKind != JsonValueKind.Array) return found;
            foreach (var item in objects.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object) continue;
                foreach (var word in item.EnumerateObject())
                    if (word.Value.ValueKind == JsonValueKind.Object && word.Value.TryGetProperty("name", out var called) && called.ValueEquals(name)
                        && word.Value.TryGetProperty("elem", out var elements) && elements.ValueKind == JsonValueKind.Array)
                        found.AddRange(elements.EnumerateArray().Select(e => e.Clone()));
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // A library that speaks another language tells nothing.
        }

        return found;
    }

    [GeneratedRegex(@"^\s*(?:chain|set|map) ([^ {]+) \{", RegexOptions.Multiline)]
    private static partial Regex Part();
}

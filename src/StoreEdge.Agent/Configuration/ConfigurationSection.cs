using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Configuration;

/// <summary>
/// Reads one JSON object of the configuration key by key into typed values, collecting an error for each that is wrong and, on <see cref="Close"/>,
/// for each key that nobody asked for. A key that is absent or null takes its default.
/// </summary>
internal sealed class ConfigurationSection(ConfigurationLayers layers, JsonObject? values, string path, List<ConfigurationError> errors)
{
    private static readonly (string Unit, double Milliseconds)[] Units = [("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000), ("d", 86_400_000)];

    private readonly List<string> asked = [];

    /// <summary>The whole configuration.</summary>
    public static ConfigurationSection Top(ConfigurationLayers layers, List<ConfigurationError> errors) => new(layers, layers.Root, "", errors);

    public bool IsPresent => values is not null;

    /// <summary>A nested object; where it is absent, all of its keys take their defaults.</summary>
    public ConfigurationSection Section(string key)
    {
        var node = Node(key);
        if (node is not null and not JsonObject) Fail(key, "an object { … } is needed here");
        return new(layers, node as JsonObject, Full(key), errors);
    }

    /// <summary>A list of objects; absent counts as empty.</summary>
    public IReadOnlyList<ConfigurationSection> Sections(string key)
    {
        var node = Node(key);
        if (node is null) return [];
        if (node is not JsonArray list)
        {
            Fail(key, "a list [ … ] of objects is needed here");
            return [];
        }

        var sections = new List<ConfigurationSection>();
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject item) sections.Add(new(layers, item, $"{Full(key)}[{i}]", errors));
            else Report($"{Full(key)}[{i}]", list[i], "an object { … } is needed here");
        return sections;
    }

    /// <summary>Whether a key is set.</summary>
    public bool Has(string key) => Node(key) is not null;

    /// <summary>Free text.</summary>
    public string? Text(string key, string? fallback = null)
    {
        var node = Node(key);
        if (node is null) return fallback;
        if (node.GetValueKind() == JsonValueKind.String) return node.GetValue<string>();
        Fail(key, "text in quotes is needed here");
        return fallback;
    }

    /// <summary>Text that a rule must accept.</summary>
    public string Text(string key, string fallback, Func<string, bool> rule, string allowed)
    {
        var text = Text(key, fallback)!;
        if (rule(text)) return text;
        if (Node(key) is null) Missing(key, allowed);
        else Fail(key, allowed);
        return fallback;
    }

    /// <summary>A list of texts, each of which a rule turns into a value; absent counts as <paramref name="fallback"/>.</summary>
    /// <param name="key">Of the list.</param>
    /// <param name="fallback">Where it is absent.</param>
    /// <param name="parse">The value of an entry; null where it is not allowed.</param>
    /// <param name="allowed">What an entry may be.</param>
    public IReadOnlyList<T> Texts<T>(string key, IReadOnlyList<T> fallback, Func<string, T?> parse, string allowed)
        where T : notnull
    {
        var node = Node(key);
        if (node is null) return fallback;
        if (node is not JsonArray list)
        {
            Fail(key, $"a list [ … ] is needed here; each entry {allowed}");
            return fallback;
        }

        var values = new List<T>();
        for (var i = 0; i < list.Count; i++)
            if (list[i] is { } item && (item.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : item.ToJsonString()) is var text && parse(text) is { } value) values.Add(value);
            else Report($"{Full(key)}[{i}]", list[i], allowed);
        return values;
    }

    /// <summary>Text that must be there.</summary>
    public string Required(string key, string allowed)
    {
        var text = Text(key);
        if (text is { Length: > 0 }) return text;
        if (Node(key) is null) Missing(key, allowed);
        else if (text is not null) Fail(key, allowed);
        return "";
    }

    /// <summary>A name that keeps <see cref="NameRule"/> and must be there.</summary>
    public string Name(string key, string what)
    {
        var allowed = $"{what}: {NameRule.Allowed}";
        var name = Required(key, allowed);
        if (name.Length > 0 && !NameRule.Holds(name)) Fail(key, allowed);
        return name;
    }

    /// <summary>A receiver's name, which must be there.</summary>
    public string ReceiverName(string key)
    {
        const string Allowed = $"the receiver's id: {NameRule.AllowedForReceiver}";
        var name = Required(key, Allowed);
        if (name.Length > 0 && !NameRule.HoldsForReceiver(name)) Fail(key, Allowed);
        return name;
    }

    /// <summary>One of a few words.</summary>
    public string OneOf(string key, string fallback, params string[] words) =>
        Text(key, fallback, t => words.Contains(t, StringComparer.Ordinal), $"one of {string.Join(", ", words)}");

    /// <summary>A whole number in a range.</summary>
    public int Integer(string key, int fallback, int least, int most) => (int)Number(key, fallback, least, most, whole: true);

    /// <summary>A number in a range.</summary>
    public double Number(string key, double fallback, double least, double most, bool whole = false)
    {
        var node = Node(key);
        if (node is null) return fallback;
        if (node.GetValueKind() == JsonValueKind.Number
            && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most && (!whole || number == Math.Floor(number))) return number;
        Fail(key, string.Create(CultureInfo.InvariantCulture, $"a {(whole ? "whole " : "")}number from {least} to {most}"));
        return fallback;
    }

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool fallback)
    {
        var node = Node(key);
        if (node is null) return fallback;
        if (node.GetValueKind() is JsonValueKind.True or JsonValueKind.False) return node.GetValue<bool>();
        Fail(key, "true or false");
        return fallback;
    }

    /// <summary>A span of time, as text with its unit: <c>"250ms"</c>, <c>"5s"</c>, <c>"10min"</c>, <c>"2h"</c>, <c>"30d"</c>.</summary>
    public TimeSpan Span(string key, TimeSpan fallback, TimeSpan least, TimeSpan most)
    {
        var node = Node(key);
        if (node is null) return fallback;
        if (node.GetValueKind() == JsonValueKind.String && TryParse(node.GetValue<string>(), out var span) && span >= least && span <= most) return span;
        Fail(key, $"a span of time from {Spell(least)} to {Spell(most)}, written like \"250ms\", \"5s\", \"10min\", \"2h\" or \"30d\"");
        return fallback;
    }

    /// <summary>A list of spans of time.</summary>
    public IReadOnlyList<TimeSpan> Spans(string key, IReadOnlyList<TimeSpan> fallback)
    {
        var node = Node(key);
        if (node is null) return fallback;
        var spans = new List<TimeSpan>();
        if (node is JsonArray list)
            foreach (var item in list)
                if (item?.GetValueKind() == JsonValueKind.String && TryParse(item.GetValue<string>(), out var span) && span > TimeSpan.Zero) spans.Add(span);
        if (node is JsonArray all && all.Count == spans.Count) return spans;
        Fail(key, "a list of spans of time, such as [\"1min\", \"5min\"]");
        return fallback;
    }

    /// <summary>A path; a relative one is meant from the file that names it. <c>credential:NAME</c> is a systemd credential.</summary>
    public string? File(string key)
    {
        var text = Text(key);
        if (text is null) return null;
        if (text.StartsWith("credential:", StringComparison.Ordinal))
        {
            if (Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } directory) return Path.Combine(directory, text["credential:".Length..]);
            // The unit's own come from there (LoadCredential=secret:…); check-config and doctor are run outside of it.
            if (text.StartsWith("credential:secret_", StringComparison.Ordinal)) return Path.Combine("/etc/storeedge/secrets", text["credential:secret_".Length..]);
            Fail(key, "credential: works only under systemd with LoadCredential=; name a file instead");
            return null;
        }

        return Resolve(key, text);
    }

    /// <summary>An address with a port; null where none is given, or it is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="example">What one looks like.</param>
    public IPEndPoint? EndPoint(string key, string example)
    {
        IPEndPoint? listen = null;
        if (Text(key) is { } text && (!IPEndPoint.TryParse(text, out listen) || listen.Port == 0)) Fail(key, $"an address and a port, such as {example}");
        return listen is { Port: 0 } ? null : listen;
    }

    /// <summary>A path that stands in the value of <paramref name="key"/>; a relative one is meant from the file that the value came from.</summary>
    public string Resolve(string key, string text)
    {
        var origin = Origin(Full(key));
        return Path.IsPathRooted(text) || !System.IO.File.Exists(origin) ? Path.GetFullPath(text) : Path.GetFullPath(text, Path.GetDirectoryName(Path.GetFullPath(origin))!);
    }

    /// <summary>Reports what is wrong with a value that was read before.</summary>
    public void Fail(string key, string allowed)
    {
        var node = Node(key);
        if (values?.ContainsKey(key) == true) Report(Full(key), node, allowed);
        else Missing(key, allowed);
    }

    /// <summary>Reports every key that nothing has asked for, with the nearest known one.</summary>
    public void Close()
    {
        if (values is null) return;
        foreach (var (key, value) in values)
        {
            if (asked.Contains(key, StringComparer.OrdinalIgnoreCase)) continue;
            var near = asked.OrderBy(a => Distance(a, key)).FirstOrDefault(a => Distance(a, key) <= 3);
            var secret = SecretNames.Has(key);
            errors.Add(new(
                Origin(Full(key)), Full(key), secret ? null : SecretNames.Quote(value),
                (secret && (near is null || !SecretNames.Has(near)) ? "a secret never stands in the configuration; put it in a file and name the file. " : "")
                + $"there is no such key{(near is null ? "" : $"; did you mean '{near}'?")} Known here: {string.Join(", ", asked.Order(StringComparer.Ordinal))}"));
        }
    }

    private void Missing(string key, string allowed)
    {
        if (!layers.IsMainUnread) errors.Add(new(Origin(Full(key)), Full(key), null, $"is missing; {allowed}"));
    }

    private void Report(string key, JsonNode? value, string allowed) => errors.Add(new(Origin(key), key, SecretNames.Quote(value) ?? "null", allowed));

    /// <summary>Lists are replaced whole, so whatever stands in one came with it.</summary>
    private string Origin(string key) => layers.OriginOf(key.IndexOf('[', StringComparison.Ordinal) is >= 0 and var cut ? key[..cut] : key);

    private string Full(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private JsonNode? Node(string key)
    {
        if (!asked.Contains(key)) asked.Add(key);
        layers.Note(Full(key));
        return values?[key];
    }

    private static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)) continue;
            if (amount * milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2) return false;
            span = TimeSpan.FromMilliseconds(amount * milliseconds);
            return true;
        }

        return false;
    }

    private static string Spell(TimeSpan span)
    {
        var (unit, size) = Units.Where(u => span.TotalMilliseconds >= u.Milliseconds && span.TotalMilliseconds % u.Milliseconds == 0).DefaultIfEmpty(("ms", 1.0)).MaxBy(u => u.Item2);
        return string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds / size:0.###}{unit}");
    }

    /// <summary>Levenshtein distance, without case: how many letters to change, add or drop.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Contracts;

/// <summary>
/// Judges messages by the contract's own JSON Schemas. It knows the keywords of draft 07 that those schemas use, and fails on any other, so a schema cannot
/// silently ask for something that is not checked. (No JSON Schema package can be restored here; tests/contract/validate.mjs judges the same files with Ajv.)
/// This file stands alone, so that the system tests can link it.
/// </summary>
internal static class ContractSchemas
{
    private static readonly ConcurrentDictionary<string, JsonElement> Loaded = new();

    /// <summary>The folder of the schemas, in the source tree that the tests run from.</summary>
    public static string Directory { get; } = Path.Combine(Root(), "src", "StoreEdge.Contracts", "schemas");

    /// <summary>The messages that have a schema: each is the name of a file, such as <c>arrival</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. System.IO.Directory.EnumerateFiles(Directory, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    /// <summary>The schema of a message.</summary>
    public static JsonElement Of(string messageName) => Loaded.GetOrAdd(messageName, name =>
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Directory, name + ".json")));
        return document.RootElement.Clone();
    });

    /// <summary>Judges one message.</summary>
    /// <param name="messageName">One of <see cref="Names"/>; with <c>envelope</c> the <c>data</c> is judged too, by the schema of the event that <c>type</c> names.</param>
    /// <param name="utf8">The payload.</param>
    /// <returns>What is wrong, each with its place; empty where the message fits.</returns>
    public static IReadOnlyList<string> Validate(string messageName, ReadOnlyMemory<byte> utf8)
    {
        JsonElement value;
        try
        {
            using var document = JsonDocument.Parse(utf8);
            value = document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            return [$"not JSON: {fault.Message}"];
        }

        var errors = new List<string>();
        Check(Of(messageName), value, "", errors);
        if (messageName == "envelope" && errors.Count == 0)
        {
            var type = value.GetProperty("type").GetString()!["storeedge.".Length..^".v1".Length];
            if (!EventTypes.All.Contains(type)) errors.Add($"/type: no event '{type}' in this version");
            else Check(Of(type), value.GetProperty("data"), "/data", errors);
        }

        return errors;
    }

    /// <summary>The schema that a topic demands, or null where the topic is none of the contract's; there need not be a schema of that name.</summary>
    public static string? NameOf(string topic) => !Topics.TryParse(topic, out var parsed) ? null : parsed.Kind switch
    {
        "evt" => "envelope",
        "state" => parsed.Name == "status" ? "status" : parsed.Name + "-state",
        "desired" => parsed.Name == "enrolment" ? "enrolment" : "desired",
        "cmd" => "cmd-" + parsed.Name,
        "res" => "response",
        "evt-batch" => "event-batch",
        _ => parsed.Kind,
    };

    /// <summary>The types of the events in a batch that fits.</summary>
    public static IReadOnlyList<string> TypesOfBatch(ReadOnlyMemory<byte> gzip)
    {
        using var unzip = new GZipStream(new MemoryStream(gzip.ToArray()), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(unzip);
        return [.. document.RootElement.EnumerateArray().Select(e => e.GetProperty("type").GetString()!["storeedge.".Length..^".v1".Length]).Distinct()];
    }

    /// <summary>Judges what was heard on a topic, by the schema that the topic demands.</summary>
    public static IReadOnlyList<string> ValidateOnTopic(string topic, ReadOnlyMemory<byte> utf8)
    {
        if (!Topics.TryParse(topic, out var parsed)) return [$"'{topic}' is no topic of the contract"];
        var name = NameOf(topic)!;
        if (!Names.Contains(name)) return [$"'{topic}' has no schema '{name}'"];
        if (name == "event-batch") return ValidateBatch(parsed.StoreId, utf8);
        var errors = Validate(name, utf8);
        return parsed.Kind != "evt" || errors.Count > 0 ? errors
            : EventEnvelope.Parse(utf8) is var e && e.Type == parsed.Name && e.StoreId == parsed.StoreId ? []
            : [$"the envelope is {e.Type} of {e.StoreId}, the topic is {topic}"];
    }

    /// <summary>A batch is the gzip of a list of envelopes, each of which is judged as on its own topic.</summary>
    private static List<string> ValidateBatch(string storeId, ReadOnlyMemory<byte> gzip)
    {
        using var plain = new MemoryStream();
        try
        {
            using var unzip = new GZipStream(new MemoryStream(gzip.ToArray()), CompressionMode.Decompress);
            unzip.CopyTo(plain);
        }
        catch (InvalidDataException fault)
        {
            return [$"not a gzip: {fault.Message}"];
        }

        List<string> errors = [.. Validate("event-batch", plain.ToArray())];
        if (errors.Count > 0) return errors;
        foreach (var (i, item) in JsonElement.Parse(plain.ToArray()).EnumerateArray().Index())
        {
            var envelope = JsonSerializer.SerializeToUtf8Bytes(item);
            var wrong = Validate("envelope", envelope);
            errors.AddRange(wrong.Select(e => string.Create(CultureInfo.InvariantCulture, $"/{i}{e}")));
            if (wrong.Count == 0 && EventEnvelope.Parse(envelope).StoreId != storeId) errors.Add(string.Create(CultureInfo.InvariantCulture, $"/{i}: of another store"));
        }

        return errors;
    }

    /// <summary>Judges a value by a schema of the known keywords.</summary>
    /// <exception cref="NotSupportedException">The schema uses a keyword or a format that is not known here.</exception>
    public static void Check(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.ValueKind == JsonValueKind.False) errors.Add($"{at}: not allowed");
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False) return;
        foreach (var keyword in schema.EnumerateObject())
            if (!Holds(keyword.Name, keyword.Value, schema, value, at, errors)) errors.Add($"{at}: {Short(value)} breaks {keyword.Name} {keyword.Value.GetRawText()}");
    }

    private static bool Holds(string keyword, JsonElement rule, JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        var (isText, isNumber, isList, isObject) =
            (value.ValueKind == JsonValueKind.String, value.ValueKind == JsonValueKind.Number, value.ValueKind == JsonValueKind.Array, value.ValueKind == JsonValueKind.Object);
        switch (keyword)
        {
            case "$schema" or "title" or "description":
                return true;
            case "type":
                return rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Any(t => Is(t.GetString()!, value)) : Is(rule.GetString()!, value);
            case "enum":
                return rule.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value));
            case "const":
                return JsonElement.DeepEquals(rule, value);
            case "pattern":
                return !isText || Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.ECMAScript | RegexOptions.CultureInvariant);
            case "format":
                return !isText || Formatted(rule.GetString()!, value.GetString()!);
            case "minLength":
                return !isText || value.GetString()!.EnumerateRunes().Count() >= rule.GetInt32();
            case "maxLength":
                return !isText || value.GetString()!.EnumerateRunes().Count() <= rule.GetInt32();
            case "minimum":
                return !isNumber || value.GetDecimal() >= rule.GetDecimal();
            case "maximum":
                return !isNumber || value.GetDecimal() <= rule.GetDecimal();
            case "minItems":
                return !isList || value.GetArrayLength() >= rule.GetInt32();
            case "maxItems":
                return !isList || value.GetArrayLength() <= rule.GetInt32();
            case "minProperties":
                return !isObject || value.GetPropertyCount() >= rule.GetInt32();
            case "items":
                if (isList) foreach (var (i, item) in value.EnumerateArray().Index()) Check(rule, item, string.Create(CultureInfo.InvariantCulture, $"{at}/{i}"), errors);
                return true;
            case "required":
                if (isObject) errors.AddRange(rule.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)).Select(r => $"{at}/{r.GetString()}: missing"));
                return true;
            case "properties":
                if (isObject)
                    foreach (var property in rule.EnumerateObject())
                        if (value.TryGetProperty(property.Name, out var member)) Check(property.Value, member, $"{at}/{property.Name}", errors);
                return true;
            case "propertyNames":
                if (isObject) foreach (var member in value.EnumerateObject()) Check(rule, JsonSerializer.SerializeToElement(member.Name), $"{at}/{member.Name} (name)", errors);
                return true;
            case "additionalProperties":
                if (isObject)
                    foreach (var member in value.EnumerateObject())
                        if (!schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(member.Name, out _)) Check(rule, member.Value, $"{at}/{member.Name}", errors);
                return true;
            default:
                throw new NotSupportedException($"the keyword '{keyword}' at '{at}' is not checked here");
        }
    }

    private static bool Is(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var n) && decimal.Truncate(n) == n,
        _ => throw new NotSupportedException($"there is no type '{type}' in JSON Schema"),
    };

    private static bool Formatted(string format, string text) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => Regex.IsMatch(text, @"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$", RegexOptions.ECMAScript)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        _ => throw new NotSupportedException($"the format '{format}' is not checked here"),
    };

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : value.GetRawText();

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "StoreEdge.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no StoreEdge.sln above {AppContext.BaseDirectory}");
    }
}

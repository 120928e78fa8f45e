using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreEdge.Agent.Configuration;

/// <summary>
/// What central desires of the configuration, between the files and the environment. A list says what may stand in it: nothing that could cut the store off, move
/// its data, open a port, or hand over a key. Whoever holds the signing key changes how a store behaves, never who it is.
/// </summary>
/// <param name="Source">Named in errors and on the technician's page, such as <c>desired config 8</c>.</param>
/// <param name="Values">What is set, without receivers.</param>
/// <param name="Receivers">Levels, by the receiver's id.</param>
internal sealed record DesiredLayer(string Source, JsonObject Values, IReadOnlyList<(string Id, JsonObject Values)> Receivers)
{
    /// <summary>The two kinds of desired document that are configuration.</summary>
    public const string Config = "config", Displays = "displays";

    /// <summary>What a technician set on the store's own page: every key, but where the state lies, which the layer itself is part of.</summary>
    public const string Technician = "technician";

    /// <summary>Sections that central may set whole. The README's table names them.</summary>
    public static readonly IReadOnlyList<string> Sections = ["presence", "journal", "outbox", "footfall"];

    /// <summary>Keys that central may set of sections that it may not set whole.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
    {
        ["store"] = ["name", "language", "timeZone"],
        ["portal"] = ["brandColour", "welcome", "contact", "tokenLifetime", "sessionLifetime", "deviceIdle", "maxDevices", "postsPerMinute", "loginAttempts"],
        ["receivers"] = ["id", "enterDbm", "exitDbm"],
    };

    /// <summary>A PIN that was read off the air must not have the store's login sent elsewhere, nor let others in.</summary>
    private static readonly string[] NotTheTechnicians = ["central", "enrolment", "mqtt", "technician"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions ByHand = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>Reads a document.</summary>
    /// <param name="kind"><see cref="Config"/>, <see cref="Displays"/> or <see cref="Technician"/>.</param>
    /// <param name="version">Its version.</param>
    /// <param name="document">JSON, without comments.</param>
    /// <exception cref="ConfigurationException">It is no JSON object, or sets what it may not.</exception>
    public static DesiredLayer Parse(string kind, long version, string document)
    {
        var source = kind == Technician ? $"technician's layer {version}" : $"desired {kind} {version}";
        var errors = new List<ConfigurationError>();
        JsonNode? node;
        try
        {
            node = ConfigurationText.Parse(document, kind == Technician ? ByHand : Strict, source, "", errors);
        }
        catch (JsonException fault) when (kind == Technician)
        {
            throw new ConfigurationException([new(ConfigurationText.Place(source, fault), "", null, $"not JSON: {fault.Message.Split(" LineNumber:")[0]}")]);
        }
        catch (JsonException fault)
        {
            throw new ConfigurationException([new(source, "", null, $"not JSON: {fault.Message}")]);
        }

        if (node is not JsonObject root) throw new ConfigurationException([new(source, "", null, "the document must be one JSON object: { … }")]);
        var receivers = new List<(string, JsonObject)>();
        if (kind == Technician) CheckOwn(root, source, errors);
        else if (kind == Displays) CheckDisplays(root, source, errors);
        else CheckConfig(root, source, errors, receivers);
        if (errors.Count > 0) throw new ConfigurationException(errors);
        // Of a technician's layer receivers are a value as any other.
        if (kind != Technician) root.Remove("receivers");
        return new(source, root, receivers);
    }

    private static void CheckOwn(JsonObject root, string source, List<ConfigurationError> errors)
    {
        foreach (var (key, _) in root)
        {
            if (key.Equals("state", StringComparison.OrdinalIgnoreCase))
                errors.Add(new(source, key, null, "is not set here: this layer is kept in the state directory itself; set it in the store's own files"));
            else if (NotTheTechnicians.Contains(key, StringComparer.OrdinalIgnoreCase))
                errors.Add(new(source, key, null, "is not set here: whom the store gives its secrets to and whom it believes stands in its own files; ask whoever runs this machine"));
        }
    }

    private static void CheckDisplays(JsonObject root, string source, List<ConfigurationError> errors)
    {
        foreach (var (key, value) in root)
            if (!key.Equals(Displays, StringComparison.OrdinalIgnoreCase) || value is not JsonArray) errors.Add(new(source, key, null, "a document of displays says { \"displays\": [ … ] } and nothing else"));
        if (root.Count == 0) errors.Add(new(source, Displays, null, "is missing; an empty list takes every display away"));
    }

    private static void CheckConfig(JsonObject root, string source, List<ConfigurationError> errors, List<(string, JsonObject)> receivers)
    {
        foreach (var (key, value) in root)
        {
            if (Sections.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                if (value is not JsonObject) errors.Add(new(source, key, SecretNames.Quote(value), "an object { … } is needed here"));
            }
            else if (!Keys.TryGetValue(key, out var allowed))
            {
                errors.Add(new(source, key, null, $"central may not set this. It may set {string.Join(", ", Sections.Concat(Keys.Keys).Order(StringComparer.Ordinal))}"));
            }
            else if (key.Equals("receivers", StringComparison.OrdinalIgnoreCase))
            {
                CheckReceivers(value, source, allowed, errors, receivers);
            }
            else if (value is JsonObject section)
            {
                CheckKeys(section, key, source, allowed, errors);
            }
            else
            {
                errors.Add(new(source, key, SecretNames.Quote(value), "an object { … } is needed here"));
            }
        }
    }

    private static void CheckReceivers(JsonNode? value, string source, IReadOnlyList<string> allowed, List<ConfigurationError> errors, List<(string, JsonObject)> receivers)
    {
        if (value is not JsonArray list || list.Any(i => i is not JsonObject))
        {
            errors.Add(new(source, "receivers", null, "a list [ … ] of objects is needed here"));
            return;
        }

        foreach (var item in list.Cast<JsonObject>())
        {
            CheckKeys(item, "receivers[]", source, allowed, errors);
            if (item["id"] is not { } id || id.GetValueKind() != JsonValueKind.String) errors.Add(new(source, "receivers[].id", null, "which receiver, by its id"));
            else if (receivers.Exists(r => r.Item1 == id.GetValue<string>())) errors.Add(new(source, "receivers[].id", id.ToJsonString(), "each receiver once"));
            else receivers.Add((id.GetValue<string>(), item));
        }
    }

    private static void CheckKeys(JsonObject section, string path, string source, IReadOnlyList<string> allowed, List<ConfigurationError> errors)
    {
        foreach (var (key, _) in section)
            if (!allowed.Contains(key, StringComparer.OrdinalIgnoreCase))
                errors.Add(new(source, $"{path}.{key}", null, $"central may not set this. It may set {string.Join(", ", allowed)}"));
    }
}

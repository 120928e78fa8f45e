using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StoreEdge.Agent.Configuration;

/// <summary>
/// The layers of the configuration, weakest first: package defaults, the main file, its <c>conf.d</c>, what central desires, the environment, the command line.
/// Objects merge key by key; anything else, lists included, is replaced whole by the stronger layer. Remembers which layer each value came from.
/// </summary>
internal sealed partial class ConfigurationLayers
{
    /// <summary>Where the main file is looked for when none is named.</summary>
    public const string DefaultFile = "/etc/storeedge/storeedge.json";

    /// <summary>The same for a satellite.</summary>
    public const string DefaultSatelliteFile = "/etc/storeedge/satellite.json";

    /// <summary>What an environment variable starts with: <c>STOREEDGE__MQTT__PORT=8883</c> sets <c>mqtt.port</c>.</summary>
    public const string EnvironmentPrefix = "STOREEDGE__";

    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    private readonly Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedSet<string> asked = new(StringComparer.Ordinal);
    private readonly List<ConfigurationError> errors = [];
    private readonly List<string> sources = [];

    private string main = DefaultFile;

    /// <summary>Whether there is a main file that could not be read: what seems to be missing stands in it.</summary>
    public bool IsMainUnread { get; private set; }

    public JsonObject Root { get; } = new(ConfigurationText.AnyCase);

    public IReadOnlyList<ConfigurationError> Errors => errors;

    /// <summary>Every key that somebody has asked for, lists as <c>receivers[].id</c>; what the README's table is held to.</summary>
    public IReadOnlySet<string> Asked => asked;

    /// <summary>Every source that was read, weakest first.</summary>
    public IReadOnlyList<string> Sources => sources;

    /// <summary>Reads all layers. Faults are collected in <see cref="Errors"/>, so that one run shows all of them.</summary>
    /// <param name="file">The main file; it must exist when named, and may be absent when null (then <see cref="DefaultFile"/> is tried).</param>
    /// <param name="environment">The process's environment.</param>
    /// <param name="settings">Command line: <c>key=value</c>, the value being JSON or else plain text.</param>
    /// <param name="desired">What central desires, stronger than the files.</param>
    public static ConfigurationLayers Read(string? file, IDictionary environment, IEnumerable<string> settings, IReadOnlyList<DesiredLayer>? desired = null)
    {
        var layers = new ConfigurationLayers();
        layers.AddFile(Path.Combine(AppContext.BaseDirectory, "defaults.json"), mustExist: false);
        return layers.Read(file, DefaultFile, "conf.d", environment, settings, desired ?? []);
    }

    /// <summary>As <see cref="Read(string?, IDictionary, IEnumerable{string}, IReadOnlyList{DesiredLayer})"/>, for a satellite: its files lie beside the agent's, under names of their own.</summary>
    public static ConfigurationLayers ReadForSatellite(string? file, IDictionary environment, IEnumerable<string> settings) =>
        new ConfigurationLayers().Read(file, DefaultSatelliteFile, "satellite.d", environment, settings, []);

    private ConfigurationLayers Read(string? file, string standard, string parts, IDictionary environment, IEnumerable<string> settings, IReadOnlyList<DesiredLayer> desired)
    {
        var layers = this;
        var main = file ?? standard;
        layers.main = main;
        layers.AddFile(main, mustExist: file is not null);
        layers.IsMainUnread = layers.errors.Count > 0 && !layers.sources.Contains(main);
        var directory = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(main))!, parts);
        if (Directory.Exists(directory))
            foreach (var part in Directory.GetFiles(directory, "*.json").Order(StringComparer.Ordinal)) layers.AddFile(part, mustExist: true);
        foreach (var layer in desired) layers.AddDesired(layer);
        foreach (var name in environment.Keys.Cast<string>().Where(k => k.StartsWith(EnvironmentPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            layers.AddSetting($"environment {name}", name[EnvironmentPrefix.Length..].Split("__"), (string?)environment[name] ?? "");
        foreach (var setting in settings)
        {
            var cut = setting.IndexOf('=', StringComparison.Ordinal);
            if (cut <= 0) layers.errors.Add(new($"command line --set {setting}", "", null, "write it as --set section.key=value"));
            else layers.AddSetting("command line --set", setting[..cut].Split('.'), setting[(cut + 1)..]);
        }

        return layers;
    }

    /// <summary>Reads one file that stands for itself, without the other layers.</summary>
    public static ConfigurationLayers ReadOne(string file)
    {
        var layers = new ConfigurationLayers();
        layers.AddFile(file, mustExist: true);
        return layers;
    }

    /// <summary>Somebody asks for <paramref name="key"/>.</summary>
    public void Note(string key) => asked.Add(ItemNumber().Replace(key, "[]"));

    /// <summary>Which layer the value at <paramref name="key"/> came from, or the nearest value around it.</summary>
    public string OriginOf(string key)
    {
        for (var path = key; ; path = path[..Math.Max(path.LastIndexOf('.'), 0)])
        {
            if (origins.TryGetValue(path, out var origin)) return origin;
            if (path.Length == 0) return sources.Count > 0 ? sources[^1] : main;
        }
    }

    private void AddFile(string path, bool mustExist)
    {
        if (!mustExist && !File.Exists(path)) return;
        try
        {
            var node = ConfigurationText.Parse(ConfigurationText.ReadFile(path), Reading, path, "", errors);
            if (node is not JsonObject layer)
            {
                errors.Add(new(path, "", SecretNames.Quote(node), "the file must hold one JSON object: { … }"));
                return;
            }

            sources.Add(path);
            Merge(Root, layer, "", path);
        }
        catch (JsonException fault)
        {
            errors.Add(new(ConfigurationText.Place(path, fault), "", null, $"not JSON: {fault.Message.Split(" LineNumber:")[0]}"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.Add(new(path, "", null, $"cannot be read: {fault.Message}"));
        }
        catch (Exception fault) when (fault is DecoderFallbackException or ArgumentException)
        {
            errors.Add(new(path, "", null, $"not valid UTF-8 JSON: {fault.Message}"));
        }
    }

    /// <summary>Lists are replaced whole, but for receivers: central may set the levels of those that the files name, and no more.</summary>
    private void AddDesired(DesiredLayer layer)
    {
        sources.Add(layer.Source);
        Merge(Root, layer.Values, "", layer.Source);
        foreach (var (id, values) in layer.Receivers)
        {
            var found = (Root["receivers"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(r => r["id"]?.GetValueKind() == JsonValueKind.String && r["id"]!.GetValue<string>() == id);
            if (found is null) errors.Add(new(layer.Source, "receivers", $"\"{id}\"", "a receiver that the store's own files name"));
            else
                foreach (var (key, value) in values) found[key] = value?.DeepClone();
        }
    }

    private void AddSetting(string source, string[] keys, string text)
    {
        JsonNode? value;
        try
        {
            value = ConfigurationText.Parse(text, Reading, source, string.Join('.', keys), errors);
        }
        catch (JsonException)
        {
            value = JsonValue.Create(text);
        }

        if (!sources.Contains(source)) sources.Add(source);
        var target = Root;
        var path = "";
        for (var i = 0; ; i++)
        {
            var key = keys[i];
            path = path.Length == 0 ? key : $"{path}.{key}";
            if (i == keys.Length - 1)
            {
                target[key] = value;
                origins[path] = source;
                return;
            }

            if (target[key] is not JsonObject inner) target[key] = inner = new(ConfigurationText.AnyCase);
            target = inner;
        }
    }

    private void Merge(JsonObject target, JsonObject layer, string path, string source)
    {
        foreach (var (key, value) in layer.ToArray())
        {
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (value is JsonObject inner && target[key] is JsonObject existing) Merge(existing, inner, at, source);
            else
            {
                layer.Remove(key);
                target[key] = value;
                origins[at] = source;
            }
        }
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex ItemNumber();
}

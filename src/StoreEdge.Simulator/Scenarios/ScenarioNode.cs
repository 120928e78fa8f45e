using System.Globalization;
using System.Text.Json;
using StoreEdge.Core.Identity;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Scenarios;

/// <summary>
/// One value of a scenario file together with its path. Faults are collected, so that one run shows all of them; every reading returns something usable
/// so that reading can go on.
/// </summary>
internal readonly struct ScenarioNode(JsonElement? element, string path, List<string> errors)
{
    public bool Exists => element is { ValueKind: not JsonValueKind.Null };

    /// <summary>The member; it may be missing, which is a fault only once something is asked of it.</summary>
    public ScenarioNode this[string name] =>
        new(element is { ValueKind: JsonValueKind.Object } e && e.TryGetProperty(name, out var member) ? member : null, $"{path}.{name}", errors);

    /// <summary>Demands an object with no other members than these.</summary>
    public ScenarioNode Only(params string[] names)
    {
        if (element is not { ValueKind: JsonValueKind.Object } e) Fault($"an object with {string.Join(", ", names)}");
        else
            foreach (var member in e.EnumerateObject())
                if (!names.Contains(member.Name, StringComparer.Ordinal)) this[member.Name].Fault($"no such member here; known are {string.Join(", ", names)}");
        return this;
    }

    public IReadOnlyList<ScenarioNode> List(int minimum = 0, int maximum = 1000)
    {
        var (at, into) = (path, errors);
        if (element is not { ValueKind: JsonValueKind.Array } e || e.GetArrayLength() < minimum || e.GetArrayLength() > maximum)
        {
            Fault($"a list of {minimum}–{maximum} elements");
            return [];
        }

        return [.. e.EnumerateArray().Select((item, i) => new ScenarioNode(item, $"{at}[{i}]", into))];
    }

    public string Text(string allowed = "a text of 1–200 characters")
    {
        if (element is { ValueKind: JsonValueKind.String } e && e.GetString() is { Length: >= 1 and <= 200 } text) return text;
        Fault(allowed);
        return "";
    }

    /// <summary>A name that may stand in topics and configuration.</summary>
    public string Name()
    {
        if (element is { ValueKind: JsonValueKind.String } e && NameRule.Holds(e.GetString())) return e.GetString()!;
        Fault(NameRule.Allowed);
        return "unnamed";
    }

    public double Number(double minimum, double maximum, double? otherwise = null)
    {
        if (!Exists && otherwise is { } value) return value;
        if (element is { ValueKind: JsonValueKind.Number } e && e.TryGetDouble(out var n) && n >= minimum && n <= maximum) return n;
        Fault(string.Create(CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum}"));
        return minimum;
    }

    public int Whole(int minimum, int maximum, int? otherwise = null)
    {
        if (!Exists && otherwise is { } value) return value;
        if (element is { ValueKind: JsonValueKind.Number } e && e.TryGetInt32(out var n) && n >= minimum && n <= maximum) return n;
        Fault($"a whole number from {minimum} to {maximum}");
        return minimum;
    }

    /// <summary>A pair <c>[from, to]</c>, or one number for both.</summary>
    public Between Between(double minimum, double maximum, Between? otherwise = null)
    {
        if (!Exists && otherwise is { } value) return value;
        var numbers = element is { ValueKind: JsonValueKind.Number } e ? [e.GetDouble()] : Numbers();
        if (numbers.Length is 1 or 2 && numbers[0] >= minimum && numbers[^1] <= maximum && numbers[0] <= numbers[^1]) return new(numbers[0], numbers[^1]);
        Fault(string.Create(CultureInfo.InvariantCulture, $"[from, to] within {minimum} … {maximum}, from not above to"));
        return new(minimum, minimum);
    }

    public Point Point()
    {
        if (Numbers() is [var x, var y]) return new(x, y);
        Fault("[x, y] in metres");
        return default;
    }

    public Area Area()
    {
        if (Numbers() is [var left, var bottom, var right, var top] && left < right && bottom < top) return new(left, bottom, right, top);
        Fault("[left, bottom, right, top] in metres, left < right and bottom < top");
        return new(0, 0, 1, 1);
    }

    /// <summary>One of the words.</summary>
    public T Word<T>(params (string Word, T Value)[] words)
    {
        if (element is { ValueKind: JsonValueKind.String } e)
            foreach (var (word, value) in words)
                if (e.ValueEquals(word)) return value;
        Fault(string.Join(", ", words.Select(w => w.Word)));
        return words[0].Value;
    }

    /// <summary>An object of weights, of these names only (any name where none are given).</summary>
    public IReadOnlyList<(string Key, double Weight)> Weights(params string[] names)
    {
        if (names.Length > 0) Only(names);
        var weights = new List<(string, double)>();
        if (element is { ValueKind: JsonValueKind.Object } e)
            foreach (var member in e.EnumerateObject()) weights.Add((member.Name, this[member.Name].Number(0, 1_000_000)));
        if (weights.Sum(w => w.Item2) > 0) return weights;
        Fault("an object of weights, at least one above 0");
        return [(names.Length > 0 ? names[0] : "", 1)];
    }

    public void Fault(string allowed) => errors.Add($"{path}: {(element is { } e ? $"{Shortened(e.GetRawText())} is not allowed; " : "missing; ")}allowed: {allowed}");

    private static string Shortened(string json) => json.Length <= 60 ? json : json[..57] + "…";

    private double[] Numbers() =>
        element is { ValueKind: JsonValueKind.Array } e && e.EnumerateArray().All(n => n.ValueKind == JsonValueKind.Number)
            ? [.. e.EnumerateArray().Select(n => n.GetDouble())] : [];
}

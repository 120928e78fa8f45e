using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace StoreEdge.Benchmarks;

/// <summary>One measured thing.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">The median over the rounds.</param>
/// <param name="Unit">Such as <c>/s</c> or <c>B/event</c>.</param>
/// <param name="Against">The floor it is held against, measured in the same run; null where there is none.</param>
/// <param name="Floor">The floor's own median.</param>
/// <param name="Ratio">The median of the rounds' ratios, value over floor.</param>
internal sealed record Figure(string Name, double Value, string Unit, string? Against = null, double? Floor = null, double? Ratio = null)
{
    /// <summary>A figure and its floor from rounds that were taken in turns.</summary>
    public static Figure Of(string name, string unit, string against, IReadOnlyList<(double Ours, double Floor)> rounds) =>
        new(name, Median(rounds.Select(r => r.Ours)), unit, against, Median(rounds.Select(r => r.Floor)), Median(rounds.Select(r => r.Ours / r.Floor)));

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>All figures of a run, as a table for people and as JSON for a record over time.</summary>
internal sealed class Report
{
    private readonly List<(string Scenario, Figure Figure)> figures = [];

    public void Add(string scenario, IEnumerable<Figure> found) => figures.AddRange(found.Select(f => (scenario, f)));

    public void Print(TextWriter output)
    {
        output.WriteLine($"{"",-9} {"",-46} {"measured",14} {"",-10} {"floor",14} {"ratio",8}  against");
        foreach (var (scenario, f) in figures)
            output.WriteLine($"{scenario,-9} {f.Name,-46} {Show(f.Value),14} {f.Unit,-10} {Show(f.Floor),14} {f.Ratio?.ToString("0.00", CultureInfo.InvariantCulture),8}  {f.Against}");
    }

    public void Save(string file)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new() { Indented = true });
        json.WriteStartObject();
        json.WriteString("time", TimeProvider.System.GetUtcNow());
        json.WriteString("machine", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors");
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteStartArray("figures");
        foreach (var (scenario, f) in figures)
        {
            json.WriteStartObject();
            json.WriteString("scenario", scenario);
            json.WriteString("name", f.Name);
            json.WriteNumber("value", f.Value);
            json.WriteString("unit", f.Unit);
            if (f.Against is not null) json.WriteString("against", f.Against);
            if (f.Floor is { } floor) json.WriteNumber("floor", floor);
            if (f.Ratio is { } ratio) json.WriteNumber("ratio", ratio);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Show(double? value) => value?.ToString(Math.Abs(value.Value) < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture) ?? "";
}

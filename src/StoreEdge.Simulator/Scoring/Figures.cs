using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StoreEdge.Simulator.Scoring;

/// <summary>One line of a table of scores.</summary>
/// <param name="Estimator">Whose.</param>
/// <param name="DataSet">On what.</param>
/// <param name="Values">By the names of the columns; not a number where there is none.</param>
internal sealed record Figures(string Estimator, string DataSet, IReadOnlyList<(string Name, double Value, int Digits)> Values)
{
    public static Figures Of(string estimator, string dataSet, Tally tally) => new(estimator, dataSet,
    [
        ("precision", tally.Precision, 3), ("recall", tally.Recall, 3), ("F1", tally.F1, 3), ("delay p50 s", tally.Delay(50), 1), ("delay p95 s", tally.Delay(95), 1), ("flaps/h", tally.FlapsPerHour, 2),
    ]);

    public static string Table(IReadOnlyList<Figures> lines)
    {
        var text = new StringBuilder();
        var (first, second) = (Math.Max(9, lines.Max(l => l.Estimator.Length)), Math.Max(8, lines.Max(l => l.DataSet.Length)));
        IReadOnlyList<string>? shown = null;
        foreach (var line in lines)
        {
            // Other columns, other heading.
            var names = line.Values.Select(v => v.Name).ToArray();
            if (shown is null || !shown.SequenceEqual(names))
                text.Append(shown is null ? "" : "\n").Append("estimator".PadRight(first)).Append("  ").Append("data set".PadRight(second)).AppendLine(string.Concat(names.Select(n => "  " + n.PadLeft(9))));
            shown = names;
            text.Append(line.Estimator.PadRight(first)).Append("  ").Append(line.DataSet.PadRight(second));
            foreach (var (name, value, digits) in line.Values)
                text.Append("  ").Append((double.IsNaN(value) ? "–" : value.ToString("F" + digits, CultureInfo.InvariantCulture)).PadLeft(Math.Max(9, name.Length)));
            text.AppendLine();
        }

        return text.ToString();
    }

    public static string Json(IReadOnlyList<Figures> lines)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var line in lines)
            {
                json.WriteStartObject();
                json.WriteString("estimator", line.Estimator);
                json.WriteString("data_set", line.DataSet);
                foreach (var (name, value, digits) in line.Values)
                {
                    if (double.IsFinite(value)) json.WriteNumber(name, Math.Round(value, digits + 1));
                    else json.WriteNull(name);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}

using System.Globalization;
using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring;

/// <summary>Something to be scored cannot be read; the message names the place and what is allowed there.</summary>
internal sealed class ScoringException(string message) : Exception(message);

/// <summary>
/// Recordings of a door as CSV: one row per 100 ms with a column <c>superframe</c> (the row's number), one column for each receiver whose name says its side (<c>I-…</c>
/// inside, <c>O-…</c> outside) with the RSSI in dBm, −100 for "not heard", and a column <c>Label</c> that is 0 while the device is outside. Other columns are passed over.
/// </summary>
internal static class DoorCsv
{
    private const double RowSeconds = 0.1;
    private const int NotHeard = -100;

    /// <summary>Every recording of a directory, in the order of names; <c>receivers.csv</c> is the plan of the room and no recording.</summary>
    /// <exception cref="ScoringException">There is none, or one is not as described.</exception>
    public static IReadOnlyList<Trace> ReadAll(string directory)
    {
        if (!Directory.Exists(directory)) throw new ScoringException($"{directory}: there is no such directory; give one with recordings as CSV");
        var files = Directory.GetFiles(directory, "*.csv").Where(f => Path.GetFileName(f) != "receivers.csv").Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0) throw new ScoringException($"{directory}: there is no recording (*.csv) in it");
        return [.. files.Select(f => Read(f, ReadLines(f)))];
    }

    /// <summary>One recording.</summary>
    /// <param name="file">Its path, for the name and for errors.</param>
    /// <param name="lines">Its lines.</param>
    /// <exception cref="ScoringException">It is not as described.</exception>
    public static Trace Read(string file, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) throw Fault(file, 1, "line", "nothing", "a header: superframe,I-…,O-…,Label");
        var columns = lines[0].TrimStart('\uFEFF').Split(',').Select(c => c.Trim()).ToArray();
        int time = Column(file, columns, "superframe"), label = Column(file, columns, "Label");
        var heard = Enumerable.Range(0, columns.Length).Where(c => columns[c].StartsWith("I-", StringComparison.Ordinal) || columns[c].StartsWith("O-", StringComparison.Ordinal)).ToArray();
        if (heard.Length == 0) throw Fault(file, 1, "line", lines[0], "at least one receiver's column, I-… (inside) or O-… (outside)");
        if (heard.FirstOrDefault(c => Array.IndexOf(columns, columns[c]) != c, -1) is >= 0 and var twice) throw Fault(file, 1, "column", columns[twice], "each receiver once");

        var packets = new List<Packet>();
        var truth = new List<Crossing>();
        double start = double.NaN, now = 0;
        var inside = false;
        for (var line = 1; line < lines.Count; line++)
        {
            if (string.IsNullOrWhiteSpace(lines[line])) continue;
            var cells = lines[line].Split(',');
            if (cells.Length != columns.Length) throw Fault(file, line + 1, "line", $"{cells.Length} values", $"{columns.Length} as in the header");
            double Number(int column, double least, double most) =>
                double.TryParse(cells[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
                    : throw Fault(file, line + 1, $"column {columns[column]}", cells[column], string.Create(CultureInfo.InvariantCulture, $"a number, {least} to {most}"));
            var at = Number(time, 0, 1e9) * RowSeconds;
            if (double.IsNaN(start)) start = at;
            else if (at - start <= now) throw Fault(file, line + 1, "column superframe", cells[time], "more than in the row before");
            now = at - start;
            foreach (var (column, receiver) in heard.Select((c, i) => (c, i)))
                if (Math.Round(Number(column, -127, 20)) is > NotHeard and var rssi) packets.Add(new(now, receiver, (sbyte)rssi));
            if (Number(label, 0, 100) > 0 == inside) continue;
            inside = !inside;
            truth.Add(new(now, inside));
        }

        if (double.IsNaN(start)) throw Fault(file, 2, "line", "nothing", "rows below the header");
        return new(Path.GetFileNameWithoutExtension(file), [.. heard.Select(c => Place(columns[c]))], packets, truth, now);
    }

    private static ReceiverPlace Place(string column) =>
        ReceiverPlace.Uncalibrated(new(column), new(column), column[0] == 'O' ? ReceiverSide.Outside : ReceiverSide.Inside);

    private static int Column(string file, string[] columns, string name) =>
        Array.IndexOf(columns, name) is >= 0 and var at ? at : throw Fault(file, 1, "line", string.Join(',', columns), $"a column {name}");

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ScoringException($"{file}: cannot be read: {fault.Message}");
        }
    }

    private static ScoringException Fault(string file, int line, string where, string value, string allowed) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}: {where}: {value} is not allowed; allowed: {allowed}"));
}

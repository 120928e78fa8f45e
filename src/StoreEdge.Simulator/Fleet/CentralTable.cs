using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StoreEdge.Simulator.Fleet;

/// <summary>Central's table held against what the stores numbered.</summary>
/// <param name="Held">Events of these stores that it holds.</param>
/// <param name="Missing">Numbered, and not there.</param>
/// <param name="Strange">There, and numbered by nobody: another epoch, a number beyond the last.</param>
/// <param name="LiveLatencies">From an event that was numbered with a connection to its receipt, ascending; both on this machine's clock.</param>
/// <param name="Examples">A few words on what differs.</param>
internal sealed record TableVerdict(long Held, long Missing, long Strange, IReadOnlyList<TimeSpan> LiveLatencies, IReadOnlyList<string> Examples)
{
    public TimeSpan? Latency(double quantile) => LiveLatencies.Count == 0 ? null : LiveLatencies[(int)Math.Ceiling(quantile * LiveLatencies.Count) - 1];

    public bool IsEqual => Missing == 0 && Strange == 0;
}

/// <summary>
/// Reads the journey service's table <c>event(store, epoch, seq, …)</c> with its own eyes. Its primary key keeps everything at most once, so a table is equal when each
/// store's numbers run from 1 to its last without a hole and nothing else stands there under its name.
/// </summary>
internal static class CentralTable
{
    private const int MostExamples = 5;

    /// <param name="files">One, or several where several journey services share the stores.</param>
    /// <param name="ledger">What the stores numbered.</param>
    public static TableVerdict Compare(IEnumerable<string> files, IReadOnlyList<FleetEntry> ledger)
    {
        var expected = ledger.ToDictionary(e => (e.StoreId, e.Epoch));
        var latencies = new List<TimeSpan>();
        var names = ledger.Select(e => e.StoreId).ToHashSet(StringComparer.Ordinal);
        var within = new Dictionary<(string, Guid), long>();
        var (held, strange, examples) = (0L, 0L, new List<string>());
        SQLitePCL.Batteries_V2.Init();
        foreach (var file in files)
        {
            using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
            database.Open();
            using var select = database.CreateCommand();
            select.CommandText = "SELECT store, epoch, seq, time, received FROM event";
            using var rows = select.ExecuteReader();
            while (rows.Read())
            {
                if (!names.Contains(rows.GetString(0))) continue;
                var (key, seq) = ((rows.GetString(0), Guid.Parse(rows.GetString(1))), rows.GetInt64(2));
                held++;
                if (expected.TryGetValue(key, out var entry) && seq >= 1 && seq <= entry.LastSeq)
                {
                    within[key] = within.GetValueOrDefault(key) + 1;
                    if (entry.Live.Any(r => r.First <= seq && seq <= r.Last)) latencies.Add(Moment(rows.GetString(4)) - Moment(rows.GetString(3)));
                }
                else if (++strange <= MostExamples) examples.Add($"{key.Item1}:{key.Item2}:{seq} was numbered by nobody");
            }
        }

        var missing = 0L;
        foreach (var ((store, epoch), entry) in expected)
        {
            var lacks = entry.LastSeq - within.GetValueOrDefault((store, epoch));
            missing += lacks;
            if (lacks != 0 && examples.Count < 2 * MostExamples) examples.Add($"{store}:{epoch} lacks {lacks} of {entry.LastSeq}");
        }

        // Two files that hold the same event are one event twice.
        latencies.Sort();
        return new(held, Math.Max(0, missing), strange + Math.Max(0, -missing), latencies, examples);
    }

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

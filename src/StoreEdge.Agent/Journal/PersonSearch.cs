using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Whom an export or an erasure is about: a customer by all their pseudonyms, and their visits, which are found on the way. An event may name the visit alone.
/// </summary>
internal sealed class PersonSearch
{
    /// <summary>Numbers of one short read, so that the log can be folded in between.</summary>
    private const int Chunk = 10_000;

    private readonly SortedSet<string> subjects, visits;
    private readonly SortedSet<long> events;

    public PersonSearch(IEnumerable<string> subjects) =>
        (this.subjects, visits, events) = (new(subjects, StringComparer.Ordinal), new(StringComparer.Ordinal), []);

    /// <summary>A copy, to go on from where another is.</summary>
    public PersonSearch(PersonSearch other)
    {
        (subjects, Through) = (other.subjects, other.Through);
        visits = new(other.visits, StringComparer.Ordinal);
        events = [.. other.events];
    }

    public IReadOnlyCollection<string> Subjects => subjects;

    public IReadOnlyCollection<string> Visits => visits;

    /// <summary>The numbers of the events that name them, ascending.</summary>
    public IReadOnlyCollection<long> Events => events;

    /// <summary>The last number that was looked at.</summary>
    public long Through { get; private set; }

    /// <summary>The events as runs of numbers, ascending and apart.</summary>
    public IReadOnlyList<SeqRange> Ranges() => SeqRanges.Merge(events.Select(e => new SeqRange(e, e)));

    /// <summary>Looks through the whole journal in short reads. First for the pseudonyms, which gives the visits; then for the visits.</summary>
    public void Look(JournalStore journal, IReadOnlyList<PersonalTable> tables)
    {
        journal.Query(database => AddVisits(database, tables));
        var last = journal.LastSeq;
        foreach (var what in (ReadOnlySpan<Action<SqliteConnection, long, long>>)[FindSubjects, FindVisits])
            for (var from = 1L; from <= last; from += Chunk)
            {
                var (first, to) = (from, Math.Min(last, from + Chunk - 1));
                journal.Query(database =>
                {
                    what(database, first, to);
                    return true;
                });
            }

        Through = last;
    }

    /// <summary>Looks at what has come since, in the transaction that is to erase it; a visit that is first found here began here.</summary>
    public void LookAtRest(SqliteConnection database, IEnumerable<PersonalTable> tables, long last)
    {
        AddVisits(database, tables);
        FindSubjects(database, Through + 1, last);
        FindVisits(database, Through + 1, last);
        Through = last;
    }

    /// <summary>Deletes everything that names them, and declares the events that went; of others' events, who came in with them.</summary>
    /// <returns>How many rows of tables went, and how many events.</returns>
    public (long Rows, long Events) Erase(JournalTransaction transaction, IEnumerable<PersonalTable> tables, Guid epoch)
    {
        var database = transaction.Database;
        long rows = 0, former = 0;
        foreach (var table in tables) rows += Run(database, $"DELETE FROM {table.Name} WHERE {Names(table)}");
        foreach (var journal in FindFormer(database))
        {
            foreach (var seq in journal)
                Run(database, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM salvaged WHERE seq = {seq} AND former = (SELECT id FROM former WHERE epoch = '{journal.Key}')"));
            transaction.Declare(SeqRanges.Merge(journal.Select(s => new SeqRange(s, s))), GapData.Erased, journal.Key);
            former += journal.Count();
        }

        // Declared when they became dead letters.
        former += Run(database, $"DELETE FROM dead_letter WHERE {Named()} OR {Member("visitId")} IN (SELECT value FROM json_each($visits))");
        transaction.Lose(Ranges(), GapData.Erased, epoch);
        // Somebody else's arrival says with whom they came: that is taken out of it, for it is their arrival and not lost with this customer. Its checksum was of the row before.
        foreach (var table in (ReadOnlySpan<string>)["event", "salvaged"])
            Run(database, $"UPDATE {table} SET data = json_set(data, '$.party', NULL), crc = {RowChecksum.None} WHERE type = 'arrival' AND {Member("party")} IN (SELECT value FROM json_each($visits))");
        Run(database, $"UPDATE dead_letter SET data = json_set(data, '$.party', NULL) WHERE type = 'arrival' AND {Member("party")} IN (SELECT value FROM json_each($visits))");
        return (rows, events.Count + former);
    }

    /// <summary>Whether a former journal is still being gone through: what is salvaged from it later would not be erased.</summary>
    public static bool IsSalvaging(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT EXISTS (SELECT 1 FROM former WHERE file IS NOT NULL)";
        return command.ExecuteScalar() is 1L;
    }

    /// <summary>Every row that names them, as JSON, by table.</summary>
    public void WriteTables(SqliteConnection database, IEnumerable<PersonalTable> tables, Utf8JsonWriter json)
    {
        foreach (var table in tables)
        {
            json.WriteStartArray(table.Name);
            using var command = Command(database, $"SELECT * FROM {table.Name} WHERE {Names(table)}");
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                json.WriteStartObject();
                for (var i = 0; i < rows.FieldCount; i++)
                {
                    json.WritePropertyName(rows.GetName(i));
                    switch (rows.GetValue(i))
                    {
                        case long number: json.WriteNumberValue(number); break;
                        case string text: json.WriteStringValue(text); break;
                        case byte[] bytes: json.WriteBase64StringValue(bytes); break;
                        default: json.WriteNullValue(); break;
                    }
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private static string Names(PersonalTable table) => string.Join(
        " OR ", table.Subjects.Select(c => $"{c} IN (SELECT value FROM json_each($subjects))").Concat(table.Visits.Select(c => $"{c} IN (SELECT value FROM json_each($visits))")));

    private bool AddVisits(SqliteConnection database, IEnumerable<PersonalTable> tables)
    {
        foreach (var table in tables)
            foreach (var visit in table.Visits)
                foreach (var subject in table.Subjects.Take(1))
                {
                    using var command = Command(database, $"SELECT DISTINCT {visit} FROM {table.Name} WHERE {visit} IS NOT NULL AND {subject} IN (SELECT value FROM json_each($subjects))");
                    using var rows = command.ExecuteReader();
                    while (rows.Read()) visits.Add(rows.GetString(0));
                }

        foreach (var copy in (ReadOnlySpan<string>)["salvaged", "dead_letter"])
        {
            using var command = Command(database, $"SELECT {Member("visitId")} FROM {copy} WHERE {Named()}");
            using var rows = command.ExecuteReader();
            while (rows.Read())
                if (!rows.IsDBNull(0)) visits.Add(rows.GetString(0));
        }

        return true;
    }

    private void FindSubjects(SqliteConnection database, long from, long to)
    {
        using var command = Command(database, $"SELECT seq, {Member("visitId")} FROM event WHERE seq BETWEEN $from AND $to AND ({Named()})", from, to);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            events.Add(rows.GetInt64(0));
            if (!rows.IsDBNull(1)) visits.Add(rows.GetString(1));
        }
    }

    private void FindVisits(SqliteConnection database, long from, long to)
    {
        using var command = Command(database, $"SELECT seq FROM event WHERE seq BETWEEN $from AND $to AND {Member("visitId")} IN (SELECT value FROM json_each($visits))", from, to);
        using var rows = command.ExecuteReader();
        while (rows.Read()) events.Add(rows.GetInt64(0));
    }

    /// <summary>What is left of journals before this one: rarely anything, so it is looked through as a whole.</summary>
    private List<IGrouping<Guid, long>> FindFormer(SqliteConnection database)
    {
        using var command = Command(
            database,
            $"SELECT epoch, seq FROM salvaged JOIN former ON former.id = salvaged.former WHERE {Named()} OR {Member("visitId")} IN (SELECT value FROM json_each($visits)) ORDER BY seq");
        using var found = command.ExecuteReader();
        var former = new List<(Guid Epoch, long Seq)>();
        while (found.Read()) former.Add((Guid.Parse(found.GetString(0)), found.GetInt64(1)));
        return [.. former.GroupBy(f => f.Epoch, f => f.Seq)];
    }

    /// <summary>A member of an event; null where its row was damaged.</summary>
    private static string Member(string name) => $"CASE WHEN json_valid(data) THEN json_extract(data, '$.{name}') END";

    /// <summary>In whatever member: a type that is added later needs no line here.</summary>
    private string Named() => string.Join(" OR ", subjects.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"instr(data, json_extract($subjects, '$[{i}]'))")));

    private int Run(SqliteConnection database, string sql)
    {
        using var command = Command(database, sql);
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Command(SqliteConnection database, string sql, long from = 0, long to = 0)
    {
        var command = database.CreateCommand();
        command.CommandText = sql;
        if (sql.Contains("$subjects", StringComparison.Ordinal)) command.Parameters.AddWithValue("$subjects", List(subjects));
        if (sql.Contains("$visits", StringComparison.Ordinal)) command.Parameters.AddWithValue("$visits", List(visits));
        if (sql.Contains("$from", StringComparison.Ordinal))
        {
            command.Parameters.AddWithValue("$from", from);
            command.Parameters.AddWithValue("$to", to);
        }

        return command;
    }

    private static string List(IEnumerable<string> names) => "[" + string.Join(',', names.Select(n => $"\"{JsonEncodedText.Encode(n)}\"")) + "]";
}

using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>What an inspection of a journal's file found.</summary>
/// <param name="File">The database file.</param>
/// <param name="Epoch">Null where it could not be read.</param>
/// <param name="Events">How many rows were read.</param>
/// <param name="FirstSeq">The oldest; 0 where there is none.</param>
/// <param name="LastSeq">The newest; 0 where there is none.</param>
/// <param name="AcknowledgedSeq">The last that central holds.</param>
/// <param name="Findings">What is wrong; empty where the journal is sound.</param>
internal sealed record InspectionReport(string File, Guid? Epoch, long Events, long FirstSeq, long LastSeq, long AcknowledgedSeq, IReadOnlyList<string> Findings)
{
    /// <summary>Events of former journals that central has not acknowledged.</summary>
    public long Formers { get; init; }

    public bool IsSound => Findings.Count == 0;
}

/// <summary>Reads a journal from outside, also while an agent writes it, and never changes it.</summary>
internal sealed class JournalInspection : IDisposable
{
    /// <summary>Rows of one short read, so that a living journal's log can be folded in between.</summary>
    private const int Chunk = 1000;

    /// <summary>More findings than this say nothing new.</summary>
    private const int MaxFindings = 20;

    private readonly string file;
    private readonly SqliteConnection database;

    private JournalInspection(string file, SqliteConnection database) => (this.file, this.database) = (file, database);

    /// <summary>Opens the file for reading only.</summary>
    /// <exception cref="JournalFault">It is missing, unreadable or no database.</exception>
    public static JournalInspection Open(string file)
    {
        if (!File.Exists(file)) throw new JournalFault(JournalFaultKind.Other, file, "there is no such file", "Name the directory that holds journal.db, such as /var/lib/storeedge.");
        try
        {
            return new(file, JournalFile.OpenForReading(file));
        }
        catch (SqliteException fault)
        {
            throw JournalFile.Explain(file, fault);
        }
    }

    /// <summary>Checks the file's structure, the numbers, every row against its type, the epoch and the acknowledgement.</summary>
    public InspectionReport Verify()
    {
        var findings = new List<string>();
        try
        {
            foreach (var problem in Texts("PRAGMA integrity_check(20)"))
                if (problem != "ok") findings.Add($"SQLite: {problem}");
            var (epoch, acknowledged) = ReadIdentity(findings);
            var (events, first, last) = ReadRows(findings);
            var formers = ReadFormers(findings);
            if (first > acknowledged + 1)
                foreach (var gone in SeqRanges.Without(new(acknowledged + 1, first - 1), Declared(acknowledged + 1, first - 1)))
                    Note(findings, $"events {gone.From}–{gone.To} are gone, but central holds only up to {acknowledged}");
            if (acknowledged > last) findings.Add(Say($"central holds up to {acknowledged}, but the newest event is {last}"));
            return new(file, epoch, events, first, last, acknowledged, findings) { Formers = formers };
        }
        catch (Exception fault) when (fault is SqliteException or JournalFault)
        {
            var said = (fault.InnerException ?? fault).Message;
            findings.Add(JournalFile.Explain(file, fault) is { Kind: JournalFaultKind.Corrupt } ? $"SQLite: {said}" : $"it cannot be read as a journal: {said}");
            return new(file, null, 0, 0, 0, 0, findings);
        }
    }

    /// <summary>Checks the file's structure, without its indexes and without reading a row for what it says.</summary>
    /// <returns>What is wrong; empty where it is sound.</returns>
    /// <exception cref="JournalFault">It cannot be read.</exception>
    public IReadOnlyList<string> QuickCheck()
    {
        try
        {
            return [.. Texts("PRAGMA quick_check(5)").Where(problem => problem != "ok")];
        }
        catch (SqliteException fault)
        {
            throw JournalFile.Explain(file, fault);
        }
    }

    /// <summary>The epoch that the events belong to.</summary>
    /// <exception cref="JournalFault">It holds none.</exception>
    public Guid ReadEpoch()
    {
        try
        {
            return ReadIdentity([]).Epoch ?? throw new JournalFault(JournalFaultKind.Corrupt, file, "it has no epoch", "Run `storeedge journal verify`.");
        }
        catch (SqliteException fault)
        {
            throw JournalFile.Explain(file, fault);
        }
    }

    /// <summary>The events after <paramref name="seq"/>, in order, read in short pieces; rows that are not what was written are left out.</summary>
    /// <param name="seq">The number before the first.</param>
    /// <param name="damaged">Gets the numbers of the rows that were left out.</param>
    /// <exception cref="JournalFault">A page in the middle cannot be read.</exception>
    public IEnumerable<StoredEvent> EventsAfter(long seq, List<long>? damaged = null)
    {
        using var after = new Statement(database, EventRows.AfterSqlFor(HasChecksums, HasClock()));
        while (true)
        {
            var chunk = ReadChunk(() => after.Bind(1, seq), damaged ?? []);
            foreach (var stored in chunk) yield return stored;
            if (chunk.Count < Chunk) yield break;
            seq = chunk[^1].Seq;
        }
    }

    /// <summary>Reads the tables of another room.</summary>
    /// <exception cref="JournalFault">They cannot be read.</exception>
    public T Query<T>(Func<SqliteConnection, T> read)
    {
        try
        {
            return read(database);
        }
        catch (SqliteException fault)
        {
            throw JournalFile.Explain(file, fault);
        }
    }

    public void Dispose() => database.Dispose();

    private bool HasClock()
    {
        using var find = new Statement(database, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'clock'");
        return find.RunNumber() > 0;
    }

    /// <summary>Of the present journal and of what is left of former ones.</summary>
    public IEnumerable<(Guid Epoch, StoredEvent Event)> EventsOfFormers(List<long> damaged)
    {
        if (!HasChecksums) yield break;
        using var after = new Statement(database, EventRows.FormerAfterSql);
        foreach (var (id, epoch) in FormerIds())
        {
            for (var seq = 0L; ;)
            {
                var chunk = ReadChunk(() => after.Bind(1, id).Bind(2, seq), damaged);
                foreach (var stored in chunk) yield return (epoch, stored);
                if (chunk.Count < Chunk) break;
                seq = chunk[^1].Seq;
            }
        }
    }

    /// <summary>A file that an older program wrote has none yet.</summary>
    private bool HasChecksums => Texts("SELECT name FROM pragma_table_info('event') WHERE name = 'crc'").Count > 0;

    private List<(long Id, Guid Epoch)> FormerIds()
    {
        using var rows = new Statement(database, "SELECT id, epoch FROM former ORDER BY id");
        var ids = new List<(long, Guid)>();
        while (rows.Step())
            if (Guid.TryParse(rows.Text(1), out var epoch)) ids.Add((rows.Number(0), epoch));
        rows.Reset();
        return ids;
    }

    private List<StoredEvent> ReadChunk(Func<Statement> bound, List<long> damaged)
    {
        try
        {
            return EventRows.Read(bound(), Chunk, damaged);
        }
        catch (SqliteException fault)
        {
            throw JournalFile.Explain(file, fault);
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private (Guid? Epoch, long Acknowledged) ReadIdentity(List<string> findings)
    {
        using var read = new Statement(database, "SELECT epoch, acknowledged FROM journal");
        if (!read.Step())
        {
            findings.Add("it has no epoch");
            return (null, 0);
        }

        var (text, acknowledged) = (read.Text(0), read.Number(1));
        read.Reset();
        if (Guid.TryParse(text, out var epoch)) return (epoch, acknowledged);
        findings.Add($"its epoch is not a UUID: '{text}'");
        return (null, acknowledged);
    }

    private (long Events, long First, long Last) ReadRows(List<string> findings)
    {
        long events = 0, first = 0, last = 0;
        var damaged = new List<long>();
        foreach (var stored in EventsAfter(0, damaged))
        {
            foreach (var seq in damaged) Note(findings, $"event {seq} is not what was written");
            // A damaged row is there, and was named.
            if (damaged.Count > 0) last = Math.Max(last, damaged[^1]);
            damaged.Clear();
            if (events++ == 0) first = stored.Seq;
            else if (stored.Seq > last + 1)
                foreach (var hole in SeqRanges.Without(new(last + 1, stored.Seq - 1), Declared(last + 1, stored.Seq - 1))) Note(findings, $"events {hole.From}–{hole.To} are missing");
            last = stored.Seq;
            CheckData(findings, $"event {stored.Seq}", stored);
        }

        foreach (var seq in damaged) Note(findings, $"event {seq} is not what was written");
        return (events, first, Math.Max(last, damaged.Count > 0 ? damaged[^1] : 0));
    }

    private long ReadFormers(List<string> findings)
    {
        var events = 0L;
        var damaged = new List<long>();
        foreach (var (epoch, stored) in EventsOfFormers(damaged))
        {
            events++;
            CheckData(findings, $"event {stored.Seq} of the former journal {epoch}", stored);
        }

        foreach (var seq in damaged) Note(findings, $"event {seq} of a former journal is not what was written");
        return events;
    }

    private static void CheckData(List<string> findings, FormattableString which, StoredEvent stored)
    {
        try
        {
            ContractsJson.Read(stored.Type, stored.Data.Span);
        }
        catch (FormatException fault)
        {
            Note(findings, $"{Say(which)}: {fault.Message}");
        }
    }

    private static void Note(List<string> findings, FormattableString finding)
    {
        if (findings.Count < MaxFindings) findings.Add(Say(finding));
    }

    private List<SeqRange> Declared(long from, long to)
    {
        if (Texts("SELECT name FROM sqlite_schema WHERE name = 'gap'").Count == 0) return [];
        using var rows = new Statement(database, "SELECT first, last FROM gap WHERE first <= ?2 AND last >= ?1");
        rows.Bind(1, from).Bind(2, to);
        var declared = new List<SeqRange>();
        while (rows.Step()) declared.Add(new(rows.Number(0), rows.Number(1)));
        rows.Reset();
        return declared;
    }

    private List<string> Texts(string sql)
    {
        using var statement = new Statement(database, sql);
        var texts = new List<string>();
        while (statement.Step()) texts.Add(statement.Text(0));
        statement.Reset();
        return texts;
    }
}

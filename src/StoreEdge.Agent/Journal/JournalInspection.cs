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
            if (first > acknowledged + 1) findings.Add(Say($"events {acknowledged + 1}–{first - 1} are gone, but central holds only up to {acknowledged}"));
            if (acknowledged > last) findings.Add(Say($"central holds up to {acknowledged}, but the newest event is {last}"));
            return new(file, epoch, events, first, last, acknowledged, findings);
        }
        catch (Exception fault) when (fault is SqliteException or JournalFault)
        {
            var said = (fault.InnerException ?? fault).Message;
            findings.Add(JournalFile.Explain(file, fault) is { Kind: JournalFaultKind.Corrupt } ? $"SQLite: {said}" : $"it cannot be read as a journal: {said}");
            return new(file, null, 0, 0, 0, 0, findings);
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

    /// <summary>The events after <paramref name="seq"/>, in order, read in short pieces.</summary>
    /// <exception cref="JournalFault">A page in the middle cannot be read.</exception>
    public IEnumerable<StoredEvent> EventsAfter(long seq)
    {
        using var after = new Statement(database, HasClock() ? Readers.AfterSql : Readers.AfterWithoutClockSql);
        while (true)
        {
            var chunk = ReadChunk(after, seq);
            foreach (var stored in chunk) yield return stored;
            if (chunk.Count < Chunk) yield break;
            seq = chunk[^1].Seq;
        }
    }

    public void Dispose() => database.Dispose();

    private bool HasClock()
    {
        using var find = new Statement(database, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'clock'");
        return find.RunNumber() > 0;
    }

    private List<StoredEvent> ReadChunk(Statement after, long seq)
    {
        try
        {
            return Readers.After(after, seq, Chunk);
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
        foreach (var stored in EventsAfter(0))
        {
            if (events++ == 0) first = stored.Seq;
            else if (stored.Seq != last + 1 && findings.Count < MaxFindings) findings.Add(Say($"events {last + 1}–{stored.Seq - 1} are missing"));
            last = stored.Seq;
            try
            {
                ContractsJson.Read(stored.Type, stored.Data.Span);
            }
            catch (FormatException fault) when (findings.Count < MaxFindings)
            {
                findings.Add(Say($"event {stored.Seq}: {fault.Message}"));
            }
            catch (FormatException)
            {
                // Already said often enough.
            }
        }

        return (events, first, last);
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

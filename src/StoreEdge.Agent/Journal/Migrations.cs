using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Brings a database to the schema that this program knows, step by step, each step whole or not at all. Never backwards: a database that a newer program has taken further is left as it is, and used
/// where that program has said that this one may (<see cref="StillReadBy"/>), else refused (decision 20).
/// </summary>
internal static class Migrations
{
    private const string Readers = "migration_reader";


    /// <summary>The journal's own part; projections bring theirs.</summary>
    private static readonly string[] JournalSteps =
    [
        """
        CREATE TABLE journal (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, acknowledged INTEGER NOT NULL, age_s INTEGER NOT NULL) STRICT;
        CREATE TABLE boot (id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY, type TEXT NOT NULL, data TEXT NOT NULL, time_us INTEGER NOT NULL, recorded_us INTEGER NOT NULL,
            boot INTEGER NOT NULL REFERENCES boot (id), mono_ms INTEGER NOT NULL, synchronized INTEGER NOT NULL) STRICT;
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE mark (age_s INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
        """,
        // Numbers that are not there and were declared; every other hole is damage.
        """
        CREATE TABLE gap (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
        """,
        // A checksum for each row (RowChecksum; the default says that a row has none). Former journals of this store, numbered in their order, with what central lacks of them: as long as
        // `file` names a quarantined database, it has been gone through up to `done` and the rest is to come.
        """
        ALTER TABLE event ADD COLUMN crc INTEGER NOT NULL DEFAULT 4294967296;
        CREATE TABLE former (id INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, acknowledged INTEGER NOT NULL, last INTEGER NOT NULL, file TEXT, done INTEGER NOT NULL) STRICT;
        CREATE TABLE salvaged (
            former INTEGER NOT NULL REFERENCES former (id), seq INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, time_us INTEGER NOT NULL, recorded_us INTEGER NOT NULL,
            boot_id TEXT NOT NULL, mono_ms INTEGER NOT NULL, synchronized INTEGER NOT NULL, crc INTEGER NOT NULL, correction_us INTEGER, PRIMARY KEY (former, seq)) STRICT, WITHOUT ROWID;
        """,
    ];

    /// <summary>
    /// The outbox's part. A dead letter is a copy of its event, so that it outlives retention; its number is declared as a gap. The index finds the declarations that central
    /// needs without reading a backlog of a million events: it holds gaps only, so other events cost it nothing.
    /// </summary>
    private static readonly string[] OutboxSteps =
    [
        """
        CREATE TABLE dead_letter (
            epoch TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, time_us INTEGER NOT NULL, recorded_us INTEGER NOT NULL,
            boot_id TEXT NOT NULL, mono_ms INTEGER NOT NULL, time_quality TEXT NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL, age_s INTEGER NOT NULL,
            UNIQUE (epoch, seq)) STRICT;
        CREATE INDEX dead_letter_type ON dead_letter (type);
        CREATE TABLE outbox_setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX event_gap ON event (seq) WHERE type = 'gap';
        """,
    ];

    /// <summary>
    /// The end of a step that only adds a table (a column would be in the way of whoever writes rows by position, as most of our statements do). It says that a program which knows no more than <paramref name="known"/> steps of <paramref name="name"/> may go on using
    /// the database, which is what makes going back to the version before possible.
    /// </summary>
    public static string StillReadBy(string name, int known) => string.Create(
        CultureInfo.InvariantCulture,
        $"CREATE TABLE IF NOT EXISTS {Readers} (name TEXT PRIMARY KEY, known INTEGER NOT NULL) STRICT, WITHOUT ROWID; INSERT INTO {Readers} VALUES ('{name}', {known}) ON CONFLICT (name) DO UPDATE SET known = excluded.known;");

    /// <summary>Whether anything is to be done.</summary>
    public static bool AreDue(SqliteConnection database, IReadOnlyList<IProjection> projections)
    {
        using (var known = new Statement(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'migration'"))
            if (known.RunNumber() == 0) return true;
        return Version(database, "journal") < JournalSteps.Length || Version(database, "clock") < ClockRecord.Migrations.Length
            || Version(database, "outbox") < OutboxSteps.Length
            || projections.Any(p => Version(database, p.Name) < p.Migrations.Count);
    }

    public static void Run(SqliteConnection database, string path, IReadOnlyList<IProjection> projections)
    {
        JournalFile.Execute(database, "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID");
        Run(database, path, "journal", JournalSteps);
        Run(database, path, "clock", ClockRecord.Migrations);
        Run(database, path, "outbox", OutboxSteps);
        foreach (var projection in projections)
        {
            if (projection.Name is "journal" or "clock" or "outbox") throw new ArgumentException($"'{projection.Name}' names the journal's own schema", nameof(projections));
            Run(database, path, projection.Name, projection.Migrations);
        }
    }

    private static void Run(SqliteConnection database, string path, string name, IReadOnlyList<string> steps)
    {
        var done = Version(database, name);
        if (done > steps.Count && !IsReadBy(database, name, steps.Count))
        {
            throw new JournalFault(
                JournalFaultKind.NewerSchema, path, string.Create(CultureInfo.InvariantCulture, $"its '{name}' schema is version {done}, this program knows {steps.Count}"),
                "Install the version of the agent that wrote it, or a later one; nothing has been changed.");
        }

        for (var step = done; step < steps.Count; step++)
        {
            using var transaction = database.BeginTransaction(deferred: false);
            // What a former step said of older programs holds until the next one; that says it again, or not.
            if (KnowsReaders(database)) JournalFile.Execute(database, $"DELETE FROM {Readers} WHERE name = '{name}'");
            JournalFile.Execute(database, steps[step]);
            using var command = database.CreateCommand();
            command.CommandText = "INSERT INTO migration VALUES ($name, $version) ON CONFLICT (name) DO UPDATE SET version = excluded.version";
            command.Parameters.AddWithValue("$name", name);
            command.Parameters.AddWithValue("$version", step + 1);
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    /// <summary>Whether the newer program has said that one which knows so many steps may use what it left.</summary>
    private static bool IsReadBy(SqliteConnection database, string name, int known)
    {
        if (!KnowsReaders(database)) return false;
        using var least = new Statement(database, $"SELECT count(*) FROM {Readers} WHERE name = ?1 AND known <= ?2");
        return least.Bind(1, name).Bind(2, known).RunNumber() > 0;
    }

    private static bool KnowsReaders(SqliteConnection database)
    {
        using var says = new Statement(database, $"SELECT count(*) FROM sqlite_schema WHERE name = '{Readers}'");
        return says.RunNumber() > 0;
    }

    private static int Version(SqliteConnection database, string name)
    {
        using var version = new Statement(database, "SELECT version FROM migration WHERE name = ?");
        return (int)version.Bind(1, name).RunNumber();
    }
}

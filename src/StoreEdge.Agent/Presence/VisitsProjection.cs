using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Presence;

/// <summary>The open visits, written in the transaction of the events that open and close them, so that a restart neither repeats nor loses one.</summary>
internal sealed class VisitsProjection : IProjection
{
    // The longest presence.reentryGrace that can be configured.
    private static readonly TimeSpan KeepLeft = TimeSpan.FromHours(1);

    public string Name => "visits";

    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE open_visit(visit TEXT PRIMARY KEY, subject TEXT NOT NULL, zone TEXT NOT NULL, road TEXT NOT NULL, assurance TEXT NOT NULL,
            arrived INTEGER NOT NULL) WITHOUT ROWID, STRICT;
        """,
        """
        CREATE TABLE furniture(subject TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;
        """,
        """
        ALTER TABLE open_visit ADD COLUMN left_at INTEGER;
        """,
    ];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        using var command = database.CreateCommand();
        switch (committed.Data)
        {
            case ArrivalData arrival:
                command.CommandText =
                    """
                    INSERT INTO open_visit VALUES($visit, $subject, $zone, $road, $assurance, $arrived, NULL)
                        ON CONFLICT(visit) DO UPDATE SET zone = $zone, road = $road, assurance = $assurance, left_at = NULL;
                    DELETE FROM furniture WHERE subject = $subject AND $road = 'beacon';
                    """;
                command.Parameters.AddWithValue("$visit", arrival.VisitId);
                command.Parameters.AddWithValue("$subject", arrival.Subject);
                command.Parameters.AddWithValue("$zone", arrival.Zone);
                command.Parameters.AddWithValue("$road", arrival.Road);
                command.Parameters.AddWithValue("$assurance", arrival.Assurance);
                command.Parameters.AddWithValue("$arrived", committed.Time.ToUnixTimeMilliseconds());
                break;
            case ZoneData moved:
                command.CommandText = "UPDATE open_visit SET zone = $zone, assurance = $assurance WHERE visit = $visit";
                command.Parameters.AddWithValue("$visit", moved.VisitId);
                command.Parameters.AddWithValue("$zone", moved.Zone);
                command.Parameters.AddWithValue("$assurance", moved.Assurance);
                break;
            case DwellData dwelt:
                command.CommandText = "UPDATE open_visit SET assurance = $assurance WHERE visit = $visit";
                command.Parameters.AddWithValue("$visit", dwelt.VisitId);
                command.Parameters.AddWithValue("$assurance", dwelt.Assurance);
                break;
            case DepartureData departure:
                command.CommandText = (departure.Reason == PresenceWords.Furniture, new Pseudonym(departure.Subject).IsAnonymous) switch
                {
                    (true, _) => "DELETE FROM open_visit WHERE visit = $visit; INSERT OR IGNORE INTO furniture VALUES($subject);",
                    (_, true) => "DELETE FROM open_visit WHERE visit = $visit;",
                    // Whoever returns soon joins the visit that they left, also after a restart.
                    _ => "UPDATE open_visit SET left_at = $now WHERE visit = $visit;",
                } + "DELETE FROM open_visit WHERE left_at < $now - $keep";
                command.Parameters.AddWithValue("$visit", departure.VisitId);
                command.Parameters.AddWithValue("$subject", departure.Subject);
                command.Parameters.AddWithValue("$now", committed.Time.ToUnixTimeMilliseconds());
                command.Parameters.AddWithValue("$keep", (long)KeepLeft.TotalMilliseconds);
                break;
            default:
                return;
        }

        command.ExecuteNonQuery();
    }

    /// <summary>Furniture stays furniture; open visits keep the name that they began with.</summary>
    public void Carry(SqliteConnection database, NameChange change)
    {
        foreach (var former in ReadFurniture(database))
        {
            if (!change.Successors.TryGetValue(former.Value, out var present)) continue;
            using var command = database.CreateCommand();
            command.CommandText = "INSERT OR IGNORE INTO furniture VALUES($present); DELETE FROM furniture WHERE subject = $former";
            command.Parameters.AddWithValue("$present", present);
            command.Parameters.AddWithValue("$former", former.Value);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Reads whose devices are furniture.</summary>
    public static IReadOnlyList<Pseudonym> ReadFurniture(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT subject FROM furniture";
        using var rows = command.ExecuteReader();
        List<Pseudonym> subjects = [];
        while (rows.Read()) subjects.Add(new(rows.GetString(0)));
        return subjects;
    }

    /// <summary>Reads the open visits, and those left less than an hour ago; for <see cref="JournalStore.Query{T}"/>.</summary>
    public static IReadOnlyList<OpenVisit> ReadOpen(SqliteConnection database, DateTimeOffset now)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT visit, subject, zone, road, assurance, arrived, left_at FROM open_visit";
        using var rows = command.ExecuteReader();
        List<OpenVisit> visits = [];
        while (rows.Read())
        {
            TimeSpan? left = rows.IsDBNull(6) ? null : Since(rows.GetInt64(6), now);
            if (left > KeepLeft) continue;
            visits.Add(new(
                new(rows.GetString(0)), new(rows.GetString(1)), new(rows.GetString(2)),
                rows.GetString(3) == PresenceWords.Of(Road.Portal) ? Road.Portal : Road.Beacon,
                rows.GetString(4) switch { "high" => Assurance.High, "medium" => Assurance.Medium, _ => Assurance.Low },
                Since(rows.GetInt64(5), now), left));
        }

        return visits;
    }

    /// <summary>The wall clock of a machine without a battery may have been set back meanwhile.</summary>
    private static TimeSpan Since(long milliseconds, DateTimeOffset now) =>
        now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) is var span && span > TimeSpan.Zero ? span : TimeSpan.Zero;
}

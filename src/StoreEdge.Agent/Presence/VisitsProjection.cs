using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Presence;

/// <summary>The open visits, written in the transaction of the events that open and close them, so that a restart neither repeats nor loses one.</summary>
internal sealed class VisitsProjection : IProjection
{
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
    ];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        using var command = database.CreateCommand();
        switch (committed.Data)
        {
            case ArrivalData arrival:
                command.CommandText = "INSERT OR REPLACE INTO open_visit VALUES($visit, $subject, $zone, $road, $assurance, $arrived); DELETE FROM furniture WHERE subject = $subject";
                command.Parameters.AddWithValue("$visit", arrival.VisitId);
                command.Parameters.AddWithValue("$subject", arrival.Subject);
                command.Parameters.AddWithValue("$zone", arrival.Zone);
                command.Parameters.AddWithValue("$road", arrival.Road);
                command.Parameters.AddWithValue("$assurance", arrival.Assurance);
                command.Parameters.AddWithValue("$arrived", committed.Time.ToUnixTimeMilliseconds());
                break;
            case ZoneData moved:
                command.CommandText = "UPDATE open_visit SET zone = $zone WHERE visit = $visit";
                command.Parameters.AddWithValue("$visit", moved.VisitId);
                command.Parameters.AddWithValue("$zone", moved.Zone);
                break;
            case DepartureData departure:
                command.CommandText = departure.Reason == PresenceWords.Furniture
                    ? "DELETE FROM open_visit WHERE visit = $visit; INSERT OR IGNORE INTO furniture VALUES($subject)"
                    : "DELETE FROM open_visit WHERE visit = $visit";
                command.Parameters.AddWithValue("$visit", departure.VisitId);
                command.Parameters.AddWithValue("$subject", departure.Subject);
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

    /// <summary>Reads the open visits; for <see cref="JournalStore.Query{T}"/>.</summary>
    public static IReadOnlyList<OpenVisit> ReadOpen(SqliteConnection database, DateTimeOffset now)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT visit, subject, zone, road, assurance, arrived FROM open_visit";
        using var rows = command.ExecuteReader();
        List<OpenVisit> visits = [];
        while (rows.Read())
        {
            var present = now - DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(5));
            visits.Add(new(
                new(rows.GetString(0)), new(rows.GetString(1)), new(rows.GetString(2)),
                rows.GetString(3) == PresenceWords.Of(Road.Portal) ? Road.Portal : Road.Beacon,
                rows.GetString(4) switch { "high" => Assurance.High, "medium" => Assurance.Medium, _ => Assurance.Low },
                // The wall clock of a machine without a battery may have been set back meanwhile.
                present > TimeSpan.Zero ? present : TimeSpan.Zero));
        }

        return visits;
    }
}

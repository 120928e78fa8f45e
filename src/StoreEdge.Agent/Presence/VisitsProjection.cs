using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
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
        // Within a boot its monotonic clock says how long ago something was. In another one the wall clocks of both do, where both were right (known).
        """
        ALTER TABLE open_visit ADD COLUMN arrived_boot INTEGER;
        ALTER TABLE open_visit ADD COLUMN arrived_mono INTEGER;
        ALTER TABLE open_visit ADD COLUMN arrived_known INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE open_visit ADD COLUMN left_boot INTEGER;
        ALTER TABLE open_visit ADD COLUMN left_mono INTEGER;
        ALTER TABLE open_visit ADD COLUMN left_known INTEGER NOT NULL DEFAULT 0;
        """,
    ];

    public IReadOnlyList<PersonalTable> Personal { get; } = [new("open_visit", ["subject"], ["visit"]), new("furniture", ["subject"], [])];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        using var command = database.CreateCommand();
        switch (committed.Data)
        {
            case ArrivalData arrival:
                command.CommandText =
                    """
                    INSERT INTO open_visit(visit, subject, zone, road, assurance, arrived, arrived_boot, arrived_mono, arrived_known)
                        VALUES($visit, $subject, $zone, $road, $assurance, $now, $boot, $mono, $known)
                        ON CONFLICT(visit) DO UPDATE SET zone = $zone, road = $road, assurance = $assurance,
                            left_at = NULL, left_boot = NULL, left_mono = NULL, left_known = 0;
                    DELETE FROM furniture WHERE subject = $subject AND $road = 'beacon';
                    """;
                command.Parameters.AddWithValue("$visit", arrival.VisitId);
                command.Parameters.AddWithValue("$subject", arrival.Subject);
                command.Parameters.AddWithValue("$zone", arrival.Zone);
                command.Parameters.AddWithValue("$road", arrival.Road);
                command.Parameters.AddWithValue("$assurance", arrival.Assurance);
                AddMoment(command, committed);
                break;
            case ClockSynchronizedData:
                // The wall times of this boot are counted back, for the next boot to compare with.
                command.CommandText =
                    """
                    UPDATE open_visit SET arrived = $now + arrived_mono - $mono, arrived_known = 1 WHERE arrived_boot = $boot AND arrived_known = 0;
                    UPDATE open_visit SET left_at = $now + left_mono - $mono, left_known = 1 WHERE left_boot = $boot AND left_known = 0;
                    """;
                AddMoment(command, committed);
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
                    _ => "UPDATE open_visit SET left_at = $now, left_boot = $boot, left_mono = $mono, left_known = $known WHERE visit = $visit;",
                } + """
                    DELETE FROM open_visit WHERE left_at IS NOT NULL AND iif(left_boot = $boot, left_mono < $mono - $keep, $mono > $keep);
                    """;
                command.Parameters.AddWithValue("$visit", departure.VisitId);
                command.Parameters.AddWithValue("$subject", departure.Subject);
                AddMoment(command, committed);
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

    /// <summary>
    /// Reads the open visits, and those left less than an hour ago; for <see cref="JournalStore.Query{T}"/>. How long ago somebody left in another boot is not known where either
    /// clock was wrong: they have a new visit then, since nobody must be greeted as still here for what was yesterday. Of those still inside, as long as this boot is certain.
    /// </summary>
    /// <param name="database">The reader's connection.</param>
    /// <param name="bootId">This boot.</param>
    /// <param name="now">The monotonic clock.</param>
    /// <param name="known">The time; null where it is not known.</param>
    public static IReadOnlyList<OpenVisit> ReadOpen(SqliteConnection database, string bootId, Instant now, DateTimeOffset? known)
    {
        using var command = database.CreateCommand();
        command.CommandText =
            """
            SELECT visit, subject, zone, road, assurance, left_at IS NOT NULL, arrived, arrived_boot IS b.id, arrived_mono, arrived_known, left_at, left_boot IS b.id, left_mono, left_known
            FROM open_visit LEFT JOIN boot b ON b.boot_id = $boot
            """;
        command.Parameters.AddWithValue("$boot", bootId);
        using var rows = command.ExecuteReader();
        List<OpenVisit> visits = [];
        while (rows.Read())
        {
            TimeSpan? left = null;
            if (rows.GetBoolean(5))
            {
                left = Since(10);
                if (left is null || left > KeepLeft) continue;
            }

            visits.Add(new(
                new(rows.GetString(0)), new(rows.GetString(1)), new(rows.GetString(2)),
                rows.GetString(3) == PresenceWords.Of(Road.Portal) ? Road.Portal : Road.Beacon,
                rows.GetString(4) switch { "high" => Assurance.High, "medium" => Assurance.Medium, _ => Assurance.Low },
                Since(6) ?? now - Instant.Origin, left));
        }

        return visits;

        // How long ago: the wall time, whether it was in this boot, its monotonic time, whether the wall time is right.
        TimeSpan? Since(int column)
        {
            var span = rows.GetBoolean(column + 1) ? TimeSpan.FromMilliseconds(now.Milliseconds - rows.GetInt64(column + 2))
                : known is { } right && rows.GetBoolean(column + 3) ? right - DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(column)) : (TimeSpan?)null;
            return span < TimeSpan.Zero ? TimeSpan.Zero : span;
        }
    }

    private static void AddMoment(SqliteCommand command, CommittedEvent committed)
    {
        command.Parameters.AddWithValue("$now", committed.Time.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$boot", committed.Boot);
        command.Parameters.AddWithValue("$mono", committed.At.Milliseconds);
        command.Parameters.AddWithValue("$known", committed.IsTimeKnown);
    }
}

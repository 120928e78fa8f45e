using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Helping;

/// <summary>A visit's request for help, as it stands.</summary>
/// <param name="Id">A UUID version 7.</param>
/// <param name="Visit">Whose visit.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Zone">Where the customer was when they asked; null where that was not known.</param>
/// <param name="Skill">One of <see cref="HelpDesk.Skills"/>.</param>
/// <param name="State">One of <see cref="HelpDesk"/>'s.</param>
/// <param name="Asked">When, as well as the clock knew.</param>
/// <param name="Assurance">As the visit's events say it.</param>
internal sealed record HelpRequest(string Id, VisitId Visit, Pseudonym Subject, string? Zone, string Skill, string State, DateTimeOffset Asked, string Assurance)
{
    /// <summary>How far along its route it is: 0 until others had to be asked as well.</summary>
    public int Step { get; init; }

    /// <summary>Whether everybody in the store has been asked, and central has.</summary>
    public bool IsWithCentral { get; init; }

    /// <summary>BCP 47 tag of what the customer reads; null where that was not kept.</summary>
    public string? Language { get; init; }

    /// <summary>The staff display where it was taken up; null where it was not, or central did.</summary>
    public string? Staff { get; init; }

    /// <summary>What the customer gave, 1–5; null where they did not say.</summary>
    public int? Stars { get; init; }

    /// <summary>The boot in which <see cref="SteppedAt"/> counts.</summary>
    public string? BootId { get; init; }

    /// <summary>When its present step began, on the monotonic clock of that boot.</summary>
    public Instant SteppedAt { get; init; }

    /// <summary>When it was asked, on the monotonic clock of that boot; null where that was in an earlier one.</summary>
    public Instant? AskedAt { get; init; }

    /// <summary>Whether somebody is still to come.</summary>
    public bool IsOpen => State is HelpDesk.Asked or HelpDesk.OnTheWay;
}

/// <summary>The latest request of each open visit. It ends with the visit: nobody is sent to a customer who has left.</summary>
internal sealed class HelpProjection : IProjection
{

    /// <inheritdoc/>
    public string Name => "help";

    /// <inheritdoc/>
    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE help(visit TEXT PRIMARY KEY, request TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, zone TEXT, skill TEXT NOT NULL, state TEXT NOT NULL, asked_ms INTEGER NOT NULL,
            assurance TEXT NOT NULL) WITHOUT ROWID, STRICT;
        """,
        // How far along its route, since when on which boot's clock; where it was taken up, and how it was.
        """
        ALTER TABLE help ADD COLUMN language TEXT;
        ALTER TABLE help ADD COLUMN step INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE help ADD COLUMN central INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE help ADD COLUMN boot INTEGER;
        ALTER TABLE help ADD COLUMN step_mono_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE help ADD COLUMN asked_mono_ms INTEGER;
        ALTER TABLE help ADD COLUMN staff TEXT;
        ALTER TABLE help ADD COLUMN stars INTEGER;
        """,
    ];

    /// <inheritdoc/>
    public IReadOnlyList<PersonalTable> Personal { get; } = [new("help", ["subject"], ["visit"])];

    /// <inheritdoc/>
    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        switch (committed.Data)
        {
            case HelpRequestedData asked:
                Run(database,
                    """
                    INSERT OR REPLACE INTO help(visit, request, subject, zone, skill, state, asked_ms, assurance, language, boot, step_mono_ms, asked_mono_ms)
                    VALUES($visit, $request, $subject, $zone, $skill, $state, $at, $assurance, $language, $boot, $mono, $mono)
                    """,
                    ("$visit", asked.VisitId), ("$request", asked.RequestId), ("$subject", asked.Subject), ("$zone", asked.Zone), ("$skill", asked.Skill), ("$state", HelpDesk.Asked),
                    ("$at", committed.Time.ToUnixTimeMilliseconds()), ("$assurance", asked.Assurance), ("$language", asked.Language), ("$boot", committed.Boot), ("$mono", committed.At.Milliseconds));
                break;
            case HelpChangedData { Step: { } step } escalated:
                Run(database,
                    """
                    UPDATE help SET step = $step, central = $last, asked_mono_ms = iif(boot = $boot, asked_mono_ms, NULL), boot = $boot, step_mono_ms = $mono WHERE request = $request
                    """,
                    ("$step", (long)step), ("$last", escalated.Last ? 1L : 0L), ("$boot", committed.Boot), ("$mono", committed.At.Milliseconds), ("$request", escalated.RequestId));
                break;
            case HelpChangedData changed:
                Run(database, "UPDATE help SET state = $state, staff = coalesce($staff, staff) WHERE request = $request",
                    ("$state", changed.State), ("$staff", changed.Staff), ("$request", changed.RequestId));
                break;
            case HelpRatedData rated:
                Run(database, "UPDATE help SET stars = $stars WHERE request = $request", ("$stars", (long)rated.Stars), ("$request", rated.RequestId));
                break;
            case DepartureData departure:
                Run(database, "DELETE FROM help WHERE visit = $visit", ("$visit", departure.VisitId));
                break;
        }
    }

    /// <summary>The visit's request.</summary>
    public static HelpRequest? Of(SqliteConnection database, VisitId visit) => Read(database, "visit = $wanted", visit.Value).FirstOrDefault();

    /// <summary>The request of an id.</summary>
    public static HelpRequest? Find(SqliteConnection database, string request) => Read(database, "request = $wanted", request).FirstOrDefault();

    /// <summary>Every request that somebody is still to come for, in the order in which they were asked (their ids rise with time).</summary>
    public static IReadOnlyList<HelpRequest> Open(SqliteConnection database) => Read(database, "state IN ('asked', 'on-the-way') ORDER BY request", null);

    private static List<HelpRequest> Read(SqliteConnection database, string where, string? wanted)
    {
        using var find = database.CreateCommand();
        find.CommandText =
            $"""
            SELECT request, visit, subject, zone, skill, state, asked_ms, assurance, language, step, central, (SELECT boot_id FROM boot WHERE id = help.boot), step_mono_ms, asked_mono_ms, staff, stars
            FROM help WHERE {where}
            """;
        if (wanted is not null) find.Parameters.AddWithValue("$wanted", wanted);
        using var row = find.ExecuteReader();
        var found = new List<HelpRequest>();
        while (row.Read())
        {
            found.Add(new(
                row.GetString(0), new(row.GetString(1)), new(row.GetString(2)), TextAt(row, 3), row.GetString(4), row.GetString(5),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetString(7))
            {
                Language = TextAt(row, 8),
                Step = row.GetInt32(9),
                IsWithCentral = row.GetBoolean(10),
                BootId = TextAt(row, 11),
                SteppedAt = new(row.GetInt64(12) * 1_000_000),
                AskedAt = row.IsDBNull(13) ? null : new Instant(row.GetInt64(13) * 1_000_000),
                Staff = TextAt(row, 14),
                Stars = row.IsDBNull(15) ? null : row.GetInt32(15),
            });
        }

        return found;
    }

    private static string? TextAt(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static void Run(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}

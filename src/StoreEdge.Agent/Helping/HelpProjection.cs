using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
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
    /// <summary>Whether somebody is still to come.</summary>
    public bool IsOpen => State is HelpDesk.Asked or HelpDesk.OnTheWay;
}

/// <summary>The latest request of each open visit. It ends with the visit: nobody is sent to a customer who has left.</summary>
internal sealed class HelpProjection : IProjection
{
    private const string Columns = "request, visit, subject, zone, skill, state, asked_ms, assurance";

    /// <inheritdoc/>
    public string Name => "help";

    /// <inheritdoc/>
    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE help(visit TEXT PRIMARY KEY, request TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, zone TEXT, skill TEXT NOT NULL, state TEXT NOT NULL, asked_ms INTEGER NOT NULL,
            assurance TEXT NOT NULL) WITHOUT ROWID, STRICT;
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
                Run(database, "INSERT OR REPLACE INTO help VALUES($visit, $request, $subject, $zone, $skill, $state, $at, $assurance)",
                    ("$visit", asked.VisitId), ("$request", asked.RequestId), ("$subject", asked.Subject), ("$zone", asked.Zone), ("$skill", asked.Skill), ("$state", HelpDesk.Asked),
                    ("$at", committed.Time.ToUnixTimeMilliseconds()), ("$assurance", asked.Assurance));
                break;
            case HelpChangedData changed:
                Run(database, "UPDATE help SET state = $state WHERE request = $request", ("$state", changed.State), ("$request", changed.RequestId));
                break;
            case DepartureData departure:
                Run(database, "DELETE FROM help WHERE visit = $visit", ("$visit", departure.VisitId));
                break;
        }
    }

    /// <summary>The visit's request.</summary>
    public static HelpRequest? Of(SqliteConnection database, VisitId visit) => Read(database, "visit", visit.Value);

    /// <summary>The request of an id.</summary>
    public static HelpRequest? Find(SqliteConnection database, string request) => Read(database, "request", request);

    /// <summary>Every request for which somebody is still to come, the oldest first.</summary>
    public static IReadOnlyList<HelpRequest> Open(SqliteConnection database)
    {
        using var find = database.CreateCommand();
        find.CommandText = $"SELECT {Columns} FROM help ORDER BY asked_ms, request";
        using var row = find.ExecuteReader();
        var open = new List<HelpRequest>();
        while (row.Read())
            if (Request(row) is { IsOpen: true } request) open.Add(request);
        return open;
    }

    private static HelpRequest? Read(SqliteConnection database, string column, string wanted)
    {
        using var find = database.CreateCommand();
        find.CommandText = $"SELECT {Columns} FROM help WHERE {column} = $wanted";
        find.Parameters.AddWithValue("$wanted", wanted);
        using var row = find.ExecuteReader();
        return row.Read() ? Request(row) : null;
    }

    private static HelpRequest Request(SqliteDataReader row) => new(
        row.GetString(0), new(row.GetString(1)), new(row.GetString(2)), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetString(5),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetString(7));

    private static void Run(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}

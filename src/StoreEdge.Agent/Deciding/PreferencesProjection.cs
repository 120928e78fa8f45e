using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Deciding;

/// <summary>
/// What customers said (stop, never, not now, want, consents), written in the transaction of the very event: once the phone shows that it was taken, a
/// power cut cannot undo it. Of somebody who is nobody beyond the visit, nothing outlives the visit.
/// </summary>
internal sealed class PreferencesProjection : IProjection
{
    public string Name => "preferences";

    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE preference(subject TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, visit TEXT NOT NULL, value INTEGER NOT NULL,
            PRIMARY KEY(subject, kind, target)) WITHOUT ROWID, STRICT;
        CREATE TABLE vote(day TEXT NOT NULL, subject TEXT NOT NULL, offer TEXT NOT NULL, choice TEXT NOT NULL, PRIMARY KEY(day, subject, offer)) WITHOUT ROWID, STRICT;
        CREATE TABLE tally(offer TEXT NOT NULL, choice TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY(offer, choice)) WITHOUT ROWID, STRICT;
        """,
    ];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        switch (committed.Data)
        {
            case ChoiceData { Choice: "stop" } stop:
                Set(database, stop.Subject, "stop", "", stop.VisitId, true);
                break;
            case ChoiceData { OfferId: { } offer } choice:
                if (choice.Choice is "never" or "not-now") Set(database, choice.Subject, choice.Choice, offer, choice.VisitId, true);
                Vote(database, choice, offer, committed.Time);
                break;
            case ConsentData consent:
                Set(database, consent.Subject, "loyalty", "", consent.VisitId, consent.Loyalty);
                Set(database, consent.Subject, "marketing", "", consent.VisitId, consent.Marketing);
                // Whoever ticks the box for personal offers after a stop has changed their mind, and said so.
                if (consent.Marketing) Set(database, consent.Subject, "stop", "", consent.VisitId, false);
                break;
            case DepartureData departure:
                Run(database, "DELETE FROM preference WHERE subject = $subject AND kind = 'not-now' AND visit = $visit", ("$subject", departure.Subject), ("$visit", departure.VisitId));
                if (new Pseudonym(departure.Subject).IsAnonymous) Forget(database, departure.Subject);
                break;
        }
    }

    private static void Set(SqliteConnection database, string subject, string kind, string target, string visit, bool value) => Run(
        database,
        "INSERT INTO preference VALUES($subject, $kind, $target, $visit, $value) ON CONFLICT DO UPDATE SET visit = excluded.visit, value = excluded.value",
        ("$subject", subject), ("$kind", kind), ("$target", target), ("$visit", visit), ("$value", value ? 1L : 0L));

    /// <summary>One vote per person, offer and day; the last counts. Who voted is known for that day only, how many did for ever.</summary>
    private static void Vote(SqliteConnection database, ChoiceData choice, string offer, DateTimeOffset at)
    {
        var day = ("$day", (object?)at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Run(database, "DELETE FROM vote WHERE day < $day", day);
        Run(database, "UPDATE tally SET times = times - 1 WHERE offer = $offer AND choice = (SELECT choice FROM vote WHERE day = $day AND subject = $subject AND offer = $offer)",
            day, ("$subject", choice.Subject), ("$offer", offer));
        Run(database, "INSERT INTO vote VALUES($day, $subject, $offer, $choice) ON CONFLICT DO UPDATE SET choice = excluded.choice",
            day, ("$subject", choice.Subject), ("$offer", offer), ("$choice", choice.Choice));
        Run(database, "INSERT INTO tally VALUES($offer, $choice, 1) ON CONFLICT DO UPDATE SET times = times + 1", ("$offer", offer), ("$choice", choice.Choice));
    }

    private static void Forget(SqliteConnection database, string subject)
    {
        Run(database, "DELETE FROM preference WHERE subject = $subject", ("$subject", subject));
        Run(database, "DELETE FROM vote WHERE subject = $subject", ("$subject", subject));
    }

    internal static void Run(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}

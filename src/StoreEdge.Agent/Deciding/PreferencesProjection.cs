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
        CREATE TABLE vote(subject TEXT NOT NULL, offer TEXT NOT NULL, day TEXT NOT NULL, choice TEXT NOT NULL, PRIMARY KEY(subject, offer, day)) WITHOUT ROWID, STRICT;
        CREATE INDEX vote_offer ON vote(offer, choice);
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
                Run(database, "DELETE FROM preference WHERE visit = $visit AND kind = 'not-now'", ("$visit", departure.VisitId));
                if (new Pseudonym(departure.Subject).IsAnonymous) Forget(database, departure.Subject);
                break;
        }
    }

    private static void Set(SqliteConnection database, string subject, string kind, string target, string visit, bool value) => Run(
        database,
        "INSERT INTO preference VALUES($subject, $kind, $target, $visit, $value) ON CONFLICT DO UPDATE SET visit = excluded.visit, value = excluded.value",
        ("$subject", subject), ("$kind", kind), ("$target", target), ("$visit", visit), ("$value", value ? 1L : 0L));

    /// <summary>One vote per person, offer and day; the last counts.</summary>
    private static void Vote(SqliteConnection database, ChoiceData choice, string offer, DateTimeOffset at) => Run(
        database,
        "INSERT INTO vote VALUES($subject, $offer, $day, $choice) ON CONFLICT DO UPDATE SET choice = excluded.choice",
        ("$subject", choice.Subject), ("$offer", offer), ("$day", at.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)), ("$choice", choice.Choice));

    /// <summary>The votes stay, cut loose from everybody, because the index needs only their number.</summary>
    private static void Forget(SqliteConnection database, string subject)
    {
        Run(database, "DELETE FROM preference WHERE subject = $subject", ("$subject", subject));
        Run(database, "UPDATE vote SET subject = 'gone-' || lower(hex(randomblob(12))) WHERE subject = $subject", ("$subject", subject));
    }

    internal static void Run(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}

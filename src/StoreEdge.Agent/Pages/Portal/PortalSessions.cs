using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The open phone pages, derived from consents, arrivals and departures. Rows older than the session lifetime go when the next one comes. Ages are counted in the least that it can be:
/// no wrong clock ends a customer's page, and one that is set right ends it no later than it should.
/// </summary>
internal sealed class PortalSessions(PortalKey key, TimeSpan lifetime) : IProjection
{
    /// <inheritdoc/>
    public string Name => "portal-sessions";

    /// <inheritdoc/>
    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE portal_session(
          receipt TEXT PRIMARY KEY,
          token_hash BLOB NOT NULL UNIQUE,
          visit TEXT NOT NULL,
          subject TEXT NOT NULL,
          language TEXT NOT NULL,
          text_version TEXT NOT NULL,
          terms INTEGER NOT NULL,
          loyalty INTEGER NOT NULL,
          marketing INTEGER NOT NULL,
          accepted_ms INTEGER NOT NULL,
          over INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;
        CREATE INDEX portal_session_visit ON portal_session(visit);
        CREATE INDEX portal_session_subject ON portal_session(subject);
        CREATE INDEX portal_session_accepted ON portal_session(accepted_ms);
        """,
        "ALTER TABLE portal_session ADD COLUMN proven INTEGER NOT NULL DEFAULT 0;",
    ];

    /// <inheritdoc/>
    public IReadOnlyList<PersonalTable> Personal => PersonalTables;

    /// <summary>The same, for who has no portal at hand.</summary>
    public static IReadOnlyList<PersonalTable> PersonalTables { get; } = [new("portal_session", ["subject"], ["visit"])];

    /// <inheritdoc/>
    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        switch (committed.Data)
        {
            case ConsentData consent: Keep(database, consent, committed.AtLeast); break;
            case IdentifiedData { Means: IdentifiedData.Link, ReceiptId: { } receipt }: SetProven(database, receipt); break;
            case ChoiceData { Choice: "stop" } stop: StopOffers(database, stop.Subject); break;
            // Who is back soon joins the visit that they left, and their page with it.
            case ArrivalData arrival: SetOver(database, arrival.VisitId, false); break;
            case DepartureData departure: SetOver(database, departure.VisitId, true); break;
        }
    }

    /// <summary>A page whose visit goes on keeps the name that the visit began with.</summary>
    public void Carry(SqliteConnection database, NameChange change)
    {
        using var find = database.CreateCommand();
        find.CommandText = "SELECT DISTINCT subject FROM portal_session WHERE over = 1";
        List<string> formers = [];
        using (var rows = find.ExecuteReader())
            while (rows.Read()) formers.Add(rows.GetString(0));
        foreach (var former in formers)
        {
            if (!change.Successors.TryGetValue(former, out var present)) continue;
            using var rename = database.CreateCommand();
            rename.CommandText = "UPDATE portal_session SET subject = $present WHERE subject = $former AND over = 1";
            rename.Parameters.AddWithValue("$present", present);
            rename.Parameters.AddWithValue("$former", former);
            rename.ExecuteNonQuery();
        }
    }

    /// <summary>The session behind a phone page's address.</summary>
    public PortalSession? ByToken(SqliteConnection database, string sessionToken, DateTimeOffset now) =>
        Read(database, "token_hash = $key", PortalKey.HashOf(sessionToken), now);

    /// <summary>The session of a receipt.</summary>
    public PortalSession? ByReceipt(SqliteConnection database, string receipt, DateTimeOffset now) => Read(database, "receipt = $key", receipt, now);

    private void Keep(SqliteConnection database, ConsentData consent, DateTimeOffset at)
    {
        using (var old = database.CreateCommand())
        {
            old.CommandText = "DELETE FROM portal_session WHERE accepted_ms < $before";
            old.Parameters.AddWithValue("$before", (at - lifetime).ToUnixTimeMilliseconds());
            old.ExecuteNonQuery();
        }

        using var keep = database.CreateCommand();
        keep.CommandText =
            """
            INSERT INTO portal_session(receipt, token_hash, visit, subject, language, text_version, terms, loyalty, marketing, accepted_ms)
            VALUES ($receipt, $hash, $visit, $subject, $language, $version, $terms, $loyalty, $marketing, $at)
            ON CONFLICT(receipt) DO UPDATE SET visit = $visit, language = $language, text_version = $version, terms = $terms, loyalty = $loyalty, marketing = $marketing,
              over = over AND visit = $visit
            """;
        keep.Parameters.AddWithValue("$receipt", consent.ReceiptId);
        keep.Parameters.AddWithValue("$hash", PortalKey.HashOf(key.SessionToken(consent.ReceiptId)));
        keep.Parameters.AddWithValue("$visit", consent.VisitId);
        keep.Parameters.AddWithValue("$subject", consent.Subject);
        keep.Parameters.AddWithValue("$language", consent.Language);
        keep.Parameters.AddWithValue("$version", consent.TextVersion);
        keep.Parameters.AddWithValue("$terms", consent.Terms);
        keep.Parameters.AddWithValue("$loyalty", consent.Loyalty);
        keep.Parameters.AddWithValue("$marketing", consent.Marketing);
        keep.Parameters.AddWithValue("$at", at.ToUnixTimeMilliseconds());
        keep.ExecuteNonQuery();
        if (!consent.Loyalty || !consent.Marketing) LowerOthers(database, consent);
    }

    // The customer's last word counts, whichever of their phones it came from: none of their other receipts grants more, now or when that phone comes back.
    private static void LowerOthers(SqliteConnection database, ConsentData consent)
    {
        using var lower = database.CreateCommand();
        lower.CommandText = "UPDATE portal_session SET loyalty = loyalty AND $loyalty, marketing = marketing AND $marketing WHERE subject = $subject AND receipt <> $receipt";
        lower.Parameters.AddWithValue("$receipt", consent.ReceiptId);
        lower.Parameters.AddWithValue("$subject", consent.Subject);
        lower.Parameters.AddWithValue("$loyalty", consent.Loyalty);
        lower.Parameters.AddWithValue("$marketing", consent.Marketing);
        lower.ExecuteNonQuery();
    }

    // "Stop" takes the consent to personal offers with it, so that a later receipt about something else never grants it again.
    private static void StopOffers(SqliteConnection database, string subject)
    {
        using var stop = database.CreateCommand();
        stop.CommandText = "UPDATE portal_session SET marketing = 0 WHERE subject = $subject";
        stop.Parameters.AddWithValue("$subject", subject);
        stop.ExecuteNonQuery();
    }

    private static void SetProven(SqliteConnection database, string receipt)
    {
        using var set = database.CreateCommand();
        set.CommandText = "UPDATE portal_session SET proven = 1 WHERE receipt = $receipt";
        set.Parameters.AddWithValue("$receipt", receipt);
        set.ExecuteNonQuery();
    }

    private static void SetOver(SqliteConnection database, string visit, bool over)
    {
        using var set = database.CreateCommand();
        set.CommandText = "UPDATE portal_session SET over = $over WHERE visit = $visit AND over <> $over";
        set.Parameters.AddWithValue("$visit", visit);
        set.Parameters.AddWithValue("$over", over);
        set.ExecuteNonQuery();
    }

    private PortalSession? Read(SqliteConnection database, string where, object wanted, DateTimeOffset now)
    {
        using var find = database.CreateCommand();
        find.CommandText = "SELECT receipt, visit, subject, language, text_version, terms, loyalty, marketing, accepted_ms, over, proven FROM portal_session WHERE " + where;
        find.Parameters.AddWithValue("$key", wanted);
        using var row = find.ExecuteReader();
        if (!row.Read()) return null;
        var accepted = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8));
        // A stamp from the future: the machine had been given a wrong time for the right one.
        if ((now - accepted).Duration() > lifetime) return null;
        return new(
            row.GetString(0), new(row.GetString(1)), new(row.GetString(2)), row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetBoolean(6), row.GetBoolean(7),
            accepted, row.GetBoolean(9), row.GetBoolean(10));
    }
}

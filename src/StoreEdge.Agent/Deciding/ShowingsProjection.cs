using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>
/// What was shown to whom, as caps count it: a decision reserves, the display's acknowledgement commits, an end without one releases. The phone's page
/// works without script and cannot acknowledge, so there the decision itself counts.
/// </summary>
internal sealed class ShowingsProjection : IProjection
{
    public string Name => "showings";

    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE showing(decision TEXT NOT NULL, offer TEXT NOT NULL, subject TEXT, household TEXT, visit TEXT, display TEXT, shown_ms INTEGER NOT NULL,
            showing TEXT, rendered_ms INTEGER, ended INTEGER NOT NULL, PRIMARY KEY(decision, offer)) WITHOUT ROWID, STRICT;
        CREATE INDEX showing_subject ON showing(subject, shown_ms);
        CREATE INDEX showing_household ON showing(household, shown_ms);
        CREATE INDEX showing_time ON showing(shown_ms);
        CREATE INDEX showing_display ON showing(display, shown_ms);
        CREATE TABLE shown(offer TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID, STRICT;
        CREATE TABLE present(visit TEXT PRIMARY KEY, subject TEXT NOT NULL, zone TEXT NOT NULL, test INTEGER NOT NULL) WITHOUT ROWID, STRICT;
        """,
        // Of a visit that began before this was kept, the least is claimed.
        """
        ALTER TABLE present ADD COLUMN assurance TEXT NOT NULL DEFAULT 'low';
        """,
        // A stamp that is no later than the truth, until the time of that boot is known: then both are cleared.
        """
        ALTER TABLE showing ADD COLUMN boot INTEGER;
        ALTER TABLE showing ADD COLUMN mono_ms INTEGER;
        CREATE INDEX showing_unsettled ON showing(boot) WHERE boot IS NOT NULL;
        """,
        // What caps count by, as it was then: a later edition of the bundle may not have the offer any more.
        """
        ALTER TABLE showing ADD COLUMN class TEXT;
        ALTER TABLE showing ADD COLUMN supplier TEXT;
        """,
    ];

    public IReadOnlyList<PersonalTable> Personal { get; } = [new("showing", ["subject", "household"], ["visit"]), new("present", ["subject"], ["visit"])];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        switch (committed.Data)
        {
            case ArrivalData arrival:
                if (committed.IsTimeKnown) Settle(database, committed);
                Run(database, "INSERT OR REPLACE INTO present VALUES($visit, $subject, $zone, $test, $assurance)",
                    ("$visit", arrival.VisitId), ("$subject", arrival.Subject), ("$zone", arrival.Zone), ("$test", arrival.Test ? 1L : 0L), ("$assurance", arrival.Assurance));
                break;
            case ZoneData zone:
                Run(database, "UPDATE present SET zone = $zone, assurance = $assurance WHERE visit = $visit", ("$zone", zone.Zone), ("$assurance", zone.Assurance), ("$visit", zone.VisitId));
                break;
            case DwellData dwell:
                Assure(database, dwell.VisitId, dwell.Assurance);
                break;
            case ConsentData consent:
                Assure(database, consent.VisitId, consent.Assurance);
                break;
            case DepartureData departure:
                Run(database, "DELETE FROM present WHERE visit = $visit", ("$visit", departure.VisitId));
                Run(database, "DELETE FROM showing WHERE shown_ms < $before AND ended = 1 AND (boot IS NULL OR NOT $known)",
                    ("$before", (committed.AtLeast - Cap.LongestWindow).ToUnixTimeMilliseconds()), ("$known", committed.IsTimeKnown));
                if (new Pseudonym(departure.Subject).IsAnonymous)
                    Run(database, "UPDATE showing SET subject = NULL, household = NULL, visit = NULL WHERE subject = $subject", ("$subject", departure.Subject));
                break;
            case DecisionData decision:
                Reserve(database, decision, committed);
                break;
            case ClockSynchronizedData:
                Settle(database, committed);
                break;
            case RenderedData rendered:
                Commit(database, rendered, committed.Time);
                break;
            case ProofOfPlayData proof:
                Run(database, proof.RenderedAt is null
                    ? "DELETE FROM showing WHERE decision = $decision AND offer = $offer"
                    : "UPDATE showing SET ended = 1 WHERE decision = $decision AND offer = $offer", ("$decision", proof.DecisionId), ("$offer", proof.OfferId));
                break;
        }
    }

    /// <summary>What was shown to somebody still counts for their caps under their new name.</summary>
    public void Carry(SqliteConnection database, NameChange change)
    {
        foreach (var column in (ReadOnlySpan<string>)["subject", "household"])
            foreach (var (former, present) in PreferencesProjection.Names(database, $"SELECT DISTINCT {column} FROM showing WHERE {column} IS NOT NULL", change))
                Run(database, $"UPDATE showing SET {column} = $present WHERE {column} = $former", ("$present", present), ("$former", former));
    }

    /// <summary>
    /// The time is known: what was shown earlier in this boot gets its right time, and what was shown in a boot that never knew the time counts from the end of that boot, which
    /// was no later than the beginning of this one.
    /// </summary>
    private static void Settle(SqliteConnection database, CommittedEvent committed)
    {
        Run(database,
            "UPDATE showing SET shown_ms = iif(boot = $boot, $right + mono_ms - $mono, max(shown_ms, $right - $mono)), boot = NULL, mono_ms = NULL WHERE boot IS NOT NULL",
            ("$boot", committed.Boot), ("$right", committed.Time.ToUnixTimeMilliseconds()), ("$mono", committed.At.Milliseconds));
    }

    private static void Reserve(SqliteConnection database, DecisionData decision, CommittedEvent committed)
    {
        var onPhone = decision.Display is null;
        if (decision is { Subject: { } subject, Household: { } known })
        {
            // The household became known after the first showings: they count for it too.
            Run(database, "UPDATE showing SET household = $household WHERE subject = $subject AND household IS NULL", ("$household", known), ("$subject", subject));
        }

        foreach (var (offer, i) in decision.Offers.Select((o, i) => (o, i)))
        {
            var kind = (decision as TracedDecision)?.Kinds[i];
            // A technician's test visit is left out of the caps by leaving its subject out of the row.
            Run(database,
                """
                INSERT OR IGNORE INTO showing
                SELECT $decision, $offer, iif(test, NULL, $subject), iif(test, NULL, $household), $visit, $display, $ms, NULL, iif($phone, $ms, NULL), $phone, $boot, $mono, $class, $supplier
                FROM (SELECT coalesce((SELECT test FROM present WHERE visit = $visit), 0) AS test)
                """,
                ("$decision", decision.DecisionId), ("$offer", offer), ("$subject", decision.Subject), ("$household", decision.Household), ("$visit", decision.VisitId),
                ("$display", decision.Display), ("$ms", committed.AtLeast.ToUnixTimeMilliseconds()), ("$phone", onPhone ? 1L : 0L),
                ("$boot", committed.IsTimeKnown ? null : committed.Boot), ("$mono", committed.IsTimeKnown ? null : committed.At.Milliseconds),
                ("$class", kind?.Class.ToString()), ("$supplier", kind?.Supplier?.Value));
        }
    }

    /// <summary>Somebody goes on under another name: what they were shown counts for them there.</summary>
    public static void Rename(SqliteConnection database, Pseudonym former, Pseudonym present) =>
        Run(database, "UPDATE showing SET subject = $present WHERE subject = $former", ("$present", present.Value), ("$former", former.Value));

    private static void Assure(SqliteConnection database, string visit, string assurance) =>
        Run(database, "UPDATE present SET assurance = $assurance WHERE visit = $visit", ("$assurance", assurance), ("$visit", visit));

    private static void Commit(SqliteConnection database, RenderedData rendered, DateTimeOffset at)
    {
        Run(database, "UPDATE showing SET rendered_ms = $ms, showing = $showing WHERE decision = $decision AND offer = $offer",
            ("$showing", rendered.ShowingId), ("$decision", rendered.DecisionId), ("$offer", rendered.OfferId), ("$ms", at.ToUnixTimeMilliseconds()));
    }

    private static void Run(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        PreferencesProjection.Run(database, sql, parameters);
}

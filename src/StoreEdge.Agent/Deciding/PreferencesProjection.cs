using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Deciding;

/// <summary>
/// What customers said (stop, never, not now, want, a gift, consents), written in the transaction of the very event: once the phone shows that it was taken, a
/// power cut cannot undo it. Of somebody who is nobody beyond the visit, nothing outlives the visit.
/// </summary>
internal sealed class PreferencesProjection : IProjection
{
    /// <summary>Offers that a customer wanted, and may look at later.</summary>
    public const int MostWants = 20;

    /// <summary>The kind of word that says of one offer that it was for somebody else: whoever wants it again does not want it for themselves.</summary>
    public const string GiftOffer = "gift-offer";

    private static readonly string[] AboutAnOffer = ["want", "not-now", "never"];

    public string Name => "preferences";

    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE preference(subject TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, visit TEXT NOT NULL, value INTEGER NOT NULL,
            PRIMARY KEY(subject, kind, target)) WITHOUT ROWID, STRICT;
        CREATE TABLE vote(day TEXT NOT NULL, subject TEXT NOT NULL, offer TEXT NOT NULL, choice TEXT NOT NULL, PRIMARY KEY(day, subject, offer)) WITHOUT ROWID, STRICT;
        CREATE TABLE tally(offer TEXT NOT NULL, choice TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY(offer, choice)) WITHOUT ROWID, STRICT;
        """,
        // Which of two words of one customer is the later, when they stand under two names; and which generations of names have been carried over.
        """
        ALTER TABLE preference ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE carried(key_id INTEGER PRIMARY KEY) STRICT;
        """,
        // A sum over the checksums of all words, kept by the database itself: a word that a failing disk has changed or lost is noticed, though nothing else is wrong. And since which event
        // only is to be believed who consents, once words have been lost.
        """
        CREATE TABLE words(id INTEGER PRIMARY KEY CHECK(id = 1), rows INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT;
        INSERT INTO words SELECT 1, count(*), coalesce(sum(row_checksum(subject, kind, target, visit, value, seq)), 0) FROM preference;
        CREATE TRIGGER preference_added AFTER INSERT ON preference BEGIN
            UPDATE words SET rows = rows + 1, checksum = checksum + row_checksum(NEW.subject, NEW.kind, NEW.target, NEW.visit, NEW.value, NEW.seq);
        END;
        CREATE TRIGGER preference_removed AFTER DELETE ON preference BEGIN
            UPDATE words SET rows = rows - 1, checksum = checksum - row_checksum(OLD.subject, OLD.kind, OLD.target, OLD.visit, OLD.value, OLD.seq);
        END;
        CREATE TRIGGER preference_changed AFTER UPDATE ON preference BEGIN
            UPDATE words SET checksum = checksum + row_checksum(NEW.subject, NEW.kind, NEW.target, NEW.visit, NEW.value, NEW.seq)
                - row_checksum(OLD.subject, OLD.kind, OLD.target, OLD.visit, OLD.value, OLD.seq);
        END;
        CREATE TABLE doubt(id INTEGER PRIMARY KEY CHECK(id = 1), since_seq INTEGER NOT NULL) STRICT;
        """,
    ];

    public IReadOnlyList<PersonalTable> Personal { get; } = [new("preference", ["subject"], ["visit"])];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        switch (committed.Data)
        {
            case ChoiceData { Choice: "stop" } stop:
                Set(database, stop.Subject, "stop", "", stop.VisitId, true, committed.Seq);
                break;
            case ChoiceData { Choice: "again", OfferId: null } again:
                // As the receipt on their page says: "stop" took the consent to personal offers with it, and only a new receipt grants it.
                Set(database, again.Subject, "stop", "", again.VisitId, false, committed.Seq);
                Set(database, again.Subject, "marketing", "", again.VisitId, false, committed.Seq);
                break;
            case ChoiceData { Choice: "never-supplier" or "never-demand", Target: { } target } never:
                Set(database, never.Subject, never.Choice, target, never.VisitId, true, committed.Seq);
                break;
            case ChoiceData { Choice: "again-supplier" or "again-demand", Target: { } target } again:
                Set(database, again.Subject, "never" + again.Choice["again".Length..], target, again.VisitId, false, committed.Seq);
                break;
            case ChoiceData { Choice: "else" }:
                break;
            case ChoiceData { OfferId: { } offer } choice:
                foreach (var kind in AboutAnOffer) SetLast(database, choice, kind, offer, committed.Seq);
                if (choice.Choice == "want") ForgetOldWants(database, choice.Subject);
                break;
            case GiftMarkedData gift:
                Set(database, gift.Subject, "gift", gift.Demand, gift.VisitId, gift.Gift, committed.Seq);
                if (gift.OfferId is { } given) Set(database, gift.Subject, GiftOffer, given, gift.VisitId, gift.Gift, committed.Seq);
                break;
            case ConsentData consent:
                Set(database, consent.Subject, "loyalty", "", consent.VisitId, consent.Loyalty, committed.Seq);
                Set(database, consent.Subject, "marketing", "", consent.VisitId, consent.Marketing, committed.Seq);
                // Whoever ticks the box for personal offers after a stop has changed their mind, and said so.
                if (consent.Marketing) Set(database, consent.Subject, "stop", "", consent.VisitId, false, committed.Seq);
                break;
            case DepartureData departure:
                Run(database, "DELETE FROM preference WHERE subject = $subject AND kind = 'not-now' AND visit = $visit", ("$subject", departure.Subject), ("$visit", departure.VisitId));
                if (new Pseudonym(departure.Subject).IsAnonymous) Forget(database, departure.Subject);
                break;
        }
    }

    /// <summary>
    /// A customer's word outlives their pseudonym. Where it stands under both names the later word counts, as it does within one. What is left of a generation that was carried
    /// over goes with its key: nobody could tell any more whose it is.
    /// </summary>
    public void Carry(SqliteConnection database, NameChange change)
    {
        foreach (var (former, present) in Names(database, "SELECT DISTINCT subject FROM preference", change))
        {
            Run(database,
                """
                INSERT INTO preference SELECT $present, kind, target, visit, value, seq FROM preference WHERE subject = $former AND kind <> 'not-now'
                    ON CONFLICT DO UPDATE SET visit = excluded.visit, value = excluded.value, seq = excluded.seq WHERE excluded.seq > preference.seq
                """, ("$present", present), ("$former", former));
            Run(database, "DELETE FROM preference WHERE subject = $former AND kind <> 'not-now'", ("$former", former));
        }

        foreach (var key in change.Former) Run(database, "INSERT OR IGNORE INTO carried VALUES($key)", ("$key", (long)key));
        foreach (var key in Carried(database).Except(change.Held))
        {
            Run(database, "DELETE FROM preference WHERE subject LIKE 'k' || $key || '-%'", ("$key", (long)key));
            Run(database, "DELETE FROM carried WHERE key_id = $key", ("$key", (long)key));
        }
    }

    public bool IsSound(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT (SELECT (rows, checksum) = (count(*), coalesce(sum(row_checksum(subject, kind, target, visit, value, seq)), 0)) FROM preference) FROM words";
        return command.ExecuteScalar() is 1L;
    }

    /// <summary>
    /// Words of a former journal are earlier than all that this one will hear. Unless the sum proves that none is missing or changed, nobody is believed to allow anything until they say so
    /// again: whose word was lost cannot be known.
    /// </summary>
    public bool Inherit(SqliteConnection database, Inheritance from)
    {
        var whole = !from.IsStale && !from.Incomplete.Overlaps(["preference", "words", "doubt"]) && IsSound(database);
        Run(database, "UPDATE preference SET seq = max(min(seq, $last), -$furthest) - $last - 1", ("$last", from.LastSeq), ("$furthest", 1L << 50));
        Run(database, "UPDATE doubt SET since_seq = since_seq - $last - 1", ("$last", from.LastSeq));
        if (!whole) Run(database, "INSERT OR REPLACE INTO doubt VALUES(1, 0)");
        Run(database, "INSERT OR REPLACE INTO words SELECT 1, count(*), coalesce(sum(row_checksum(subject, kind, target, visit, value, seq)), 0) FROM preference");
        return whole;
    }

    /// <summary>A refusal may have been among them.</summary>
    public void Miss(SqliteConnection database, long seq) => Run(database, "INSERT OR REPLACE INTO doubt VALUES(1, $seq)", ("$seq", seq));

    /// <summary>The event since which alone a consent is believed; null where no word is in doubt.</summary>
    public static long? DoubtedUpTo(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT since_seq FROM doubt";
        return command.ExecuteScalar() as long?;
    }

    /// <summary>Believes again what is written: an operator takes it upon themselves.</summary>
    public static void EndDoubt(SqliteConnection database) => Run(database, "DELETE FROM doubt");

    /// <summary>How many words of customers stand under a generation whose key is not held, and were never carried over; for <see cref="JournalStore.Query{T}"/>.</summary>
    public static int CountLost(SqliteConnection database, IReadOnlyList<int> held)
    {
        var known = Carried(database).Concat(held).Select(k => $"k{k}-").ToHashSet(StringComparer.Ordinal);
        using var command = database.CreateCommand();
        command.CommandText = "SELECT substr(subject, 1, instr(subject, '-')), count(*) FROM preference WHERE subject LIKE 'k%' GROUP BY 1";
        using var rows = command.ExecuteReader();
        var lost = 0;
        while (rows.Read()) lost += known.Contains(rows.GetString(0)) ? 0 : rows.GetInt32(1);
        return lost;
    }

    /// <summary>The former names that a table holds, with their successors.</summary>
    internal static IReadOnlyList<(string Former, string Present)> Names(SqliteConnection database, string select, NameChange change)
    {
        using var command = database.CreateCommand();
        command.CommandText = select;
        using var rows = command.ExecuteReader();
        List<(string, string)> names = [];
        while (rows.Read())
            if (change.Successors.TryGetValue(rows.GetString(0), out var present)) names.Add((rows.GetString(0), present));
        return names;
    }

    private static List<int> Carried(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT key_id FROM carried";
        using var rows = command.ExecuteReader();
        List<int> keys = [];
        while (rows.Read()) keys.Add(rows.GetInt32(0));
        return keys;
    }

    private static void Set(SqliteConnection database, string subject, string kind, string target, string visit, bool value, long seq) => Run(
        database,
        "INSERT INTO preference VALUES($subject, $kind, $target, $visit, $value, $seq) ON CONFLICT DO UPDATE SET visit = excluded.visit, value = excluded.value, seq = excluded.seq",
        ("$subject", subject), ("$kind", kind), ("$target", target), ("$visit", visit), ("$value", value ? 1L : 0L), ("$seq", seq));

    /// <summary>The last word about an offer counts; "again" leaves none in force, whichever it was and under whichever of the customer's names it stands.</summary>
    private static void SetLast(SqliteConnection database, ChoiceData choice, string kind, string offer, long seq)
    {
        if (kind == choice.Choice || choice.Choice == "again") Set(database, choice.Subject, kind, offer, choice.VisitId, kind == choice.Choice, seq);
        else
            Run(database, "UPDATE preference SET value = 0, seq = $seq WHERE subject = $subject AND kind = $kind AND target = $offer",
                ("$seq", seq), ("$subject", choice.Subject), ("$kind", kind), ("$offer", offer));
    }

    /// <summary>What somebody wanted long ago says little about them: it is kept so that they can look at it and say that it was a gift.</summary>
    private static void ForgetOldWants(SqliteConnection database, string subject) => Run(
        database,
        """
        DELETE FROM preference WHERE subject = $subject AND kind = 'want'
            AND seq <= (SELECT seq FROM preference WHERE subject = $subject AND kind = 'want' ORDER BY seq DESC LIMIT 1 OFFSET $most)
        """,
        ("$subject", subject), ("$most", (long)MostWants));

    private static void Forget(SqliteConnection database, string subject) => Run(database, "DELETE FROM preference WHERE subject = $subject", ("$subject", subject));

    internal static void Run(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}

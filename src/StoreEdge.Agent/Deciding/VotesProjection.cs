using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>
/// The store's own part of the collective index: how often each offer was shown and what people said to it, aged. One vote per person, offer and day, and only about something that was
/// really shown to that person. Votes age by days on which anything was counted here, one at a time, wherever the clock may jump (decision 11). The day is the store's own, which turns while it is closed. Reads what <see cref="ShowingsProjection"/>
/// and <see cref="PreferencesProjection"/> have written of the same events, so it comes after them.
/// </summary>
/// <param name="zone">Where the store is.</param>
internal sealed class VotesProjection(TimeZoneInfo zone) : IProjection
{
    public string Name => "votes";

    public IReadOnlyList<string> Migrations { get; } =
    [
        // What was counted before said not who had voted: it is kept as that of guests.
        """
        CREATE TABLE opinion(offer TEXT NOT NULL, guests INTEGER NOT NULL, day INTEGER NOT NULL, shown REAL NOT NULL, wanted REAL NOT NULL, refused REAL NOT NULL, postponed REAL NOT NULL,
            PRIMARY KEY(offer, guests)) WITHOUT ROWID, STRICT;
        CREATE TABLE store_day(id INTEGER PRIMARY KEY CHECK(id = 1), day INTEGER NOT NULL, date TEXT NOT NULL) STRICT;
        INSERT INTO store_day VALUES(1, 0, '');
        INSERT INTO opinion SELECT offer, 1, 0, times, coalesce((SELECT t.times FROM tally t WHERE t.offer = shown.offer AND t.choice = 'want'), 0),
            coalesce((SELECT t.times FROM tally t WHERE t.offer = shown.offer AND t.choice = 'never'), 0), coalesce((SELECT t.times FROM tally t WHERE t.offer = shown.offer AND t.choice = 'not-now'), 0)
            FROM shown;
        DROP TABLE tally;
        DROP TABLE shown;
        ALTER TABLE vote ADD COLUMN guests INTEGER NOT NULL DEFAULT 1;
        """,
    ];

    /// <summary>Of a vote only the person's part goes: how often an offer was wanted names nobody.</summary>
    public IReadOnlyList<PersonalTable> Personal => PersonalTables;

    /// <summary>The same, for who does not know where the store is.</summary>
    public static IReadOnlyList<PersonalTable> PersonalTables { get; } = [new("vote", ["subject"], [])];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        switch (committed.Data)
        {
            case DecisionData { Display: null, VisitId: { } visit } decision:
                // The phone's page works without script and cannot acknowledge, so there the decision itself counts.
                if (IsGuest(database, decision.Subject, visit) is { } who)
                    foreach (var offer in decision.Offers) Add(database, offer, who, Today(database, committed), new(1, 0, 0));
                break;
            case RenderedData { VisitId: { } visit } rendered:
                if (IsGuest(database, SubjectOf(database, rendered), visit) is { } viewer) Add(database, rendered.OfferId, viewer, Today(database, committed), new(Tally.OnAScreen, 0, 0));
                break;
            case ChoiceData { OfferId: { } offer } choice:
                Vote(database, choice, offer, Today(database, committed));
                break;
            case ScreenChoiceData said:
                // The whole crowd before a display is one guest: whoever taps all day long has one vote for an offer.
                Replace(database, "display:" + said.Display, said.OfferId, said.Choice, guests: true, Today(database, committed));
                break;
            case GiftMarkedData { Gift: true, OfferId: { } offer } gift:
                Replace(database, gift.Subject, offer, "gift", null, Today(database, committed));
                break;
            case DepartureData departure when new Pseudonym(departure.Subject).IsAnonymous:
                Run(database, "DELETE FROM vote WHERE subject = $subject", ("$subject", departure.Subject));
                break;
        }
    }

    /// <summary>One vote a day and person: where there is one under both names, that under the new name is the later.</summary>
    public void Carry(SqliteConnection database, NameChange change)
    {
        var (today, _) = ReadToday(database);
        foreach (var (former, present) in PreferencesProjection.Names(database, "SELECT DISTINCT subject FROM vote", change))
        {
            foreach (var (offer, choice, guests) in Twice(database, former, present)) Add(database, offer, guests, today, One(choice) * -1);
            Run(database, "UPDATE OR IGNORE vote SET subject = $present WHERE subject = $former", ("$present", present), ("$former", former));
            Run(database, "DELETE FROM vote WHERE subject = $former", ("$former", former));
        }

        var held = string.Join(" AND ", change.Held.Select(k => string.Create(CultureInfo.InvariantCulture, $"subject NOT LIKE 'k{k}-%'")));
        if (held.Length > 0) Run(database, $"DELETE FROM vote WHERE subject LIKE 'k%' AND {held}");
    }

    /// <summary>What was counted about every offer, as old as it is today; for <see cref="JournalStore.Query{T}"/>.</summary>
    public static IReadOnlyDictionary<OfferId, StoreVotes> Read(SqliteConnection database)
    {
        var (today, _) = ReadToday(database);
        using var command = Command(database, "SELECT offer, guests, day, shown, wanted, refused, postponed FROM opinion");
        using var rows = command.ExecuteReader();
        var counts = new Dictionary<OfferId, StoreVotes>();
        while (rows.Read())
        {
            var offer = new OfferId(rows.GetString(0));
            var tally = new Tally(rows.GetDouble(3), rows.GetDouble(4), rows.GetDouble(5), rows.GetDouble(6)).Aged(today - rows.GetInt64(2));
            var known = counts.GetValueOrDefault(offer);
            counts[offer] = rows.GetBoolean(1) ? known with { Guests = tally } : known with { Customers = tally };
        }

        return counts;
    }

    /// <summary>Who was never shown it has no vote: a page that somebody else was sent, a form that was made up, a display that stayed dark.</summary>
    private static void Vote(SqliteConnection database, ChoiceData choice, string offer, long today)
    {
        using var seen = Command(
            database,
            choice.DecisionId is null
                ? "SELECT display IS NOT NULL FROM showing WHERE subject = $subject AND offer = $offer AND rendered_ms IS NOT NULL ORDER BY shown_ms DESC LIMIT 1"
                : "SELECT display IS NOT NULL FROM showing WHERE decision = $decision AND offer = $offer AND rendered_ms IS NOT NULL AND subject IS NOT NULL AND (subject = $subject OR visit = $visit)",
            ("$decision", choice.DecisionId), ("$offer", offer), ("$subject", choice.Subject), ("$visit", choice.VisitId));
        // What was said can be taken back wherever it is not shown any more.
        var onScreen = seen.ExecuteScalar() as long?;
        if (onScreen is null && choice.Choice != "again") return;
        var said = choice.Choice == "want" && IsGift(database, choice.Subject, offer) ? "gift" : choice.Choice;
        var guests = IsGuest(choice.Subject, choice.Assurance);
        if (Replace(database, choice.Subject, offer, said, guests, today) && onScreen == 1) Add(database, offer, guests, today, new(1 - Tally.OnAScreen, 0, 0));
    }

    /// <summary>The last word of the day counts. What counts for nothing (<c>again</c>, a gift) is remembered too, so that coming back to it is no second vote.</summary>
    /// <param name="database">The journal's.</param>
    /// <param name="subject">Whose vote.</param>
    /// <param name="offer">About what.</param>
    /// <param name="choice">What they say now.</param>
    /// <param name="guests">Among whom it counts; null changes only a want that is there.</param>
    /// <param name="today">The store's day.</param>
    /// <returns>Whether it is their first of the day.</returns>
    private static bool Replace(SqliteConnection database, string subject, string offer, string choice, bool? guests, long today)
    {
        using (var command = Command(database, "SELECT choice, guests FROM vote WHERE subject = $subject AND offer = $offer", ("$subject", subject), ("$offer", offer)))
        using (var rows = command.ExecuteReader())
        {
            if (rows.Read())
            {
                var (former, among) = (rows.GetString(0), rows.GetBoolean(1));
                rows.Close();
                if (guests is null && former != "want") return false;
                Add(database, offer, among, today, One(former) * -1);
                Add(database, offer, guests ?? among, today, One(choice));
                Run(database, "UPDATE vote SET choice = $choice, guests = $guests WHERE subject = $subject AND offer = $offer",
                    ("$choice", choice), ("$guests", guests ?? among ? 1L : 0L), ("$subject", subject), ("$offer", offer));
                return false;
            }
        }

        if (guests is not { } counted || choice == "again") return false;
        Add(database, offer, counted, today, One(choice));
        Run(database, "INSERT INTO vote SELECT date, $subject, $offer, $choice, $guests FROM store_day", ("$subject", subject), ("$offer", offer), ("$choice", choice), ("$guests", counted ? 1L : 0L));
        return true;
    }

    private static Tally One(string choice) => choice switch { "want" => new(0, 1, 0), "never" => new(0, 0, 1), "not-now" => new(0, 0, 0, 1), _ => default };

    private static bool IsGift(SqliteConnection database, string subject, string offer)
    {
        using var command = Command(
            database, $"SELECT value FROM preference WHERE subject = $subject AND kind = '{PreferencesProjection.GiftOffer}' AND target = $offer", ("$subject", subject), ("$offer", offer));
        return command.ExecuteScalar() is 1L;
    }

    /// <summary>Whether somebody is counted among the guests; null for a technician's test, and for who is not here.</summary>
    private static bool? IsGuest(SqliteConnection database, string? subject, string visit)
    {
        using var command = Command(database, "SELECT assurance FROM present WHERE visit = $visit AND test = 0", ("$visit", visit));
        return subject is not null && command.ExecuteScalar() is string assurance ? IsGuest(subject, assurance) : null;
    }

    /// <summary>An id that never changes can be copied as often as somebody likes, as an anonymous phone can.</summary>
    private static bool IsGuest(string subject, string assurance) => new Pseudonym(subject).IsAnonymous || assurance == "low";

    private static string? SubjectOf(SqliteConnection database, RenderedData rendered)
    {
        using var command = Command(database, "SELECT subject FROM showing WHERE decision = $decision AND offer = $offer", ("$decision", rendered.DecisionId), ("$offer", rendered.OfferId));
        return command.ExecuteScalar() as string;
    }

    private static List<(string Offer, string Choice, bool Guests)> Twice(SqliteConnection database, string former, string present)
    {
        using var command = Command(
            database, "SELECT a.offer, a.choice, a.guests FROM vote a JOIN vote b ON b.offer = a.offer AND b.day = a.day AND b.subject = $present WHERE a.subject = $former",
            ("$present", present), ("$former", former));
        using var rows = command.ExecuteReader();
        List<(string, string, bool)> twice = [];
        while (rows.Read()) twice.Add((rows.GetString(0), rows.GetString(1), rows.GetBoolean(2)));
        return twice;
    }

    /// <summary>
    /// The number of the store's day. Another date is the next day, however far it is, so that a clock that jumps by a year, or a shop that was closed, ages votes by one day; an earlier
    /// one only where the time is known, because otherwise it is the floor of a machine that lost it. Days used to be named after
    /// the date at Greenwich: one that still is, ahead of the store's, goes on.
    /// </summary>
    private long Today(SqliteConnection database, CommittedEvent committed)
    {
        var (day, date) = ReadToday(database);
        var now = DateOf(TimeZoneInfo.ConvertTime(committed.AtLeast, zone).DateTime);
        var order = string.CompareOrdinal(now, date);
        if (order == 0 || (order < 0 && (!committed.IsTimeKnown || date == DateOf(committed.AtLeast.UtcDateTime)))) return day;
        Run(database, "UPDATE store_day SET day = $day, date = $date", ("$day", day + 1), ("$date", now));
        Run(database, "DELETE FROM vote");
        // After twenty half-lives a million votes are one.
        Run(database, "DELETE FROM opinion WHERE day < $day", ("$day", day - 20L * Tally.HalfLife));
        return day + 1;
    }

    private static string DateOf(DateTime moment) => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static (long Day, string Date) ReadToday(SqliteConnection database)
    {
        using var command = Command(database, "SELECT day, date FROM store_day");
        using var rows = command.ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), rows.GetString(1)) : (0, "");
    }

    private static void Add(SqliteConnection database, string offer, bool guests, long today, Tally said)
    {
        if (said == default) return;
        using (var command = Command(database, "SELECT day, shown, wanted, refused, postponed FROM opinion WHERE offer = $offer AND guests = $guests", ("$offer", offer), ("$guests", guests ? 1L : 0L)))
        using (var rows = command.ExecuteReader())
            if (rows.Read()) said += new Tally(rows.GetDouble(1), rows.GetDouble(2), rows.GetDouble(3), rows.GetDouble(4)).Aged(today - rows.GetInt64(0));

        // What was taken back has not aged, but the sum may be a rounding below nothing.
        Run(database, "INSERT OR REPLACE INTO opinion VALUES($offer, $guests, $day, max($shown, 0.0), max($wanted, 0.0), max($refused, 0.0), max($postponed, 0.0))",
            ("$offer", offer), ("$guests", guests ? 1L : 0L), ("$day", today), ("$shown", said.Shown), ("$wanted", said.Wanted), ("$refused", said.Refused), ("$postponed", said.Postponed));
    }

    private static SqliteCommand Command(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private static void Run(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => PreferencesProjection.Run(database, sql, parameters);
}

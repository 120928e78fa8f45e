using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Outbox;

/// <summary>An event that was refused for good. Its number is declared to central as a gap; the event itself is kept until it is sent again and taken.</summary>
/// <param name="Epoch">The journal it belongs to: the present one or a former one.</param>
/// <param name="Event">The event, whole.</param>
/// <param name="Reason">A stable word: one of <see cref="Core.Telling.RefusalRule.Name"/>, or <see cref="ByCentral"/>.</param>
/// <param name="Text">Why, in a sentence.</param>
/// <param name="Age">When, as the journal's age.</param>
internal sealed record DeadLetter(Guid Epoch, StoredEvent Event, string Reason, string Text, TimeSpan Age)
{
    /// <summary>Central itself refused it, by command; only a command sends it again.</summary>
    public const string ByCentral = "central";

    private const string Columns = "epoch, seq, type, data, time_us, recorded_us, boot_id, mono_ms, time_quality, reason, text, age_s";

    /// <summary>Those of a run, oldest first.</summary>
    public static IReadOnlyList<DeadLetter> Read(SqliteConnection database, Guid epoch, long first, long last, int limit)
    {
        using var select = new Statement(database, $"SELECT {Columns} FROM dead_letter WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?");
        return Rows(select.Bind(1, epoch.ToString()).Bind(2, first).Bind(3, last).Bind(4, limit));
    }

    /// <summary>The first of them by epoch and number, without what stands in them: for who looks, and may not see whom they are about.</summary>
    public static IReadOnlyList<(Guid Epoch, long Seq, string Type, string Reason)> List(SqliteConnection database, int most)
    {
        var found = new List<(Guid, long, string, string)>();
        using var select = new Statement(database, "SELECT epoch, seq, type, reason FROM dead_letter ORDER BY epoch, seq LIMIT ?");
        select.Bind(1, most);
        while (select.Step()) found.Add((Guid.Parse(select.Text(0), CultureInfo.InvariantCulture), select.Number(1), select.Text(2), select.Text(3)));
        select.Reset();
        return found;
    }

    /// <summary>All of them, by epoch and number; none in a journal of before they were kept.</summary>
    public static IReadOnlyList<DeadLetter> ReadAll(SqliteConnection database)
    {
        using var exists = new Statement(database, "SELECT count(*) FROM sqlite_master WHERE name = 'dead_letter'");
        if (exists.RunNumber() == 0) return [];
        using var select = new Statement(database, $"SELECT {Columns} FROM dead_letter ORDER BY epoch, seq");
        return Rows(select);
    }

    /// <summary>Writes it down; a second refusal of the same event changes the reason only.</summary>
    /// <returns>Whether it is new, and so has to be declared.</returns>
    public bool Insert(SqliteConnection database)
    {
        using var insert = new Statement(database, $"INSERT INTO dead_letter ({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1");
        var isNew = insert.Bind(1, Epoch.ToString()).Bind(2, Event.Seq).Bind(3, Event.Type).Bind(4, Event.Data.Span).Bind(5, JournalTransaction.ToMicroseconds(Event.Time))
            .Bind(6, JournalTransaction.ToMicroseconds(Event.RecordedTime)).Bind(7, Event.BootId).Bind(8, Event.MonotonicMilliseconds).Bind(9, Event.TimeQuality)
            .Bind(10, Reason).Bind(11, Text).Bind(12, (long)Age.TotalSeconds).RunNumber() == 1;
        if (isNew) return true;
        using var update = new Statement(database, "UPDATE dead_letter SET reason = ?, text = ?, age_s = ? WHERE epoch = ? AND seq = ?");
        update.Bind(1, Reason).Bind(2, Text).Bind(3, (long)Age.TotalSeconds).Bind(4, Epoch.ToString()).Bind(5, Event.Seq).Run();
        return false;
    }

    /// <summary>Takes one off the list. One of the present journal goes back among its events, so that it can be replayed until retention deletes it like any other.</summary>
    public static void Release(SqliteConnection database, Guid epoch, long seq, bool isPresentEpoch)
    {
        if (isPresentEpoch)
        {
            using var boot = new Statement(database, "INSERT INTO boot (boot_id) SELECT boot_id FROM dead_letter WHERE epoch = ? AND seq = ? ON CONFLICT DO NOTHING");
            boot.Bind(1, epoch.ToString()).Bind(2, seq).Run();
            using var restore = new Statement(database, """
                INSERT OR IGNORE INTO event (seq, type, data, time_us, recorded_us, boot, mono_ms, synchronized)
                SELECT seq, type, data, time_us, recorded_us, boot.id, mono_ms, time_quality <> 'unsynchronized' FROM dead_letter JOIN boot USING (boot_id) WHERE epoch = ? AND seq = ?
                """);
            restore.Bind(1, epoch.ToString()).Bind(2, seq).Run();
        }

        using var delete = new Statement(database, "DELETE FROM dead_letter WHERE epoch = ? AND seq = ?");
        delete.Bind(1, epoch.ToString()).Bind(2, seq).Run();
    }

    private static List<DeadLetter> Rows(Statement select)
    {
        var found = new List<DeadLetter>();
        while (select.Step())
        {
            found.Add(new(
                Guid.Parse(select.Text(0), CultureInfo.InvariantCulture),
                new(select.Number(1), select.Text(2), select.Utf8(3), JournalTransaction.FromMicroseconds(select.Number(4)), JournalTransaction.FromMicroseconds(select.Number(5)),
                    select.Text(6), select.Number(7), select.Text(8)),
                select.Text(9), select.Text(10), TimeSpan.FromSeconds(select.Number(11))));
        }

        select.Reset();
        return found;
    }
}

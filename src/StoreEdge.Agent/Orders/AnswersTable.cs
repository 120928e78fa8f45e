using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Orders;

/// <summary>An answer as it was given.</summary>
/// <param name="Number">Its place in the table.</param>
/// <param name="Command">The command's name.</param>
/// <param name="Json">The message.</param>
/// <param name="Road">Where it goes.</param>
/// <param name="Fold">It must not be said before what was deleted is off the disk.</param>
internal sealed record KeptAnswer(long Number, string Command, byte[] Json, AnswerRoad Road, bool Fold);

/// <summary>
/// The commands that were carried out, with their answers, in the journal's database: the same id again is answered again and not carried out again, also after a
/// kill. Bounded by number, so that no clock decides what is forgotten.
/// </summary>
internal sealed class AnswersTable : IProjection
{
    /// <summary>A command a minute for a week; about 3 MB. A command that comes again after ten thousand others is carried out again.</summary>
    public const int Most = 10_000;

    public string Name => "orders";

    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE answer(n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, command TEXT NOT NULL, json TEXT NOT NULL, topic TEXT NOT NULL,
            correlation BLOB NOT NULL, sent INTEGER NOT NULL, fold INTEGER NOT NULL) STRICT;
        CREATE INDEX answer_unsent ON answer(n) WHERE sent = 0;
        """,
    ];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
    }

    /// <summary>A command that was carried out meanwhile is not carried out again.</summary>
    public void Rejoin(SqliteConnection database, DamagedDatabase standIn)
    {
        const string Columns = "id, command, json, topic, correlation, sent, fold";
        using var insert = new Statement(database, $"INSERT OR IGNORE INTO answer({Columns}) VALUES(?, ?, ?, ?, ?, ?, ?)");
        standIn.ReadTable("answer", Columns.Split(", "), ["n"], row =>
        {
            for (var column = 0; column < 7; column++) insert.Bind(column + 1, row, column);
            insert.Run();
        });
    }

    /// <summary>What was answered to this id; null where it was never carried out. For <see cref="JournalStore.Query{T}"/>.</summary>
    public static KeptAnswer? Find(SqliteConnection database, string id) => Read(database, "WHERE id = $value", id).FirstOrDefault();

    /// <summary>Answers that the broker has not taken yet, oldest first.</summary>
    public static IReadOnlyList<KeptAnswer> Unsent(SqliteConnection database, int limit) => Read(database, "WHERE sent = 0 ORDER BY n LIMIT $value", limit);

    /// <summary>Keeps an answer, in the transaction of what it tells of; for <see cref="JournalStore.WriteAsync{T}"/>.</summary>
    public static void Keep(SqliteConnection database, string id, string command, byte[] json, AnswerRoad road, bool fold)
    {
        using var keep = database.CreateCommand();
        keep.CommandText =
            """
            INSERT INTO answer(id, command, json, topic, correlation, sent, fold) VALUES($id, $command, $json, $topic, $correlation, 0, $fold);
            DELETE FROM answer WHERE n <= (SELECT max(n) FROM answer) - $most;
            """;
        keep.Parameters.AddWithValue("$id", id);
        keep.Parameters.AddWithValue("$command", command);
        keep.Parameters.AddWithValue("$json", System.Text.Encoding.UTF8.GetString(json));
        keep.Parameters.AddWithValue("$topic", road.Topic);
        keep.Parameters.AddWithValue("$correlation", road.Correlation.ToArray());
        keep.Parameters.AddWithValue("$fold", fold ? 1L : 0L);
        keep.Parameters.AddWithValue("$most", (long)Most);
        keep.ExecuteNonQuery();
    }

    /// <summary>The same command came again: its answer goes out again, to where it is asked for now.</summary>
    public static void Again(SqliteConnection database, long number, AnswerRoad road)
    {
        using var again = database.CreateCommand();
        again.CommandText = "UPDATE answer SET sent = 0, topic = $topic, correlation = $correlation WHERE n = $n";
        again.Parameters.AddWithValue("$topic", road.Topic);
        again.Parameters.AddWithValue("$correlation", road.Correlation.ToArray());
        again.Parameters.AddWithValue("$n", number);
        again.ExecuteNonQuery();
    }

    /// <summary>The broker has it, or what had to be off the disk is.</summary>
    public static void Mark(SqliteConnection database, long number, string column)
    {
        using var mark = database.CreateCommand();
        mark.CommandText = column == "sent" ? "UPDATE answer SET sent = 1 WHERE n = $n" : "UPDATE answer SET fold = 0 WHERE n = $n";
        mark.Parameters.AddWithValue("$n", number);
        mark.ExecuteNonQuery();
    }

    private static List<KeptAnswer> Read(SqliteConnection database, string where, object value)
    {
        using var select = database.CreateCommand();
        select.CommandText = $"SELECT n, command, json, topic, correlation, fold FROM answer {where}";
        select.Parameters.AddWithValue("$value", value);
        using var rows = select.ExecuteReader();
        var found = new List<KeptAnswer>();
        while (rows.Read())
            found.Add(new(
                rows.GetInt64(0), rows.GetString(1), System.Text.Encoding.UTF8.GetBytes(rows.GetString(2)), new(rows.GetString(3), (byte[])rows.GetValue(4)), rows.GetInt64(5) != 0));
        return found;
    }
}

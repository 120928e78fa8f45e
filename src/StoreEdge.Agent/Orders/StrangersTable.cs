using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Orders;

/// <summary>Who was erased while the enrolment list still named them, over a restart too; as hashes.</summary>
internal sealed class StrangersTable : IProjection
{
    public string Name => "strangers";

    public IReadOnlyList<string> Migrations { get; } = ["CREATE TABLE stranger(hash TEXT PRIMARY KEY, list INTEGER NOT NULL) WITHOUT ROWID, STRICT;"];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
    }

    /// <summary>For <see cref="JournalStore.WriteAsync{T}"/>; those whom a newer list made anew are dropped.</summary>
    public static void Keep(SqliteConnection database, IEnumerable<string> subjects, long list)
    {
        using (var old = database.CreateCommand())
        {
            old.CommandText = "DELETE FROM stranger WHERE list < $list";
            old.Parameters.AddWithValue("$list", list);
            old.ExecuteNonQuery();
        }

        foreach (var subject in subjects)
        {
            using var keep = database.CreateCommand();
            keep.CommandText = "INSERT INTO stranger VALUES($hash, $list) ON CONFLICT DO UPDATE SET list = excluded.list";
            keep.Parameters.AddWithValue("$hash", Strangers.HashOf(subject));
            keep.Parameters.AddWithValue("$list", list);
            keep.ExecuteNonQuery();
        }
    }

    /// <summary>For <see cref="JournalStore.Query{T}"/>.</summary>
    public static bool Load(SqliteConnection database, Strangers strangers)
    {
        using var select = database.CreateCommand();
        select.CommandText = "SELECT hash, list FROM stranger";
        using var rows = select.ExecuteReader();
        while (rows.Read()) strangers.Add(rows.GetString(0), rows.GetInt64(1));
        return true;
    }
}

using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Desired;

/// <summary>The highest version of each kind of desired document that was ever accepted, in the journal's database: a file that is deleted or restored lowers nothing.</summary>
internal sealed class DesiredVersions : IProjection
{
    public string Name => "desired";

    public IReadOnlyList<string> Migrations { get; } =
    [
        "CREATE TABLE desired_version(kind TEXT PRIMARY KEY, highest INTEGER NOT NULL) WITHOUT ROWID, STRICT;",
    ];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
    }

    /// <summary>For <see cref="JournalStore.Query{T}"/>.</summary>
    public static long Highest(SqliteConnection database, string kind)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT highest FROM desired_version WHERE kind = $kind";
        command.Parameters.AddWithValue("$kind", kind);
        return command.ExecuteScalar() as long? ?? 0;
    }

    /// <summary>For <see cref="JournalStore.WriteAsync{T}"/>.</summary>
    public static void Raise(SqliteConnection database, string kind, long version)
    {
        using var command = database.CreateCommand();
        command.CommandText = "INSERT INTO desired_version VALUES($kind, $version) ON CONFLICT DO UPDATE SET highest = excluded.highest WHERE excluded.highest > highest";
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$version", version);
        command.ExecuteNonQuery();
    }
}

using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Deciding;

/// <summary>What the last decisions were made from, so that any of them can be made anew and compared with what it was. Stays in the store; erased with the customer.</summary>
internal sealed class TracesProjection : IProjection
{
    /// <summary>Some days of a busy store.</summary>
    public const int Most = 2000;

    /// <summary>About how many bytes all of them may come to: with a bundle of thousands of offers each is a hundred kilobytes, and fewer are kept.</summary>
    private const int MostBytes = 16_000_000;

    public string Name => "traces";

    public IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE trace(id INTEGER PRIMARY KEY, decision TEXT NOT NULL UNIQUE, subject TEXT, household TEXT, visit TEXT, placement TEXT NOT NULL, bundle TEXT NOT NULL,
            seed INTEGER NOT NULL, inputs TEXT NOT NULL, digest TEXT NOT NULL) STRICT;
        """,
    ];

    public IReadOnlyList<PersonalTable> Personal { get; } = [new("trace", ["subject", "household"], ["visit"])];

    public void Apply(SqliteConnection database, CommittedEvent committed)
    {
        if (committed.Data is not TracedDecision decision) return;
        PreferencesProjection.Run(database,
            "INSERT OR REPLACE INTO trace(decision, subject, household, visit, placement, bundle, seed, inputs, digest) VALUES($decision, $subject, $household, $visit, $placement, $bundle, $seed, $inputs, $digest)",
            ("$decision", decision.DecisionId), ("$subject", decision.Subject), ("$household", decision.Household), ("$visit", decision.VisitId), ("$placement", decision.Placement),
            ("$bundle", decision.BundleHash), ("$seed", decision.Seed), ("$inputs", decision.Inputs), ("$digest", decision.Digest));
        PreferencesProjection.Run(database, "DELETE FROM trace WHERE id <= (SELECT max(id) FROM trace) - $most", ("$most", Math.Clamp(MostBytes / (long)decision.Inputs.Length, 50, Most)));
    }

    /// <summary>The rows stay findable for an export or an erasure; what they were made from names the former pseudonym, by which the holdout was drawn.</summary>
    public void Carry(SqliteConnection database, NameChange change)
    {
        foreach (var column in (ReadOnlySpan<string>)["subject", "household"])
            foreach (var (former, present) in PreferencesProjection.Names(database, $"SELECT DISTINCT {column} FROM trace WHERE {column} IS NOT NULL", change))
                PreferencesProjection.Run(database, $"UPDATE trace SET {column} = $present WHERE {column} = $former", ("$present", present), ("$former", former));
    }

    /// <summary>What a decision was made from; null where it is not kept. For <see cref="JournalStore.Query{T}"/>.</summary>
    public static Trace? Find(SqliteConnection database, string decision)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT placement, bundle, seed, inputs, digest FROM trace WHERE decision = $decision";
        command.Parameters.AddWithValue("$decision", decision);
        using var rows = command.ExecuteReader();
        return rows.Read() ? new(rows.GetString(0), rows.GetString(1), (ulong)rows.GetInt64(2), rows.GetString(3), rows.GetString(4)) : null;
    }
}

/// <summary>What a decision was made from.</summary>
/// <param name="Placement">The placement that was filled.</param>
/// <param name="Bundle">SHA-256 of the bundle's document.</param>
/// <param name="Seed">Of the draws.</param>
/// <param name="Inputs">The context, as <see cref="StoreEdge.Core.Offers.ContextParser"/> reads it.</param>
/// <param name="Digest">SHA-256 of the decision's own JSON.</param>
internal sealed record Trace(string Placement, string Bundle, ulong Seed, string Inputs, string Digest);

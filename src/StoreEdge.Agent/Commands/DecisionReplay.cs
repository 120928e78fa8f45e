using System.Text;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Journal;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Commands;

/// <summary>Makes a decision of the past anew, from what the store has kept of it.</summary>
internal static class DecisionReplay
{
    /// <summary>Decides again.</summary>
    /// <param name="directory">The state directory, with <c>journal.db</c> and <c>bundles/</c>.</param>
    /// <param name="id">The decision.</param>
    /// <returns>The decision, and whether it is the same to the byte.</returns>
    /// <exception cref="FormatException">Something that is needed is not there any more; the message says what.</exception>
    /// <exception cref="JournalFault">The journal cannot be read.</exception>
    public static (Decision Decision, bool IsSame) Run(string directory, string id)
    {
        using var inspection = JournalInspection.Open(Path.Combine(directory, JournalFile.Name));
        if (inspection.Query(database => Find(database, id)) is not { } trace)
            throw new FormatException(inspection.Query(database => IsTold(database, id))
                ? $"the decision {id} stands in the journal, but what it was made from is not kept any more: missing are its context and the digest of its trace (kept of the last {TracesProjection.Most} decisions at most, and until the customer is erased)"
                : $"there is no decision {id} in this journal");
        var document = trace.Bundle == BundleParser.Factory.Hash ? null : BundleStore.FindEdition(directory, trace.Bundle)
            ?? throw new FormatException($"the decision's context is kept, but missing is the bundle that it was made from: {BundleStore.EditionFile(directory, trace.Bundle)}");
        var bundle = document is null ? BundleParser.Factory : BundleParser.Parse(document);
        if (bundle.Hash != trace.Bundle) throw new FormatException($"{BundleStore.EditionFile(directory, trace.Bundle)} is not what it was: its SHA-256 is {bundle.Hash}");
        var placement = bundle.Placements.Single(p => p.Id.Value == trace.Placement);
        var decision = Decider.Decide(bundle, placement, ContextParser.Parse(Encoding.UTF8.GetBytes(trace.Inputs), bundle, default, bundle.DefaultLanguage), trace.Seed);
        return (decision, TracedDecision.DigestOf(decision) == trace.Digest);
    }

    private static Trace? Find(SqliteConnection database, string id)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'trace'";
        return command.ExecuteScalar() is 1L ? TracesProjection.Find(database, id) : null;
    }

    private static bool IsTold(SqliteConnection database, string id)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT EXISTS (SELECT 1 FROM event WHERE type = 'decision' AND json_extract(data, '$.decisionId') = $id)";
        command.Parameters.AddWithValue("$id", id);
        return command.ExecuteScalar() is 1L;
    }
}

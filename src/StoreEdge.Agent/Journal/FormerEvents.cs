namespace StoreEdge.Agent.Journal;

/// <summary>What is left of a former journal of this store that central has not acknowledged: told under its own epoch and numbers, beside those of the present one.</summary>
/// <param name="Epoch">The former journal's.</param>
/// <param name="AcknowledgedSeq">The last of it that central holds.</param>
/// <param name="FirstSeq">The oldest event left.</param>
/// <param name="LastSeq">The newest event left; numbers between the two may be missing, and were declared as a gap.</param>
/// <param name="Count">How many are left.</param>
internal sealed record FormerEvents(Guid Epoch, long AcknowledgedSeq, long FirstSeq, long LastSeq, long Count)
{
    /// <summary>Reads them, oldest journal first.</summary>
    public static IReadOnlyList<FormerEvents> Read(Microsoft.Data.Sqlite.SqliteConnection database)
    {
        using var rows = new Statement(
            database, "SELECT epoch, acknowledged, min(seq), max(seq), count(*) FROM former JOIN salvaged ON salvaged.former = former.id GROUP BY former.id ORDER BY former.id");
        var left = new List<FormerEvents>();
        while (rows.Step())
            if (Guid.TryParse(rows.Text(0), out var epoch)) left.Add(new(epoch, rows.Number(1), rows.Number(2), rows.Number(3), rows.Number(4)));
        rows.Reset();
        return left;
    }
}

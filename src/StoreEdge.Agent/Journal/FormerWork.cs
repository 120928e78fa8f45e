using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>Deletes what central holds of a former journal, a piece at a time, each in a commit that waiting events share.</summary>
internal sealed class AcknowledgeFormerWork(Guid epoch, long seq, Action<JournalWork> again) : JournalWork
{
    /// <summary>Rows of one piece, as in <see cref="RetentionWork"/>.</summary>
    private const int Chunk = 250;

    private bool more;

    public override void Execute(JournalTransaction transaction)
    {
        using (var note = new Statement(transaction.Database, "UPDATE former SET acknowledged = ?2 WHERE epoch = ?1 AND acknowledged < ?2")) note.Bind(1, epoch.ToString()).Bind(2, seq).Run();
        using var delete = new Statement(
            transaction.Database,
            """
            DELETE FROM salvaged WHERE former = (SELECT id FROM former WHERE epoch = ?1) AND seq <= ?2 AND seq <= (
                SELECT max(seq) FROM (SELECT seq FROM salvaged WHERE former = (SELECT id FROM former WHERE epoch = ?1) ORDER BY seq LIMIT ?3))
            """);
        delete.Bind(1, epoch.ToString()).Bind(2, seq).Bind(3, Chunk).Run();
        more = SQLitePCL.raw.sqlite3_changes(transaction.Database.Handle!) == Chunk;
    }

    public override void Committed()
    {
        if (more) again(this);
    }

    /// <summary>Central acknowledges again with every connection.</summary>
    public override void Failed(JournalFault fault)
    {
    }
}

/// <summary>Gives up salvaged rows that have become unreadable since.</summary>
internal sealed class FormerLossWork(Guid former, IReadOnlyList<SeqRange> missing) : JournalWork
{
    public override void Execute(JournalTransaction transaction)
    {
        using var delete = new Statement(transaction.Database, "DELETE FROM salvaged WHERE former = (SELECT id FROM former WHERE epoch = ?) AND seq BETWEEN ? AND ?");
        var deleted = 0L;
        foreach (var (from, to) in missing)
        {
            delete.Bind(1, former.ToString()).Bind(2, from).Bind(3, to).Run();
            deleted += SQLitePCL.raw.sqlite3_changes(transaction.Database.Handle!);
        }

        if (deleted > 0) transaction.Declare(SeqRanges.Merge(missing), GapData.Corrupt, former);
    }

    public override void Committed()
    {
    }

    public override void Failed(JournalFault fault)
    {
    }
}

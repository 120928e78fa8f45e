using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Gives up rows that turned out not to be what was written, and numbers that are not there though nobody declared it: central is told, so that it need not wait for them.
/// </summary>
/// <param name="suspects">What a reader passed over; all of it beyond what central held then.</param>
/// <param name="acknowledged">The last event that central holds.</param>
/// <param name="epoch">The present journal's.</param>
/// <param name="health">Told.</param>
internal sealed class DamagedRowsWork(IReadOnlyList<SeqRange> suspects, Func<long> acknowledged, Guid epoch, HealthBoard health) : JournalWork
{
    private long lost;

    /// <summary>Looks once more, on the writer's own connection: what central has acknowledged meanwhile, or what somebody else has declared, is nobody's business any more.</summary>
    public override void Execute(JournalTransaction transaction)
    {
        var held = acknowledged();
        var gone = SeqRanges.Merge(suspects.SelectMany(s => SeqRanges.Without(s, [new(1, held), .. Declared(transaction, s), .. Sound(transaction, s)])));
        lost = gone.Sum(r => r.To - r.From + 1);
        if (lost > 0) transaction.Lose(gone, GapData.Corrupt, epoch);
    }

    public override void Committed()
    {
        if (lost == 0) return;
        health.Raise(
            "journal-rows-damaged", Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"Events could not be read as they were written; {lost} were given up and declared to central."),
            "Everything else goes on. If it happens again the disk is failing: `dmesg`, `storeedge journal verify`, then replace the card.");
    }

    /// <summary>The reader that comes by next tries again, after a restart.</summary>
    public override void Failed(JournalFault fault)
    {
    }

    private static List<SeqRange> Sound(JournalTransaction transaction, SeqRange within)
    {
        var sound = new List<SeqRange>();
        using var rows = new Statement(transaction.Database, EventRows.BetweenSql);
        rows.Bind(1, within.From).Bind(2, within.To);
        while (rows.Step())
            if (EventRows.TryRead(rows) is { } row) sound.Add(new(row.Seq, row.Seq));
        rows.Reset();
        return sound;
    }

    private static List<SeqRange> Declared(JournalTransaction transaction, SeqRange within)
    {
        var declared = new List<SeqRange>();
        using var rows = new Statement(transaction.Database, "SELECT first, last FROM gap WHERE first <= ?2 AND last >= ?1");
        rows.Bind(1, within.From).Bind(2, within.To);
        while (rows.Step()) declared.Add(new(rows.Number(0), rows.Number(1)));
        rows.Reset();
        return declared;
    }
}

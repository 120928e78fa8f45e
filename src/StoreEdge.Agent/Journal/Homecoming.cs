using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Brings a journal home that stood in while the store's own could not be written: its events are told on under its own epoch, and everything that rooms remember follows them, so that
/// what customers said meanwhile holds. In one commit; a kill before the files are gone repeats only what is new in them.
/// </summary>
/// <param name="directory">Where it lies.</param>
/// <param name="transaction">The store's own journal.</param>
/// <param name="epoch">Its epoch.</param>
/// <param name="projections">What rooms remember.</param>
internal sealed class Homecoming(string directory, JournalTransaction transaction, Guid epoch, IReadOnlyList<IProjection> projections)
{
    private readonly SqliteConnection database = transaction.Database;

    /// <summary>Whether there is anything to bring home.</summary>
    public static bool IsDue(string directory) => File.Exists(Path.Combine(directory, JournalFile.Name)) || File.Exists(Path.Combine(directory, EpochFile.Name));

    /// <summary>Does it. The files stay.</summary>
    /// <param name="now">The clocks.</param>
    /// <returns>What happened, for the log.</returns>
    /// <exception cref="SqliteException">It could not be written; everything is as before.</exception>
    /// <exception cref="JournalFault">As above.</exception>
    public string Run(ClockReading now)
    {
        using var other = DamagedDatabase.Open(Path.Combine(directory, SchemaCopy.Name), Path.Combine(directory, JournalFile.Name), Path.Combine(directory, "journal.repair"));
        var (trace, identity) = (EpochFile.TryRead(directory), other.Identity());
        transaction.Begin(now);
        try
        {
            var told = trace?.Epoch is { } traced ? Take(other, traced, Math.Max(trace.AcknowledgedSeq, identity.Acknowledged), trace.LastSeq)
                : identity.Epoch is { } read ? Take(other, read, identity.Acknowledged, identity.Acknowledged)
                : Nothing();
            transaction.Commit();
            return told;
        }
        catch
        {
            transaction.Rollback();
            throw;
        }
    }

    private string Take(DamagedDatabase other, Guid itsEpoch, long acknowledged, long last)
    {
        using var known = new Statement(database, "SELECT last FROM former WHERE epoch = ?");
        var after = known.Bind(1, itsEpoch.ToString()).RunNumber();
        var (events, declared) = (Events(other, itsEpoch, after, ref last), Declared(other));
        var complete = true;
        foreach (var one in events.Values) complete &= transaction.Follow(one);
        // What a full disk took was nobody's word.
        complete &= SeqRanges.Without(new(after + 1, last), [.. Runs(events.Keys), .. declared.Where(d => d.Reason == GapData.DiskFull).Select(d => d.Range)]).Count == 0;
        if (!complete) transaction.Miss();

        var kept = new List<SeqRange>();
        Recovery.CopyEvents(other, database, itsEpoch, acknowledged, last, kept);
        using (var note = new Statement(database, "UPDATE former SET last = max(last, ?2), done = max(done, ?2), acknowledged = max(acknowledged, ?3) WHERE epoch = ?1"))
            note.Bind(1, itsEpoch.ToString()).Bind(2, last).Bind(3, acknowledged).Run();
        var lost = SeqRanges.Without(new(Math.Max(acknowledged, after) + 1, last), [.. kept, .. declared.Select(d => d.Range)]);
        TakeAcknowledgements(other);
        TakeCounters(other);
        Recovery.CopyRows(other, database, "dead_letter");
        foreach (var projection in projections) projection.Rejoin(database, other);
        var count = kept.Sum(r => r.To - r.From + 1);
        var returned = new JournalRenewedData(itsEpoch, JournalRenewedData.Returned, last, count, complete);
        transaction.Append(returned, ContractsJson.Write(returned), transaction.Now.At);
        transaction.Declare(lost, GapData.Quarantined, itsEpoch);
        return string.Create(CultureInfo.InvariantCulture, $"epoch {itsEpoch}, {events.Count} events, {count} of them still to be told, {(complete ? "nothing" : "something")} missing");
    }

    /// <summary>Not even its name can be read: whatever was said meanwhile is lost, and that is told.</summary>
    private string Nothing()
    {
        transaction.Miss();
        var returned = new JournalRenewedData(null, JournalRenewedData.Returned, 0, 0, Complete: false);
        transaction.Append(returned, ContractsJson.Write(returned), transaction.Now.At);
        return "nothing of it could be read";
    }

    /// <summary>Its events in their order, with those that were refused on the way and lie elsewhere.</summary>
    private static SortedDictionary<long, StoredEvent> Events(DamagedDatabase other, Guid itsEpoch, long after, ref long last)
    {
        var events = new SortedDictionary<long, StoredEvent>();
        other.ReadEvents(after, last, row =>
        {
            if (EventRows.TryRead(row) is { } stored && stored.Seq > after) events[stored.Seq] = stored;
        });
        other.ReadTable("dead_letter", ["epoch", "seq", "type", "data", "time_us", "recorded_us", "boot_id", "mono_ms", "time_quality"], ["epoch", "seq"], row =>
        {
            if (row.Text(0) != itsEpoch.ToString() || row.Number(1) <= after) return;
            events.TryAdd(row.Number(1), new(
                row.Number(1), row.Text(2), row.Utf8(3), JournalTransaction.FromMicroseconds(row.Number(4)), JournalTransaction.FromMicroseconds(row.Number(5)), row.Text(6), row.Number(7), row.Text(8)));
        });
        if (events.Count > 0) last = Math.Max(last, events.Keys.Max());
        return events;
    }

    private static List<(SeqRange Range, string Reason)> Declared(DamagedDatabase other)
    {
        var declared = new List<(SeqRange, string)>();
        other.ReadTable("gap", ["first", "last", "reason"], ["first"], row => declared.Add((new(row.Number(0), row.Number(1)), row.Text(2))));
        return declared;
    }

    private static IReadOnlyList<SeqRange> Runs(IEnumerable<long> numbers) => SeqRanges.Merge(numbers.Select(n => new SeqRange(n, n)));

    /// <summary>Central may have acknowledged, meanwhile, events of this journal and of those before it.</summary>
    private void TakeAcknowledgements(DamagedDatabase other) => other.ReadTable("former", ["epoch", "acknowledged"], ["id"], row =>
    {
        var (of, acknowledged) = (row.Text(0), row.Number(1));
        if (of == epoch.ToString())
        {
            transaction.Acknowledge(Math.Min(acknowledged, transaction.LastSeq));
            return;
        }

        using var note = new Statement(database, "UPDATE former SET acknowledged = max(acknowledged, ?2) WHERE epoch = ?1");
        note.Bind(1, of).Bind(2, acknowledged).Run();
        using var delete = new Statement(database, "DELETE FROM salvaged WHERE former = (SELECT id FROM former WHERE epoch = ?1) AND seq <= ?2");
        delete.Bind(1, of).Bind(2, acknowledged).Run();
    });

    /// <summary>What others saw rise must not fall.</summary>
    private void TakeCounters(DamagedDatabase other)
    {
        using var raise = new Statement(database, "INSERT INTO counter VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)");
        other.ReadTable("counter", ["name", "value"], ["name"], row => raise.Bind(1, row.Text(0)).Bind(2, row.Number(1)).Run());
    }
}

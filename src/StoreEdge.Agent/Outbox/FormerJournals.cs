using System.Collections.Concurrent;
using StoreEdge.Agent.Journal;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Outbox;

/// <summary>What former journals of this store left: told with the backlog, each under its own epoch and numbers, until central acknowledges them under that epoch.</summary>
internal sealed class FormerJournals(ResendOptions options, JournalStore journal)
{
    /// <summary>A journal that is being salvaged grows; it is looked at this often.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<Guid, Ledger> ledgers = [];
    private readonly ConcurrentDictionary<Guid, long> acknowledged = [];
    private Instant lookAt;

    /// <summary>Each former journal of which something is left.</summary>
    public IEnumerable<(Guid Epoch, Ledger Ledger)> All => ledgers.Select(l => (l.Key, l.Value));

    /// <summary>The ledger of one; null where nothing is left of it.</summary>
    public Ledger? Of(Guid epoch) => ledgers.GetValueOrDefault(epoch);

    /// <summary>A connection began.</summary>
    public void Begin(Instant now, bool resumed)
    {
        foreach (var left in Look(now)) ledgers[left.Epoch].Begin(now, left.LastSeq, resumed);
    }

    /// <summary>Takes note of acknowledgements and, now and then, of what has been salvaged since.</summary>
    public void Settle(Instant now)
    {
        foreach (var (epoch, ledger) in ledgers) ledger.Acknowledge(acknowledged.GetValueOrDefault(epoch));
        if (now < lookAt) return;
        foreach (var left in Look(now)) ledgers[left.Epoch].Defer(left.LastSeq);
    }

    /// <summary>Central acknowledged a journal that is not the present one. Called aside from the relay's loop.</summary>
    /// <returns>Whether it was one of this store's.</returns>
    public bool Acknowledge(Guid epoch, long seq)
    {
        var isOurs = journal.Query(database =>
        {
            using var find = new Statement(database, "SELECT count(*) FROM former WHERE epoch = ?");
            return find.Bind(1, epoch.ToString()).RunNumber() > 0;
        });
        if (!isOurs) return false;
        if (acknowledged.TryGetValue(epoch, out var before) && before >= seq) return true;
        acknowledged[epoch] = seq;
        journal.AcknowledgeFormer(epoch, seq);
        return true;
    }

    private IReadOnlyList<FormerEvents> Look(Instant now)
    {
        lookAt = now + LookEvery;
        var left = journal.Formers();
        foreach (var gone in ledgers.Keys.Except(left.Select(l => l.Epoch)).ToArray()) ledgers.Remove(gone);
        foreach (var one in left)
        {
            if (!ledgers.TryGetValue(one.Epoch, out var ledger)) ledgers[one.Epoch] = ledger = new(options, one.AcknowledgedSeq);
            ledger.Acknowledge(Math.Max(one.AcknowledgedSeq, acknowledged.GetValueOrDefault(one.Epoch)));
        }

        return left;
    }
}

using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Outbox;

/// <summary>
/// The events that were refused for good: written down and declared in one commit, named on the health board by type and remedy, and let go of once they are taken. The list is durable; only the numbers
/// for the board are kept in memory.
/// </summary>
internal sealed class DeadLetters(JournalStore journal, Topics topics, HealthBoard health)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Type, string Reason), long> counts = [];

    /// <summary>How many there are.</summary>
    public long Count
    {
        get
        {
            lock (gate) return counts.Values.Sum();
        }
    }

    /// <summary>Counts what the journal holds, and says so on the board; before the outbox runs.</summary>
    public void Load()
    {
        var found = journal.Query(database =>
        {
            var rows = new List<(string Type, string Reason, long Count)>();
            using var select = new Statement(database, "SELECT type, reason, count(*) FROM dead_letter GROUP BY type, reason");
            while (select.Step()) rows.Add((select.Text(0), select.Text(1), select.Number(2)));
            select.Reset();
            return rows;
        });
        foreach (var (type, reason, count) in found) Change(type, reason, count);
    }

    /// <summary>The types of which some were refused on the way, not by central itself.</summary>
    public IReadOnlyList<string> RefusedTypes()
    {
        lock (gate) return [.. counts.Where(c => c.Value > 0 && c.Key.Reason != DeadLetter.ByCentral).Select(c => c.Key.Type).Distinct()];
    }

    /// <summary>Those of a run, oldest first.</summary>
    public IReadOnlyList<DeadLetter> Read(Guid epoch, long first, long last, int limit) => journal.Query(database => DeadLetter.Read(database, epoch, first, last, limit));

    /// <summary>Writes refused events down and declares the numbers of those that are new, in one commit.</summary>
    /// <exception cref="JournalFault">It could not be written.</exception>
    public async Task BuryAsync(IReadOnlyList<DeadLetter> refused)
    {
        var changes = await journal.WriteAsync(transaction =>
        {
            var changed = new List<(DeadLetter Letter, string? Before)>();
            foreach (var letter in refused)
            {
                var before = DeadLetter.Read(transaction.Database, letter.Epoch, letter.Event.Seq, letter.Event.Seq, 1) is [var known] ? known.Reason : null;
                letter.Insert(transaction.Database);
                changed.Add((letter, before));
            }

            foreach (var epoch in changed.Where(c => c.Before is null).GroupBy(c => c.Letter.Epoch)) Declare(transaction, epoch.Key, epoch.Select(c => c.Letter.Event.Seq));
            return changed;
        }).ConfigureAwait(false);
        foreach (var (letter, before) in changes)
        {
            if (before is not null) Change(letter.Event.Type, before, -1);
            Change(letter.Event.Type, letter.Reason, 1, letter.Text);
        }
    }

    /// <summary>They were taken after all.</summary>
    /// <exception cref="JournalFault">It could not be written.</exception>
    public async Task ReleaseAsync(Guid epoch, IReadOnlyList<long> numbers)
    {
        var released = await journal.WriteAsync(transaction =>
        {
            var found = new List<DeadLetter>();
            foreach (var seq in numbers)
            {
                found.AddRange(DeadLetter.Read(transaction.Database, epoch, seq, seq, 1));
                DeadLetter.Release(transaction.Database, epoch, seq, epoch == journal.Epoch);
            }

            return found;
        }).ConfigureAwait(false);
        foreach (var letter in released) Change(letter.Event.Type, letter.Reason, -1);
    }

    /// <summary>The numbers of those that match; null matches all.</summary>
    public IReadOnlyList<(Guid Epoch, long Seq)> Find(Guid? epoch, long? from, long? to) => Numbers(
        "(?1 = '' OR epoch = ?1) AND seq >= ?2 AND seq <= ?3", select => select.Bind(1, epoch?.ToString() ?? "").Bind(2, from ?? 0).Bind(3, to ?? long.MaxValue));

    /// <summary>The numbers of those of a type that were refused on the way.</summary>
    public IReadOnlyList<(Guid Epoch, long Seq)> FindRefused(string type) => Numbers(
        "type = ?1 AND reason <> ?2", select => select.Bind(1, type).Bind(2, DeadLetter.ByCentral));

    private List<(Guid Epoch, long Seq)> Numbers(string where, Action<Statement> bind) => journal.Query(database =>
    {
        var found = new List<(Guid, long)>();
        using var select = new Statement(database, $"SELECT epoch, seq FROM dead_letter WHERE {where} ORDER BY epoch, seq");
        bind(select);
        while (select.Step()) found.Add((Guid.Parse(select.Text(0), CultureInfo.InvariantCulture), select.Number(1)));
        select.Reset();
        return found;
    });

    private void Declare(JournalTransaction transaction, Guid epoch, IEnumerable<long> numbers)
    {
        var holes = new SeqSet();
        foreach (var seq in numbers) holes.Add(new(seq, seq));
        SeqRange[] ranges = [.. holes.Runs.Select(r => new SeqRange(r.First, r.Last))];
        if (epoch == journal.Epoch)
        {
            transaction.Lose(ranges, GapData.DeadLetter, epoch);
            return;
        }

        // Those of a former journal stay with its other events until central acknowledges past them.
        transaction.Declare(ranges, GapData.DeadLetter, epoch);
    }

    private void Change(string type, string reason, long by, string? why = null)
    {
        lock (gate)
        {
            counts[(type, reason)] = counts.GetValueOrDefault((type, reason)) + by;
            if (counts[(type, reason)] <= 0) counts.Remove((type, reason));
            var ofType = counts.Where(c => c.Key.Type == type).ToArray();
            if (ofType.Length == 0)
            {
                health.Clear($"event-refused:{type}");
                return;
            }

            var reasons = string.Join(", ", ofType.Select(c => c.Key.Reason));
            health.Raise(
                $"event-refused:{type}", Severity.Fault,
                string.Create(CultureInfo.InvariantCulture, $"{ofType.Sum(c => c.Value)} events of type {type} were refused ({reasons}) and are kept here as dead letters.{(why is null ? "" : $" The last: {why}")}"),
                Remedy(type, ofType[^1].Key.Reason));
        }
    }

    private string Remedy(string type, string reason) => reason switch
    {
        DeadLetter.ByCentral => "Ask central why it refuses them (`storeedge journal dead-letters` lists them); the command resend sends them again.",
        RefusalRule.TooLargeName => "Raise the broker's limit of message size (mosquitto: message_size_limit, max_packet_size); they are sent again at the next connection, or by the command resend.",
        _ => $"Let this store's login publish to {topics.Event(type)} (the broker's access list); they are sent again by themselves once an event of this type is taken.",
    };
}

using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Outbox;

/// <summary>Finds the events that declare holes: central cannot acknowledge past a hole before it has heard of it, so they go ahead of the backlog.</summary>
internal static class Declarations
{
    private const string After = "SELECT seq, data FROM event WHERE type = 'gap' AND seq > ? ORDER BY seq";

    /// <summary>The numbers of at most <paramref name="limit"/> declarations after <paramref name="seq"/>.</summary>
    public static IReadOnlyList<long> NumbersAfter(JournalStore journal, long seq, int limit) => journal.Query(database =>
    {
        var found = new List<long>();
        using var select = new Statement(database, After);
        select.Bind(1, seq);
        while (found.Count < limit && select.Step()) found.Add(select.Number(0));
        select.Reset();
        return found;
    });

    /// <summary>The event that declares <paramref name="hole"/> of <paramref name="epoch"/>, among those after <paramref name="acknowledged"/>; null where there is none.</summary>
    public static long? Of(JournalStore journal, Guid epoch, long hole, long acknowledged) => journal.Query(database => Find(database, epoch, hole, acknowledged));

    private static long? Find(SqliteConnection database, Guid epoch, long hole, long acknowledged)
    {
        using var select = new Statement(database, After);
        select.Bind(1, acknowledged);
        while (select.Step())
        {
            if (ContractsJson.Read(EventTypes.Gap, select.Utf8(1)) is not GapData gap || gap.Epoch != epoch || !gap.Ranges.Any(r => r.From <= hole && hole <= r.To)) continue;
            var seq = select.Number(0);
            select.Reset();
            return seq;
        }

        select.Reset();
        return null;
    }
}

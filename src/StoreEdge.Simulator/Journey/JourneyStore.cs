using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;

namespace StoreEdge.Simulator.Journey;

/// <summary>One event as it came in.</summary>
/// <param name="Envelope">Parsed.</param>
/// <param name="Data">Parsed; null where it is of a type, or a shape, that this version does not know. It is kept all the same.</param>
/// <param name="Utf8">The payload as received.</param>
/// <param name="ReceivedAt">When the service received it, by its own clock.</param>
internal sealed record ReceivedEvent(EventEnvelope Envelope, IEventData? Data, ReadOnlyMemory<byte> Utf8, DateTimeOffset ReceivedAt);

/// <summary>What became of a batch.</summary>
/// <param name="Fresh">Those that were not held yet, in the order received.</param>
/// <param name="Duplicates">How many were held already, alike.</param>
/// <param name="Conflicts">How many were held already under the same number with other content: the agent has broken its word.</param>
/// <param name="Acknowledgements">Per journal touched, up to where it is held without a hole.</param>
internal sealed record TakenBatch(IReadOnlyList<ReceivedEvent> Fresh, int Duplicates, int Conflicts, IReadOnlyList<(string StoreId, AckMessage Ack)> Acknowledgements);

/// <summary>
/// The central table: every event once, by store, epoch and sequence. A batch and the new contiguous ends are one durable transaction, so nothing is
/// acknowledged that a power cut could take back. Not for use by several threads.
/// </summary>
internal sealed class JourneyStore : IDisposable
{
    private readonly SqliteConnection database;

    private JourneyStore(SqliteConnection database) => this.database = database;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    public static JourneyStore Open(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        database.Open();
        var store = new JourneyStore(database);
        store.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        store.Run("""
            CREATE TABLE IF NOT EXISTS event (
              store TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, time TEXT NOT NULL, received TEXT NOT NULL, envelope BLOB NOT NULL,
              PRIMARY KEY (store, epoch, seq)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS contiguous (store TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (store, epoch)) WITHOUT ROWID
            """);
        return store;
    }

    /// <summary>Stores a batch; on return it is durable.</summary>
    public TakenBatch Take(IReadOnlyList<ReceivedEvent> batch)
    {
        var fresh = new List<ReceivedEvent>();
        var (duplicates, conflicts) = (0, 0);
        var touched = new SortedSet<(string StoreId, Guid Epoch)>();
        using var transaction = database.BeginTransaction();
        using var insert = Command(
            "INSERT INTO event VALUES ($store, $epoch, $seq, $type, $time, $received, $envelope) ON CONFLICT DO NOTHING",
            "$store", "$epoch", "$seq", "$type", "$time", "$received", "$envelope");
        using var held = Command("SELECT envelope FROM event WHERE store = $store AND epoch = $epoch AND seq = $seq", "$store", "$epoch", "$seq");
        foreach (var item in batch)
        {
            var e = item.Envelope;
            touched.Add((e.StoreId, e.Epoch));
            Set(insert, e.StoreId, e.Epoch.ToString(), e.Seq, e.Type, e.Time.ToString("O"), item.ReceivedAt.ToString("O"), item.Utf8.ToArray());
            if (insert.ExecuteNonQuery() == 1)
            {
                fresh.Add(item);
                continue;
            }

            Set(held, e.StoreId, e.Epoch.ToString(), e.Seq);
            if (((byte[])held.ExecuteScalar()!).AsSpan().SequenceEqual(item.Utf8.Span)) duplicates++;
            else conflicts++;
        }

        var acknowledgements = touched.Select(t => (t.StoreId, new AckMessage(t.Epoch, Advance(t.StoreId, t.Epoch)))).ToList();
        transaction.Commit();
        return new(fresh, duplicates, conflicts, acknowledgements);
    }

    /// <summary>Up to where a journal is held without a hole; 0 where nothing is.</summary>
    public long ContiguousSeq(string storeId, Guid epoch)
    {
        using var select = Command("SELECT seq FROM contiguous WHERE store = $store AND epoch = $epoch", "$store", "$epoch");
        Set(select, storeId, epoch.ToString());
        return select.ExecuteScalar() as long? ?? 0;
    }

    /// <summary>
    /// Takes over from an earlier table: what the agent counts as acknowledged, some central service has held, and the agent will not send it again. Without
    /// this a new table could never acknowledge anything to a store that has been running.
    /// </summary>
    /// <returns>Up to where the journal is held now, or null where there was nothing to take over.</returns>
    public long? TakeOver(string storeId, Guid epoch, long acknowledged)
    {
        using var transaction = database.BeginTransaction();
        if (ContiguousSeq(storeId, epoch) >= acknowledged) return null;
        Keep(storeId, epoch, acknowledged);
        var end = Advance(storeId, epoch);
        transaction.Commit();
        return end;
    }

    /// <summary>How many events are held of a journal.</summary>
    public long Count(string storeId, Guid epoch)
    {
        using var select = Command("SELECT count(*) FROM event WHERE store = $store AND epoch = $epoch", "$store", "$epoch");
        Set(select, storeId, epoch.ToString());
        return (long)select.ExecuteScalar()!;
    }

    /// <summary>Every journal of which something is held.</summary>
    public IReadOnlyList<(string StoreId, AckMessage Ack)> Journals()
    {
        using var select = Command("SELECT store, epoch, seq FROM contiguous ORDER BY store, epoch");
        using var rows = select.ExecuteReader();
        var all = new List<(string, AckMessage)>();
        while (rows.Read()) all.Add((rows.GetString(0), new(Guid.Parse(rows.GetString(1)), rows.GetInt64(2))));
        return all;
    }

    public void Dispose() => database.Dispose();

    private long Advance(string storeId, Guid epoch)
    {
        var end = ContiguousSeq(storeId, epoch);
        using (var select = Command("SELECT seq FROM event WHERE store = $store AND epoch = $epoch AND seq > $seq ORDER BY seq", "$store", "$epoch", "$seq"))
        {
            Set(select, storeId, epoch.ToString(), end);
            using var rows = select.ExecuteReader();
            while (rows.Read() && rows.GetInt64(0) == end + 1) end++;
        }

        Keep(storeId, epoch, end);
        return end;
    }

    private void Keep(string storeId, Guid epoch, long end)
    {
        using var update = Command(
            "INSERT INTO contiguous VALUES ($store, $epoch, $seq) ON CONFLICT DO UPDATE SET seq = excluded.seq", "$store", "$epoch", "$seq");
        Set(update, storeId, epoch.ToString(), end);
        update.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params string[] names)
    {
        var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var name in names) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    private static void Set(SqliteCommand command, params object[] values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }

    private void Run(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }
}

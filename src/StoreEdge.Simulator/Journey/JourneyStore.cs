using System.Globalization;
using StoreEdge.Contracts;

namespace StoreEdge.Simulator.Journey;

/// <summary>What became of a batch.</summary>
/// <param name="Fresh">Those that were not held yet, in the order received.</param>
/// <param name="Duplicates">How many were held already, alike.</param>
/// <param name="Corrected">How many were held already and came with a better time, which replaced the former.</param>
/// <param name="Conflicts">How many were held already under the same number with other content: the agent has broken its word.</param>
/// <param name="Refused">Those that were kept aside, to be refused.</param>
/// <param name="Acknowledgements">Per journal touched, up to where nothing is missing: held, or declared as a gap.</param>
internal sealed record TakenBatch(
    IReadOnlyList<ReceivedEvent> Fresh, int Duplicates, int Corrected, int Conflicts, IReadOnlyList<ReceivedEvent> Refused,
    IReadOnlyList<(string StoreId, AckMessage Ack)> Acknowledgements);

/// <summary>What is held of one journal.</summary>
/// <param name="Journal">Which.</param>
/// <param name="Events">How many.</param>
/// <param name="Contiguous">Up to where nothing is missing.</param>
/// <param name="GivenUp">Numbers declared as a gap that have not come after all.</param>
/// <param name="Refused">Events kept aside because their data break the contract.</param>
/// <param name="Conflicts">Numbers under which another event came later.</param>
/// <param name="Missing">The oldest runs of numbers that are neither held nor declared.</param>
internal sealed record JournalSummary(JournalId Journal, long Events, long Contiguous, long GivenUp, long Refused, long Conflicts, IReadOnlyList<SeqRange> Missing);

/// <summary>
/// The central table: every event once, by store, epoch and sequence. A batch and what follows from it are one durable transaction, so nothing is acknowledged
/// that a power cut could take back; and since the acknowledgement is read from the table in that transaction, it is right whichever of several instances took
/// which event. Not for use by several threads.
/// </summary>
/// <param name="table">The file; owned.</param>
/// <param name="refuses">Whether an event whose data break the contract is kept aside, and not acknowledged, until the store has given it up.</param>
internal sealed class JourneyStore(Table table, bool refuses) : IDisposable
{
    /// <summary>Like <c>2026-11-21T09:00:00.250Z</c>: UTC and of one length, so that times compare as text, and as SQLite's <c>strftime</c> writes it.</summary>
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private readonly HeldRuns runs = new(table);

    public HeldRuns Runs => runs;

    /// <summary>The book of replays that belongs to this table.</summary>
    public ReplayBook Replays(ReplayOptions options, string bootId) => new(table, options, bootId);

    /// <summary>Whether every number of a short run was refused: the store will declare it, and asking for it would only bring it back.</summary>
    public bool IsRefused(JournalId journal, SeqRange range) =>
        refuses && range.To - range.From < 1000
        && (long)table.Scalar("SELECT count(*) FROM refused WHERE store = ?1 AND epoch = ?2 AND seq BETWEEN ?3 AND ?4", journal.StoreId, journal.Epoch.ToString(), range.From, range.To)!
            == range.To - range.From + 1;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidDataException">The file is laid out otherwise.</exception>
    public static JourneyStore Open(string file, bool refuses = false) => new(Table.Open(file), refuses);

    /// <summary>Stores a batch; on return it is durable.</summary>
    public TakenBatch Take(IReadOnlyList<ReceivedEvent> batch)
    {
        if (batch.Count == 0) return new([], 0, 0, 0, [], []);
        var (fresh, refused) = (new List<ReceivedEvent>(), new List<ReceivedEvent>());
        var (duplicates, corrected, conflicts) = (0, 0, 0);
        var numbers = new Dictionary<JournalId, List<long>>();
        using var transaction = table.Begin();
        foreach (var item in batch)
        {
            if (!numbers.TryGetValue(item.Journal, out var ofJournal)) numbers[item.Journal] = ofJournal = [];
            if (refuses && item.Fault is not null)
            {
                KeepAside(item);
                // The store has given it up already: it was sent again for somebody else, or before the answer came.
                if (!runs.Has(item.Journal, item.Envelope.Seq)) refused.Add(item);
            }
            else if (Insert(item))
            {
                fresh.Add(item);
                ofJournal.Add(item.Envelope.Seq);
            }
            else
            {
                switch (Again(item))
                {
                    case Repeat.Alike: duplicates++; break;
                    case Repeat.BetterTime: corrected++; break;
                    default: conflicts++; break;
                }
            }
        }

        foreach (var (journal, held) in numbers) Account(journal, held);
        foreach (var item in fresh) Follow(item, numbers);
        var acknowledgements = numbers.Keys.Select(j => (j.StoreId, new AckMessage(j.Epoch, runs.Contiguous(j)))).ToList();
        transaction.Commit();
        return new(fresh, duplicates, corrected, conflicts, refused, acknowledgements);
    }

    /// <summary>Up to where nothing of a journal is missing; 0 where 1 is.</summary>
    public long ContiguousSeq(string storeId, Guid epoch) => runs.Contiguous(new(storeId, epoch));

    /// <summary>
    /// Takes over from an earlier table: what the agent counts as acknowledged, some central service has held, and the agent will not send it again. Without
    /// this a new table could never acknowledge anything to a store that has been running.
    /// </summary>
    /// <returns>Up to where nothing is missing now, or null where there was nothing to take over.</returns>
    public long? TakeOver(string storeId, Guid epoch, long acknowledged)
    {
        var journal = new JournalId(storeId, epoch);
        // Nearly always so, and every store says it every few seconds: no transaction for nothing.
        if (runs.Contiguous(journal) >= acknowledged) return null;
        using var transaction = table.Begin();
        if (runs.Contiguous(journal) >= acknowledged) return null;
        runs.Add(journal, 1, acknowledged);
        var end = runs.Contiguous(journal);
        transaction.Commit();
        return end;
    }

    /// <summary>How many events are held of a journal.</summary>
    public long Count(string storeId, Guid epoch) => (long)table.Scalar("SELECT count(*) FROM event WHERE store = ?1 AND epoch = ?2", storeId, epoch.ToString())!;

    /// <summary>Every journal of which something is held, and what may be acknowledged of it.</summary>
    public IReadOnlyList<(string StoreId, AckMessage Ack)> Journals() => [.. runs.Journals().Select(j => (j.Journal.StoreId, new AckMessage(j.Journal.Epoch, j.Contiguous)))];

    /// <summary>What is held, per journal.</summary>
    public IEnumerable<JournalSummary> Summaries()
    {
        foreach (var (journal, contiguous) in runs.Journals())
        {
            var (store, epoch) = (journal.StoreId, journal.Epoch.ToString());
            long Number(string sql) => (long)table.Scalar(sql, store, epoch)!;
            yield return new(
                journal, Count(journal.StoreId, journal.Epoch), contiguous,
                GivenUp(journal),
                Number("SELECT count(*) FROM refused WHERE store = ?1 AND epoch = ?2"), Number("SELECT count(*) FROM conflict WHERE store = ?1 AND epoch = ?2"), runs.Holes(journal, 10));
        }
    }

    public void Dispose() => table.Dispose();

    private bool Insert(ReceivedEvent item)
    {
        var e = item.Envelope;
        var (time, quality) = Best(e);
        return table.Run(
            "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
            e.StoreId, e.Epoch.ToString(), e.Seq, e.Type, time, quality, e.BootId, e.MonotonicMilliseconds, Text(item.ReceivedAt), item.Utf8.ToArray()) == 1;
    }

    private Repeat Again(ReceivedEvent item)
    {
        var e = item.Envelope;
        var (store, epoch) = (e.StoreId, e.Epoch.ToString());
        var held = (byte[])table.Scalar("SELECT envelope FROM event WHERE store = ?1 AND epoch = ?2 AND seq = ?3", store, epoch, e.Seq)!;
        var repeat = SameEvent.Judge(held, item.Utf8);
        if (repeat == Repeat.BetterTime)
        {
            var (time, quality) = Best(e);
            table.Run("UPDATE event SET time = ?4, quality = ?5, envelope = ?6 WHERE store = ?1 AND epoch = ?2 AND seq = ?3", store, epoch, e.Seq, time, quality, item.Utf8.ToArray());
        }
        else if (repeat == Repeat.Conflict)
        {
            // One of them is enough to look at.
            table.Run("INSERT INTO conflict VALUES (?1, ?2, ?3, 1, ?4) ON CONFLICT DO UPDATE SET count = count + 1", store, epoch, e.Seq, item.Utf8.ToArray());
        }

        return repeat;
    }

    private void KeepAside(ReceivedEvent item) => table.Run(
        "INSERT INTO refused VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET reason = excluded.reason, envelope = excluded.envelope",
        item.Envelope.StoreId, item.Envelope.Epoch.ToString(), item.Envelope.Seq, item.Fault!, item.Utf8.ToArray());

    /// <summary>Adds numbers to the runs, a whole run at a time.</summary>
    private void Account(JournalId journal, List<long> held)
    {
        held.Sort();
        for (var from = 0; from < held.Count;)
        {
            var to = from;
            while (to + 1 < held.Count && held[to + 1] == held[to] + 1) to++;
            runs.Add(journal, held[from], held[to]);
            from = to + 1;
        }
    }

    /// <summary>What an event says about others: numbers given up, a former journal's end, the right time of a boot.</summary>
    private void Follow(ReceivedEvent item, Dictionary<JournalId, List<long>> touched)
    {
        var store = item.Envelope.StoreId;
        switch (item.Data)
        {
            case GapData gap:
                foreach (var range in gap.Ranges)
                {
                    table.Run("INSERT INTO gap VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING", store, gap.Epoch.ToString(), range.From, range.To, gap.Reason, item.Envelope.Id);
                    runs.Add(new(store, gap.Epoch), range.From, range.To);
                }

                touched.TryAdd(new(store, gap.Epoch), []);
                break;
            case JournalRenewedData { FormerEpoch: { } former, FormerLastSeq: > 0 } renewed when former != item.Envelope.Epoch:
                // Its last events may be among those that were lost: without this nobody would know that they were there.
                table.Run("INSERT INTO journal VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last = max(last, excluded.last)", store, former.ToString(), renewed.FormerLastSeq);
                break;
            case ClockSynchronizedData clock:
                if (table.Run(
                    "INSERT INTO clock VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET monoms = excluded.monoms, time = excluded.time WHERE excluded.monoms > monoms",
                    store, clock.BootId, clock.MonotonicMilliseconds, Text(clock.Time)) == 1)
                {
                    table.Run("""
                        UPDATE event SET quality = 'corrected',
                          time = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', c.time, printf('%+.3f seconds', (event.monoms - c.monoms) / 1000.0)), event.time)
                        FROM clock c WHERE c.store = ?1 AND c.boot = ?2 AND event.store = ?1 AND event.boot = ?2 AND event.quality <> 'synchronized'
                        """, store, clock.BootId);
                }

                break;
        }
    }

    /// <summary>When it happened, as well as it is known here: counted back from the moment that boot's clock was set, where the event's own clock was not sure.</summary>
    private (string Time, string Quality) Best(EventEnvelope e)
    {
        if (e.TimeQuality == "synchronized") return (Text(e.Time), e.TimeQuality);
        using var rows = table.Query("SELECT monoms, time FROM clock WHERE store = ?1 AND boot = ?2", e.StoreId, e.BootId);
        if (!rows.Read()) return (Text(e.Time), e.TimeQuality);
        var away = (e.MonotonicMilliseconds - (decimal)rows.GetInt64(0)) * TimeSpan.TicksPerMillisecond;
        var set = DateTimeOffset.ParseExact(rows.GetString(1), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var ticks = set.UtcTicks + away;
        return ticks < 0 || ticks > DateTime.MaxValue.Ticks ? (Text(e.Time), e.TimeQuality) : (Text(new DateTimeOffset((long)ticks, TimeSpan.Zero)), "corrected");
    }

    private long GivenUp(JournalId journal)
    {
        var (store, epoch) = (journal.StoreId, journal.Epoch.ToString());
        var (given, end) = (0L, 0L);
        var ranges = new List<SeqRange>();
        using (var rows = table.Query("SELECT first, last FROM gap WHERE store = ?1 AND epoch = ?2 ORDER BY first, last", store, epoch))
        {
            // Declared twice counts once.
            while (rows.Read())
            {
                var first = Math.Max(rows.GetInt64(0), end + 1);
                if (rows.GetInt64(1) >= first) ranges.Add(new(first, rows.GetInt64(1)));
                end = Math.Max(end, rows.GetInt64(1));
            }
        }

        foreach (var range in ranges)
            given += range.To - range.From + 1 - (long)table.Scalar("SELECT count(*) FROM event WHERE store = ?1 AND epoch = ?2 AND seq BETWEEN ?3 AND ?4", store, epoch, range.From, range.To)!;
        return given;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}

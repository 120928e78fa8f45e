using System.Text.Json;

namespace StoreEdge.Agent.Journal;

/// <summary>Rows of events as they are read anywhere: each is checked, and one that is not what was written is left out and named.</summary>
internal static class EventRows
{
    /// <summary>Events after a number, in order. A row whose boot is missing must not vanish without a word, hence the outer join.</summary>
    public const string AfterSql = Columns + "WHERE seq > ? ORDER BY seq";

    /// <summary>As <see cref="AfterSql"/>, within a run of numbers, both ends included.</summary>
    public const string BetweenSql = Columns + "WHERE seq BETWEEN ? AND ? ORDER BY seq";

    /// <summary>As <see cref="AfterSql"/>, of a former journal: its own number in the table <c>former</c>, then the event's.</summary>
    public const string FormerAfterSql =
        """
        SELECT seq, type, data, time_us, recorded_us, boot_id, mono_ms, synchronized, crc, correction_us IS NOT NULL, coalesce(correction_us, 0)
        FROM salvaged WHERE former = ? AND seq > ? ORDER BY seq
        """;

    /// <summary>The columns in the order in which <see cref="TryRead"/> expects them. The time of a boot whose clock was set later is counted back from there.</summary>
    private const string Columns =
        """
        SELECT seq, type, data, event.time_us, recorded_us, boot_id, event.mono_ms, synchronized, crc, synchronized = 0 AND clock.time_us IS NOT NULL,
            clock.time_us + (event.mono_ms - clock.mono_ms) * 1000 - event.time_us
        FROM event LEFT JOIN boot ON boot.id = event.boot LEFT JOIN clock ON clock.boot = event.boot

        """;

    private static readonly long Earliest = JournalTransaction.ToMicroseconds(DateTimeOffset.MinValue), Latest = JournalTransaction.ToMicroseconds(DateTimeOffset.MaxValue);

    /// <summary>As <see cref="AfterSql"/>, of a file that no program has opened yet that knows the column or the table.</summary>
    public static string AfterSqlFor(bool hasChecksums, bool hasClock) => (hasChecksums, hasClock) switch
    {
        (true, true) => AfterSql,
        (false, true) => AfterSql.Replace("crc", "4294967296", StringComparison.Ordinal),
        _ => $"""
            SELECT seq, type, data, time_us, recorded_us, boot_id, mono_ms, synchronized, {(hasChecksums ? "crc" : "4294967296")}, 0, 0
            FROM event LEFT JOIN boot ON boot.id = event.boot WHERE seq > ? ORDER BY seq
            """,
    };

    /// <summary>Reads at most so many sound rows from a statement that is bound, and resets it.</summary>
    /// <param name="rows">One of the statements above.</param>
    /// <param name="limit">How many.</param>
    /// <param name="damaged">Gets the numbers of the rows that were passed over.</param>
    public static List<StoredEvent> Read(Statement rows, int limit, List<long> damaged)
    {
        var found = new List<StoredEvent>();
        while (found.Count < limit && rows.Step())
        {
            if (TryRead(rows) is { } sound) found.Add(sound);
            else damaged.Add(rows.Number(0));
        }

        rows.Reset();
        return found;
    }

    /// <summary>The present row; null where it is not what was written.</summary>
    public static StoredEvent? TryRead(Statement row)
    {
        for (var column = 1; column <= 8; column++)
            if (row.IsNull(column)) return null;
        var (time, recorded) = (row.Number(3), row.Number(4));
        if (!IsTime(time) || !IsTime(recorded)) return null;
        var (seq, type, data, boot, monotonic, synchronized, checksum) = (row.Number(0), row.Text(1), row.Utf8(2), row.Text(5), row.Number(6), row.Number(7) != 0, row.Number(8));
        if (checksum == RowChecksum.None ? !IsJson(data) : checksum != RowChecksum.Of(seq, type, data, time, recorded, boot, monotonic, synchronized)) return null;
        // Both times were counted from one reading of the clock, so one correction serves both.
        var isCorrected = row.Number(9) != 0;
        var correction = isCorrected ? row.Number(10) : 0;
        return !IsTime(time + correction) || !IsTime(recorded + correction) ? null : new(
            seq, type, data, JournalTransaction.FromMicroseconds(time + correction), JournalTransaction.FromMicroseconds(recorded + correction), boot, monotonic,
            KernelClock.Quality(synchronized, isCorrected));
    }

    /// <summary>The checksum of a row that was read; made now for one that has none.</summary>
    public static long ChecksumOf(Statement row) => row.Number(8) is not RowChecksum.None and var given
        ? given
        : RowChecksum.Of(row.Number(0), row.Text(1), row.Utf8(2), row.Number(3), row.Number(4), row.Text(5), row.Number(6), row.Number(7) != 0);

    /// <summary>What can be asked of a row from before there were checksums.</summary>
    private static bool IsJson(byte[] data)
    {
        try
        {
            using var parsed = JsonDocument.Parse(data);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsTime(long microseconds) => microseconds >= Earliest && microseconds <= Latest;
}

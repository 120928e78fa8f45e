using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Bounds the write-ahead log. It begins anew once all of it is in the file and no reader is in it; readers that take turns without a pause never let that happen, so past a bound they are waited for;
/// each is short. Belongs to the writer's thread.
/// </summary>
/// <param name="path">The database.</param>
/// <param name="transaction">Whose log it is.</param>
/// <param name="time">Measures the pause between two tries.</param>
internal sealed class LogBound(string path, JournalTransaction transaction, TimeProvider time)
{
    /// <summary>Twice what SQLite cuts the log to: normal working never gets there.</summary>
    public const long MostBytes = 8L << 20;

    /// <summary>Commits between two looks at the log's size.</summary>
    private const int SeenEvery = 16;

    /// <summary>Our readers take milliseconds; a stranger's that takes longer is not worth holding up the writers, and is tried again later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250), RetryAfter = TimeSpan.FromSeconds(10);

    private int sinceSeen;
    private Instant? stuck;

    /// <summary>A commit has gone into the log.</summary>
    public void Committed()
    {
        if (++sinceSeen < SeenEvery || new FileInfo(path + "-wal") is not { Exists: true, Length: > MostBytes }) return;
        sinceSeen = 0;
        var now = Instant.Now(time);
        if (stuck is { } since && now - since < RetryAfter) return;
        stuck = transaction.TryRestartLog(Patience) ? null : now;
    }
}

namespace StoreEdge.Agent.Journal;

/// <summary>The journal in numbers, at one moment.</summary>
/// <param name="LastSeq">The newest event; 0 where there is none.</param>
/// <param name="AcknowledgedSeq">The last that central holds.</param>
/// <param name="OldestPendingAge">How long ago the oldest event happened that central does not hold, on the monotonic clock where this boot wrote it; zero where central holds all.</param>
/// <param name="DatabaseBytes">Size of the database file.</param>
/// <param name="WalBytes">Size of the write-ahead log beside it.</param>
/// <param name="Appends">Events committed since the start.</param>
/// <param name="Groups">Commits that they took.</param>
/// <param name="Faults">Appends that failed since the start.</param>
/// <param name="Dropped">Committed events that a slow subscriber missed since the start.</param>
/// <param name="Parked">Events that wait in memory because nothing can be written.</param>
/// <param name="GivenUp">Unacknowledged events that a full disk has cost since the start.</param>
internal sealed record JournalStatus(
    long LastSeq, long AcknowledgedSeq, TimeSpan OldestPendingAge, long DatabaseBytes, long WalBytes, long Appends, long Groups,
    long Faults, long Dropped, int Parked, long GivenUp);

/// <summary>One value of a counter that survives restarts: 1, 2, 3 … without reuse.</summary>
internal readonly record struct CounterValue(long Value);

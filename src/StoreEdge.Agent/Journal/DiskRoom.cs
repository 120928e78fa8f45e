using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Keeps the journal going on a full disk: what central holds goes first, then what is worth least (<see cref="Worth"/>), each loss declared in the commit that causes
/// it. Nothing is given back to the disk, where others would take it: free pages stay in the file, and the next events fill them. Owned by the writer's thread.
/// </summary>
/// <param name="directory">The journal's.</param>
/// <param name="options">How much must stay free.</param>
/// <param name="transaction">The writer's.</param>
/// <param name="epoch">The journal's.</param>
/// <param name="acknowledged">The last event that central holds.</param>
/// <param name="commit">Commits a piece of work alone.</param>
/// <param name="time">Now.</param>
/// <param name="health">Told what is given up, and when it is over.</param>
/// <param name="log">Told the sum when it is over, which no warning says any more.</param>
internal sealed class DiskRoom(
    string directory, JournalOptions options, JournalTransaction transaction, Guid epoch, Func<long> acknowledged, Func<JournalWork, bool> commit, TimeProvider time,
    HealthBoard health, ILogger log)
{
    private const string Full = "journal-full";

    /// <summary>What any commit may need beside its events: projections' rows, a counter, an acknowledgement.</summary>
    private const long Spare = 32;

    /// <summary>Made at once of what central holds, so that not every commit must make room again: 512 KiB, about 1,000 events.</summary>
    private const long Reserve = 256;

    /// <summary>More room than before, rather than somebody's file come and gone.</summary>
    private const long RoomStep = 1 << 20;

    /// <summary>From JournalFile.</summary>
    private const long PageSize = 2048;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Ballast ballast = new(directory, options.Ballast);
    private readonly long[] searched = new long[Worth.Classes.Count];
    private readonly long[] lost = new long[Worth.Classes.Count];
    private Instant looked;
    private bool everLooked, isShort, lackedRoom;
    private long lostAll, told = -1, early, roomAgain;

    /// <summary>Gives the ballast's room back where the journal could not even be opened without; before it is.</summary>
    public static void MakeRoomToOpen(string directory, JournalOptions options)
    {
        // The log, its index of 32 KiB and the first commit.
        const long needed = 1 << 20;
        if (options.FreeBytes(directory) < needed) new Ballast(directory, options.Ballast).Release();
    }

    /// <summary>Unacknowledged events given up since the start.</summary>
    public long GivenUp => Interlocked.Read(ref lostAll);

    /// <summary>Before a commit of events of so many bytes. False where the disk is short and nothing is left that may be given up: what little room there is belongs to customers' words.</summary>
    public bool Prepare(long bytes)
    {
        try
        {
            Look();
            // Without room for the giving up itself there may still be plenty to give up: that is what the ballast is for.
            return !isShort || transaction.FreePages() >= Pages(bytes) || TryFree(Pages(bytes)) || (lackedRoom && Rescue(bytes));
        }
        catch (SqliteException)
        {
            // The disk fails in more ways than one; the commit that is tried next says how.
            return true;
        }
    }

    /// <summary>After a commit that found the disk full.</summary>
    /// <returns>Whether it may be tried again.</returns>
    public bool Rescue(long bytes)
    {
        // Where a quota ends, the disk itself says that there is room: it counts only once there is more of it.
        roomAgain = Math.Max(options.FreeFloor, Free() is < long.MaxValue / 2 and var free ? free + RoomStep : 0);
        Shorten();
        ballast.Release();
        try
        {
            // The file must be able to take what stands in the log before pages of it can be free for good.
            transaction.FoldLog();
            return TryFree(Pages(bytes));
        }
        catch (SqliteException)
        {
            return false;
        }
        finally
        {
            ballast.Refill(Free());
        }
    }

    /// <summary>Whether the disk is short now, whatever SQLite called its fault: a log's index that cannot grow is an input error to it.</summary>
    public bool IsShort => isShort || Free() < options.FreeFloor;

    /// <summary>Notices a disk that fills or empties, once a second.</summary>
    private void Look()
    {
        var now = Instant.Now(time);
        if (everLooked && now - looked < LookEvery) return;
        (everLooked, looked) = (true, now);
        var free = Free();
        if (free < options.FreeFloor || (isShort && free < roomAgain))
        {
            Shorten();
            return;
        }

        // Over again only when the ballast is whole and the floor stays free beside it, or every second would be another state.
        if (!ballast.IsWhole) ballast.Refill(free - options.FreeFloor);
        if (!isShort || !ballast.IsWhole) return;
        (isShort, roomAgain) = (false, 0);
        log.LogInformation("There is room for the journal again; given up meanwhile: {What}", Told());
        Array.Clear(lost);
        (early, told) = (0, -1);
        health.Clear(Full);
    }

    /// <summary>Where the disk cannot even be asked, its room is not what is wrong.</summary>
    private long Free()
    {
        try
        {
            return options.FreeBytes(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }

    private static long Pages(long bytes) => Spare + (bytes / PageSize);

    private void Shorten()
    {
        isShort = true;
        Tell();
    }

    private void Tell()
    {
        var sum = lost.Sum() + early;
        if (sum == told) return;
        told = sum;
        health.Raise(
            Full, lost.Sum() > 0 ? Severity.Fault : Severity.Warning, $"The disk is full, and the journal lives in the room that it has. Given up so far: {Told()}.",
            "Free some room on the disk of state.directory (df -h; journalctl --vacuum-size=100M). Everything goes on by itself; central is told which numbers are lost.");
    }

    private string Told()
    {
        string[] names = ["counts, dwells and zones", "decisions and proofs of play", "departures", "arrivals"];
        var parts = lost.Select((n, i) => (n, names[i])).Where(p => p.n > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.n} {p.Item2}")).ToList();
        if (early > 0) parts.Add("what central holds already, earlier than configured");
        return parts.Count > 0 ? string.Join("; ", parts) : "nothing";
    }

    /// <summary>Gives up as much as is needed; false where that is not to be had.</summary>
    private bool TryFree(long pages)
    {
        lackedRoom = false;
        while (transaction.FreePages() < pages + Reserve && TryRetireEarly())
        {
        }

        // No reserve out of what central lacks: that goes only when its room is needed, a window of numbers at a time.
        while (transaction.FreePages() < pages && TryGiveUp())
        {
        }

        // So that the log begins anew and the next commits need no room for it.
        transaction.FoldLog();
        Tell();
        return transaction.FreePages() >= pages;
    }

    private bool TryCommit(JournalWork work)
    {
        var isKept = commit(work);
        lackedRoom |= !isKept;
        return isKept;
    }

    private bool TryRetireEarly()
    {
        var work = new EarlyRetirement(acknowledged);
        if (transaction.OldestSeq() is var oldest && (oldest == 0 || oldest > Math.Min(acknowledged(), transaction.LastSeq - 1)) || !TryCommit(work)) return false;
        early += work.Deleted;
        return true;
    }

    private bool TryGiveUp()
    {
        for (var worth = 0; worth < searched.Length; worth++)
        {
            // The newest row stays, so that the numbers go on from it after a restart; the gap's own event is a newer one.
            while (Math.Max(searched[worth], acknowledged()) is var before && before < transaction.LastSeq)
            {
                var (first, last) = (before + 1, Math.Min(before + GapData.MostRanges, transaction.LastSeq));
                if (transaction.InWindow(worth, first, last).Count > 0)
                {
                    var work = new GivingUpWork(worth, first, last, epoch);
                    if (!TryCommit(work)) return false;
                    lost[worth] += work.Count;
                    Interlocked.Add(ref lostAll, work.Count);
                    return true;
                }

                // A window that is not full yet will have to be searched again.
                if (last < before + GapData.MostRanges) break;
                searched[worth] = last;
            }
        }

        return false;
    }

    /// <summary>Deletes what central holds, whatever its age.</summary>
    private sealed class EarlyRetirement(Func<long> acknowledged) : JournalWork
    {
        public long Deleted { get; private set; }

        public override void Execute(JournalTransaction transaction)
        {
            var held = acknowledged();
            transaction.Acknowledge(held);
            var oldest = transaction.OldestSeq();
            var limit = Math.Min(Math.Min(held, transaction.LastSeq - 1), oldest + RetentionWork.Chunk - 1);
            transaction.DeleteThrough(limit);
            Deleted = limit - oldest + 1;
        }

        public override void Committed()
        {
        }

        public override void Failed(JournalFault fault)
        {
        }
    }

    private sealed class GivingUpWork(int worth, long first, long last, Guid epoch) : JournalWork
    {
        public int Count { get; private set; }

        public override void Execute(JournalTransaction transaction) => Count = transaction.GiveUp(worth, first, last, epoch);

        public override void Committed()
        {
        }

        public override void Failed(JournalFault fault)
        {
        }
    }
}

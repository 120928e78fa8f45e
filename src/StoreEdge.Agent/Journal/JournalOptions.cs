using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>Settings of the journal; the defaults suit a Raspberry Pi with an SD card.</summary>
internal sealed record JournalOptions
{
    /// <summary>How long an acknowledged event is kept, counted in time the agent ran, so that a wrong clock deletes nothing. 1 hour–10 years.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>At most this many acknowledged events are kept, whatever their age: 500,000 are about 250 MB. 1–100,000,000.</summary>
    public long KeepAtMost { get; init; } = 500_000;

    /// <summary>How often old events are looked for. 1 minute–1 day.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an acknowledgement may wait for an event to share its commit; losing one only makes central hear some events again. 0–1 minute.</summary>
    public TimeSpan AcknowledgeWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many appends may wait for the disk before the next one waits for room. 1–65,536.</summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>
    /// How long an event may wait for company before its commit. Zero: what comes while the disk is busy shares the next commit, and nothing waits. On an SD card a
    /// second makes a handful of commits out of a crowd's. 0–1 s.
    /// </summary>
    public TimeSpan Linger { get; init; }

    /// <summary>With less free room on the disk than this the journal does not grow: 4 MiB, for what else the machine and the agent must write. In bytes; not configured.</summary>
    public long FreeFloor { get; init; } = 4L << 20;

    /// <summary>The free room of the journal's disk in bytes; asked at most once a second.</summary>
    public Func<string, long> FreeBytes { get; init; } = directory => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>Size of the file that is thrown away on a full disk, in bytes; not configured.</summary>
    public long Ballast { get; init; } = Journal.Ballast.DefaultSize;

    /// <summary>How many events wait in memory while nothing can be written: a busy store's day, at 1–2 kB each. 1 or more; not configured.</summary>
    public int ParkedAtMost { get; init; } = 4096;

    /// <summary>The directory that this journal stands in for, because nothing can be written there; null where it is the store's own. Not configured.</summary>
    public string? StandsInFor { get; init; }

    /// <summary>Where a journal may lie that stood in for this one: it is brought home. Null where there is no such place. Not configured.</summary>
    public string? StandIn { get; init; }

    /// <summary>Whether the wall clock is set from a trusted source; asked once per commit.</summary>
    public Func<bool> ClockSynchronized { get; init; } = KernelClock.IsSynchronized;

    /// <summary>The kernel's boot id; another one in tests.</summary>
    public Func<string> BootId { get; init; } = KernelClock.ReadBootId;

    /// <summary>The least that it can be, for what must hold whatever the wall clock shows; null where that is the wall clock. Asked as above.</summary>
    public Func<DateTimeOffset>? TimeAtLeast { get; init; }

    /// <summary>Below the tenth of a second that <see cref="ClockRecord"/> grants.</summary>
    private static readonly TimeSpan TogetherWithin = TimeSpan.FromMilliseconds(50);

    /// <summary>A machine that stands still so often has other worries than a wrong anchor.</summary>
    private const int MostTries = 20;

    /// <summary>Reads all clocks, the question whether the time is known first: one that is set in between was then wrong at worst in the word.</summary>
    public ClockReading ReadClock(TimeProvider time)
    {
        var known = ClockSynchronized();
        var (before, wall, at) = (Instant.Now(time), time.GetUtcNow(), Instant.Now(time));
        // A thread that stood still between the two clocks would make a set one of the difference.
        for (var tries = 1; at - before > TogetherWithin && tries < MostTries; tries++) (before, wall, at) = (Instant.Now(time), time.GetUtcNow(), Instant.Now(time));
        return new(at, wall, known, known || TimeAtLeast is null ? wall : TimeAtLeast());
    }
}

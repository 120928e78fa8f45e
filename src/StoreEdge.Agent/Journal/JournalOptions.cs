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

    /// <summary>Whether the wall clock is set from a trusted source; asked once per commit.</summary>
    public Func<bool> ClockSynchronized { get; init; } = KernelClock.IsSynchronized;

    /// <summary>The kernel's boot id; another one in tests.</summary>
    public Func<string> BootId { get; init; } = KernelClock.ReadBootId;

    /// <summary>The least that it can be, for what must hold whatever the wall clock shows; null where that is the wall clock. Asked as above.</summary>
    public Func<DateTimeOffset>? TimeAtLeast { get; init; }

    /// <summary>Reads all clocks, the question whether the time is known first: one that is set in between was then wrong at worst in the word.</summary>
    public ClockReading ReadClock(TimeProvider time)
    {
        var known = ClockSynchronized();
        var (wall, at) = (time.GetUtcNow(), Instant.Now(time));
        return new(at, wall, known, known || TimeAtLeast is null ? wall : TimeAtLeast());
    }
}

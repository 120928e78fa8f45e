using StoreEdge.Core;

namespace StoreEdge.Agent.Timekeeping;

/// <summary>
/// What is known about the time on a machine that may have lost it: a Raspberry Pi without a battery starts in 1970, or where it was switched off. May be asked by
/// any thread, as often as you like: each answer costs one system call.
/// <list type="bullet">
/// <item>To verify a certificate, or that a command has not expired: <see cref="ForVerification"/>.</item>
/// <item>To say a time that others rely on: <see cref="Trusted"/>, and say nothing while it is null.</item>
/// <item>To judge an age that must not come out too small: the time while <see cref="IsKnown"/>, and "unknown" otherwise.</item>
/// <item>For what must not come back too soon (a cap, the next generation of a key): <see cref="LowerBound"/>.</item>
/// <item>For all else (what an event says, rotating ids, quiet hours): <see cref="BestGuess"/>, which is what the store's <see cref="TimeProvider"/> shows.</item>
/// <item>To measure an interval: neither, but <see cref="Instant"/>.</item>
/// </list>
/// </summary>
internal sealed class TrustedClock
{
    /// <summary>
    /// A clock that claims to be right but shows a time before the program existed is not right, whatever its claim. The machine that committed the source may have been
    /// ahead itself, hence a day.
    /// </summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromDays(1);

    private readonly TimeProvider time;
    private readonly Func<bool> synchronized;
    private readonly DateTimeOffset built;
    private readonly string file, bootId;
    private volatile Floor floor;

    /// <summary>Takes up what was kept.</summary>
    /// <param name="time">The machine's clock; its monotonic origin is the boot.</param>
    /// <param name="synchronized">Whether the kernel says that an NTP client keeps the clock right.</param>
    /// <param name="built">When the program was built.</param>
    /// <param name="stateDirectory">Where the last known time is kept.</param>
    /// <param name="bootId">The kernel's boot id.</param>
    public TrustedClock(TimeProvider time, Func<bool> synchronized, DateTimeOffset built, string stateDirectory, string bootId)
    {
        (this.time, this.synchronized, this.built, this.bootId) = (time, synchronized, built, bootId);
        file = Path.Combine(stateDirectory, KnownTime.FileName);
        var known = KnownTime.Read(file, built);
        // In a later boot the kept time lies before the boot: all that this boot's monotonic clock shows has passed since.
        var isThisBoot = known?.BootId == bootId;
        floor = known is null ? new(built, Instant.Now(time), IsExact: false)
            : new(known.Time, isThisBoot ? new(known.MonotonicMilliseconds * 1_000_000) : Instant.Origin, isThisBoot && known.IsExact);
    }

    /// <summary>Whether the wall clock is right: the kernel says so, and it does not show a time before this program was made.</summary>
    public bool IsSynchronized => synchronized() && time.GetUtcNow() >= built - Leeway;

    /// <summary>
    /// Whether the time is known: the wall clock is right, or has been in this boot, since when the monotonic clock has counted on, to 500 parts in a million (43 s a day) in
    /// the worst case.
    /// </summary>
    public bool IsKnown => IsSynchronized || floor.IsExact;

    /// <summary>It is at least this late: the build of the program, the last known time and what has passed since by the monotonic clock. Never goes back within a run, except to a clock that is right.</summary>
    public DateTimeOffset LowerBound
    {
        get
        {
            if (IsSynchronized) Learn();
            var (known, at, _) = floor;
            var since = Instant.Now(time) - at;
            var reached = since > TimeSpan.Zero ? known + since : known;
            return reached > built ? reached : built;
        }
    }

    /// <summary>The time; null while nobody can know it.</summary>
    public DateTimeOffset? Trusted => IsSynchronized ? time.GetUtcNow() : null;

    /// <summary>
    /// The time as well as anybody here knows: exactly while <see cref="IsKnown"/>, however the wall clock is set meanwhile; before that the wall clock, or
    /// <see cref="LowerBound"/> where that shows less.
    /// </summary>
    public DateTimeOffset BestGuess
    {
        get
        {
            if (IsSynchronized) return time.GetUtcNow();
            var (least, wall) = (LowerBound, time.GetUtcNow());
            return wall > least && !floor.IsExact ? wall : least;
        }
    }

    /// <summary>
    /// What to hold the dates of certificates and commands against. It accepts nothing that had expired before the machine last knew the time; what expired since, on a clock
    /// that is behind, nobody here can know.
    /// </summary>
    public DateTimeOffset ForVerification => BestGuess;

    /// <summary>Writes the lower bound down for the next start.</summary>
    /// <exception cref="IOException">It could not be written; the former one stands.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void Keep()
    {
        var least = LowerBound;
        new KnownTime(least, bootId, Instant.Now(time).Milliseconds, floor.IsExact).Write(file);
    }

    /// <summary>
    /// A right clock overrules what was kept, also backwards: one that had been set a year ahead by a wrong time server would otherwise make certificates look expired for a
    /// year.
    /// </summary>
    private void Learn() => floor = new(time.GetUtcNow(), Instant.Now(time), IsExact: true);

    /// <summary>It was at least <paramref name="Time"/> when the monotonic clock showed <paramref name="At"/>; exactly, where the clock was right then, in this boot.</summary>
    private sealed record Floor(DateTimeOffset Time, Instant At, bool IsExact);
}

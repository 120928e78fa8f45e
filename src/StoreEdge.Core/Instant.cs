namespace StoreEdge.Core;

/// <summary>
/// A moment on a clock that never jumps: nanoseconds since some fixed but unknown origin (the boot of the machine, or the first frame of a recording).
/// Every interval in presence, caps and back-off is measured between two of these; the wall clock is only stamped on what is stored.
/// </summary>
/// <param name="Nanoseconds">Nanoseconds since the origin; never negative.</param>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>The origin itself.</summary>
    public static Instant Origin => default;

    /// <summary>The present on <paramref name="time"/>'s monotonic clock.</summary>
    public static Instant Now(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new((long)((Int128)time.GetTimestamp() * 1_000_000_000 / time.TimestampFrequency));
    }

    /// <summary>Milliseconds since the origin, rounded down.</summary>
    public long Milliseconds => Nanoseconds / 1_000_000;

    /// <summary>The span from <paramref name="earlier"/> to <paramref name="later"/>, to 100 ns.</summary>
    public static TimeSpan operator -(Instant later, Instant earlier) => TimeSpan.FromTicks((later.Nanoseconds - earlier.Nanoseconds) / 100);

    /// <summary>The moment <paramref name="span"/> after <paramref name="start"/>.</summary>
    public static Instant operator +(Instant start, TimeSpan span) => new(start.Nanoseconds + span.Ticks * 100);

    /// <summary>Whether <paramref name="a"/> is before <paramref name="b"/>.</summary>
    public static bool operator <(Instant a, Instant b) => a.Nanoseconds < b.Nanoseconds;

    /// <summary>Whether <paramref name="a"/> is after <paramref name="b"/>.</summary>
    public static bool operator >(Instant a, Instant b) => a.Nanoseconds > b.Nanoseconds;

    /// <summary>Whether <paramref name="a"/> is not after <paramref name="b"/>.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds;

    /// <summary>Whether <paramref name="a"/> is not before <paramref name="b"/>.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);
}

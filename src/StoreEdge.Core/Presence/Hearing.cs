using System.Runtime.CompilerServices;

namespace StoreEdge.Core.Presence;

/// <summary>What one receiver hears of one subject: two exponentially weighted levels, fast for the door and slow for zones, and the latest packets near enough for an arrival.</summary>
internal struct Hearing
{
    /// <summary>What a receiver that hears nothing stands for: just below the weakest packet that a controller reports.</summary>
    internal const double Floor = -100;

    private const double FadePerSecond = 10;
    private Strong strong;
    private byte strongCount;
    private double fast;
    private double slow;

    /// <summary>Whether anything was heard yet.</summary>
    internal bool Heard { get; private set; }

    /// <summary>When, last.</summary>
    internal Instant Last { get; private set; }

    /// <summary>Takes a packet.</summary>
    internal void Take(sbyte rssi, Instant at, bool countsForArrival, PresenceOptions options)
    {
        var elapsed = Heard ? Math.Max((at - Last).TotalSeconds, 0) : double.PositiveInfinity;
        fast = Follow(fast, rssi, elapsed, options.DoorTimeConstant.TotalSeconds);
        slow = Follow(slow, rssi, elapsed, options.ZoneTimeConstant.TotalSeconds);
        Heard = true;
        Last = at;
        if (!countsForArrival) return;
        strong[strongCount % 16] = at;
        strongCount = strongCount == 255 ? (byte)16 : (byte)(strongCount + 1);
    }

    /// <summary>Whether the last <paramref name="packets"/> that count lie within <paramref name="window"/> of <paramref name="now"/>.</summary>
    internal readonly bool HasArrived(int packets, TimeSpan window, Instant now) =>
        strongCount >= packets && now - strong[(strongCount - packets) % 16] <= window;

    /// <summary>Forgets the packets counted so far, so that the next arrival needs new ones.</summary>
    internal void StartOver() => strongCount = 0;

    /// <summary>The fast level now: it fades once the receiver misses packets that the device should have sent.</summary>
    internal readonly double FastAt(Instant now, double patienceSeconds) => Heard ? Fade(fast, now, patienceSeconds) : Floor;

    /// <summary>The slow level now, fading likewise.</summary>
    internal readonly double SlowAt(Instant now, double patienceSeconds) => Heard ? Fade(slow, now, patienceSeconds) : Floor;

    private static double Follow(double level, double value, double elapsed, double constant) =>
        double.IsPositiveInfinity(elapsed) ? value : level + (1 - Math.Exp(-elapsed / constant)) * (value - level);

    private readonly double Fade(double level, Instant now, double patienceSeconds)
    {
        var missing = (now - Last).TotalSeconds - patienceSeconds;
        return missing <= 0 ? level : Math.Max(Floor, level - FadePerSecond * missing);
    }

    [InlineArray(16)]
    private struct Strong
    {
        private Instant first;
    }
}

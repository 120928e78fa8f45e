using System.Runtime.CompilerServices;

namespace StoreEdge.Core.Presence;

/// <summary>
/// What one receiver hears of one subject: two exponentially weighted levels, fast for the door and slow for zones, the latest packets near enough for an arrival, and
/// the evidence for nearness that they add up to.
/// </summary>
internal struct Hearing
{
    /// <summary>What a receiver that hears nothing stands for: just below the weakest packet that a controller reports.</summary>
    internal const double Floor = -100;

    /// <summary>What an outside receiver says of the inside threshold.</summary>
    internal const int NoThreshold = int.MinValue;

    private const double FadePerSecond = 10;

    // RSSI keeps 0.65 of itself over a second (measured on bodies and pockets): exp(−1/2.3).
    private const double CorrelationSeconds = 2.3;

    // A single packet proves no more than this, however strong, and no less, however weak: a fade that ends is no approach.
    private const int MostAbove = 20, MostBelow = 8;
    private Strong strong;
    private byte strongCount;
    private double fast;
    private double slow;
    private double evidence;
    private int lastAbove;

    /// <summary>Whether anything was heard yet.</summary>
    internal bool Heard { get; private set; }

    /// <summary>When, last.</summary>
    internal Instant Last { get; private set; }

    /// <summary>Takes a packet.</summary>
    /// <param name="rssi">dBm.</param>
    /// <param name="at">When.</param>
    /// <param name="above">dB above the level that counts towards an arrival, or <see cref="NoThreshold"/>.</param>
    /// <param name="options">The rules.</param>
    internal void Take(sbyte rssi, Instant at, int above, PresenceOptions options)
    {
        var elapsed = Heard ? Math.Max((at - Last).TotalSeconds, 0) : double.PositiveInfinity;
        fast = Follow(fast, rssi, elapsed, options.DoorTimeConstant.TotalSeconds);
        slow = Follow(slow, rssi, elapsed, options.ZoneTimeConstant.TotalSeconds);
        Heard = true;
        Last = at;
        if (above == NoThreshold) return;
        Weigh(Math.Clamp(above, -MostBelow, MostAbove), elapsed);
        if (above < 0) return;
        strong[strongCount % 16] = at;
        strongCount = strongCount == 255 ? (byte)16 : (byte)(strongCount + 1);
    }

    /// <summary>Whether the last <paramref name="packets"/> that count lie within <paramref name="window"/> of <paramref name="now"/>.</summary>
    internal readonly bool HasArrived(int packets, TimeSpan window, Instant now) =>
        strongCount >= packets && now - strong[(strongCount - packets) % 16] <= window;

    /// <summary>dB of evidence that the device is near, rather than as far below the threshold as it is above it.</summary>
    internal readonly double Evidence => evidence;

    /// <summary>Forgets the packets counted so far, so that the next arrival needs new ones.</summary>
    internal void StartOver() => (strongCount, evidence) = (0, 0);

    /// <summary>The fast level now: it fades once the receiver misses packets that the device should have sent.</summary>
    internal readonly double FastAt(Instant now, double patienceSeconds) => Heard ? Fade(fast, now, patienceSeconds) : Floor;

    /// <summary>The slow level now, fading likewise.</summary>
    internal readonly double SlowAt(Instant now, double patienceSeconds) => Heard ? Fade(slow, now, patienceSeconds) : Floor;

    // The likelihood ratio of a first-order autoregressive level, summed as it comes and never below 0 (Page's cumulative sum): what a packet merely repeats of the one
    // before it is not told twice, so that a second of packets says the same at 100 ms as at 500 ms, and losses cost no more than their time.
    private void Weigh(int above, double elapsed)
    {
        var kept = Math.Exp(-elapsed / CorrelationSeconds);
        evidence = Math.Max(0, evidence + (above - kept * lastAbove) / (1 + kept));
        lastAbove = above;
    }

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

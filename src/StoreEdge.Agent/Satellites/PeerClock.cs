using StoreEdge.Core;

namespace StoreEdge.Agent.Satellites;

/// <summary>
/// How another machine's monotonic clock stands against ours, from exchanges of four instants as in NTP (RFC 5905, section 8): of the latest ones that with the shortest
/// round trip is believed, because delay on the way can only add to it, and the error is at most half of it. Wall clocks play no part, so they may be wrong by hours.
/// </summary>
internal sealed class PeerClock
{
    // One exchange a second: over 16 s two bad crystals (±100 ppm each) drift apart by 3 ms.
    private const int Remembered = 16;

    /// <summary>How fast two clocks may drift apart beyond what the round trips explain before it counts as a jump: some times what bad crystals do.</summary>
    private const double MostDrift = 0.001;

    private readonly Queue<Exchange> exchanges = new();
    private Exchange best;

    /// <summary>Whether instants can be carried over yet.</summary>
    public bool IsKnown => exchanges.Count > 0;

    /// <summary>The shortest round trip of late.</summary>
    public TimeSpan RoundTrip => TimeSpan.FromTicks(best.RoundTrip / 100);

    /// <summary>How often the other clock jumped: the machine was suspended.</summary>
    public long Jumps { get; private set; }

    /// <summary>Takes one exchange: sent by us, taken by the peer, answered by the peer, received by us, each in ns on the clock of who did it.</summary>
    /// <exception cref="FormatException">These four cannot have happened.</exception>
    public void Take(long sent, long taken, long answered, long received)
    {
        if (answered < taken || received < sent || answered - taken > received - sent) throw new FormatException("an answer about the time that cannot be true");
        // Half of each difference, as their sum could overflow.
        var exchange = new Exchange(received, (taken - sent) / 2 + (answered - received) / 2, received - sent - (answered - taken));
        if (IsKnown && Math.Abs(exchange.Offset - best.Offset) > (exchange.RoundTrip + best.RoundTrip) / 2 + 1_000_000 + (received - best.At) * MostDrift)
        {
            Jumps++;
            exchanges.Clear();
        }

        exchanges.Enqueue(exchange);
        if (exchanges.Count > Remembered) exchanges.Dequeue();
        best = exchanges.MinBy(e => e.RoundTrip);
    }

    /// <summary>An instant of the peer's clock on ours; null for one that lies before our clock began.</summary>
    public Instant? Here(Instant there) => there.Nanoseconds - best.Offset is >= 0 and var here ? new Instant(here) : null;

    private readonly record struct Exchange(long At, long Offset, long RoundTrip);
}

namespace StoreEdge.Core.Telling;

/// <summary>
/// Which of several brokers to try next, and when. Each has a back-off of its own, so a dead one costs the others nothing; among those whose rest is over
/// the one that has failed least wins, and then the first in order. After any failure the next attempt waits at least a jittered moment, whichever broker it is for: a fleet that loses its first broker at one
/// instant must not fall upon the second at one instant.
/// </summary>
/// <param name="brokers">How many there are, at least one; 0 is the preferred one.</param>
/// <param name="first">The first retry of a broker comes within this time.</param>
/// <param name="most">No retry is further away than this.</param>
/// <param name="random">Spreads the attempts.</param>
public sealed class BrokerRota(int brokers, TimeSpan first, TimeSpan most, Random random)
{
    private readonly Backoff[] backoffs = [.. Enumerable.Range(0, brokers).Select(_ => new Backoff(first, most, random))];
    private readonly Instant[] restUntil = new Instant[brokers];

    /// <summary>The broker that is tried or used now.</summary>
    public int Current { get; private set; }

    /// <summary>Failures of the current broker since it last proved itself.</summary>
    public int Failures => backoffs[Current].Failures;

    /// <summary>An attempt or a connection failed; chooses who is next.</summary>
    /// <param name="now">The present.</param>
    /// <param name="countsAs">At least so many failures; more than one where haste does harm.</param>
    /// <returns>How long to wait before <see cref="Current"/> is tried.</returns>
    public TimeSpan Failed(Instant now, int countsAs = 0)
    {
        backoffs[Current].SlowDownTo(countsAs);
        restUntil[Current] = now + backoffs[Current].Next();
        if (brokers == 1) return restUntil[0] - now;
        var moment = now + (first * random.NextDouble());
        var next = 0;
        for (var i = 1; i < brokers; i++)
            if ((Later(restUntil[i], moment), backoffs[i].Failures).CompareTo((Later(restUntil[next], moment), backoffs[next].Failures)) < 0) next = i;
        Current = next;
        return Later(restUntil[next], moment) - now;
    }

    /// <summary>The current broker's connection has proved itself.</summary>
    public void Proved() => backoffs[Current].Reset();

    /// <summary>The preferred broker answers again: it is tried next, without rest.</summary>
    public void ReturnToFirst() => Current = 0;

    private static Instant Later(Instant a, Instant b) => a > b ? a : b;
}

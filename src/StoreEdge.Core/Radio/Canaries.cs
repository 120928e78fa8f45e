using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Radio;

/// <summary>
/// The fixed beacons that one receiver hears regularly. They tell a dead radio from an empty store: while one of them is heard the radio hears, and when all of them fall
/// silent at once, it does not. Nothing is configured: which beacons are fixed says the enrolment list, how often they advertise is learned. May be asked from any thread.
/// </summary>
public sealed class Canaries
{
    /// <summary>How many are watched; more would not make it surer.</summary>
    public const int Most = 8;

    /// <summary>How many mean gaps of silence are too many: with half of the packets lost, one silence in 64 is that long by chance, and it only holds exits up for a moment.</summary>
    public const double SilentGaps = 6;

    /// <summary>The least silence that counts. A visit ends by silence after 8 s at the earliest; blindness must be known well before.</summary>
    public static readonly TimeSpan LeastSilence = TimeSpan.FromSeconds(3);

    /// <summary>A beacon heard less often than this tells too late to be of use.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(5);

    /// <summary>A canary that was silent for this long while others were heard has an empty battery or was taken away.</summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromMinutes(10);

    // So many gaps in a row beyond what is learned: the beacon was set to another interval, or hangs elsewhere.
    private const int Relearn = 8;

    /// <summary>Fixed beacons advertise many times in this while.</summary>
    private static readonly TimeSpan OnceIn = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Canary[] watched = new Canary[Most];
    private int count;
    private Instant lastOther;
    private bool heardOther;
    private int forgotten;

    /// <summary>How many beacons are known well enough to be missed.</summary>
    public int Learned
    {
        get
        {
            lock (gate)
            {
                var learned = 0;
                for (var i = 0; i < count; i++)
                    if (watched[i].IsLearned) learned++;
                return learned;
            }
        }
    }

    /// <summary>A fixed beacon was heard.</summary>
    public void Hear(BeaconId beacon, Instant at)
    {
        lock (gate)
        {
            for (var i = 0; i < count; i++)
            {
                if (watched[i].Id != beacon) continue;
                watched[i].Hear(at);
                return;
            }

            if (count < Most) watched[count++] = new() { Id = beacon, Last = at, Times = 1 };
        }
    }

    /// <summary>Any other advertisement was heard.</summary>
    public void HearOther(Instant at)
    {
        lock (gate) (lastOther, heardOther) = (at, true);
    }

    /// <summary>Since when every learned canary is silent for longer than it should be; null while one is heard, or where none is learned: an empty store is no fault.</summary>
    public Instant? SilentSince(Instant now)
    {
        lock (gate)
        {
            Instant? since = null;
            for (var i = 0; i < count; i++)
            {
                if (!watched[i].IsLearned) continue;
                if (now - watched[i].Last <= watched[i].Patience) return null;
                if (since is null || watched[i].Last > since.Value) since = watched[i].Last;
            }

            return since;
        }
    }

    /// <summary>
    /// Whether every fixed beacon was heard exactly once, long ago, while others are still heard: so looks a filter of duplicates, under which nobody can be present for long.
    /// </summary>
    public bool HeardOnceOnly(Instant now)
    {
        lock (gate)
        {
            for (var i = 0; i < count; i++)
                if (watched[i].Times != 1 || now - watched[i].Last < OnceIn) return false;
            return count > 0 && heardOther && now - lastOther < OnceIn;
        }
    }

    /// <summary>
    /// Whether anything else was heard well after <paramref name="since"/>, the last word of a canary: a radio that goes deaf all at once still hears others until the canary's next
    /// advertisement would have come, and that is no sign of life.
    /// </summary>
    public bool HeardOthersSince(Instant since)
    {
        lock (gate)
        {
            var patience = TimeSpan.MaxValue;
            for (var i = 0; i < count; i++)
                if (watched[i].IsLearned && watched[i].Patience < patience) patience = watched[i].Patience;
            return heardOther && patience != TimeSpan.MaxValue && lastOther > since + patience;
        }
    }

    /// <summary>
    /// Forgets canaries that have been silent for <see cref="GoneAfter"/> while the receiver was open and others were heard almost to the end of it; else a flat battery would
    /// hold up every exit for good.
    /// </summary>
    /// <param name="now">The present.</param>
    /// <param name="openSince">Since when the receiver could have heard them.</param>
    /// <returns>How many were forgotten.</returns>
    public int ForgetGone(Instant now, Instant openSince)
    {
        lock (gate)
        {
            var kept = 0;
            var before = count;
            for (var i = 0; i < before; i++)
            {
                var from = watched[i].Last > openSince ? watched[i].Last : openSince;
                var gone = now - from >= GoneAfter && heardOther && now - lastOther < LeastSilence;
                if (!gone) watched[kept++] = watched[i];
            }

            count = kept;
            forgotten += before - kept;
            return before - kept;
        }
    }

    /// <summary>Whether as many as were forgotten have been learned since; true once for each time.</summary>
    public bool Returned()
    {
        lock (gate)
        {
            if (forgotten == 0 || count < forgotten) return false;
            for (var i = count - forgotten; i < count; i++)
                if (!watched[i].IsLearned) return false;
            forgotten = 0;
            return true;
        }
    }

    private struct Canary
    {
        internal BeaconId Id;
        internal Instant Last;
        internal int Times;
        private AdvertisingInterval interval;
        private int beyond;

        internal readonly bool IsLearned => interval.Mean is { Ticks: > 0 } mean && mean <= LongestInterval;

        internal readonly TimeSpan Patience => interval.Mean * SilentGaps is var patience && patience > LeastSilence ? patience : LeastSilence;

        internal void Hear(Instant at)
        {
            var gap = at - Last;
            if (gap < AdvertisingInterval.SameAdvertisement) return;
            Last = at;
            if (Times < int.MaxValue) Times++;
            // Before it is learned, a gap that is longer than a canary's may be says nothing about its interval; afterwards, neither does one that made it missed.
            if (gap <= (IsLearned ? Patience : LongestInterval))
            {
                interval.Learn(gap);
                beyond = 0;
            }
            else if (++beyond >= Relearn)
            {
                interval = default;
                beyond = 0;
            }
        }
    }
}

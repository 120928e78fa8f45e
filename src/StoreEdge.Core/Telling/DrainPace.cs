namespace StoreEdge.Core.Telling;

/// <summary>
/// How fast a store may send its backlog: a token bucket, filled at the rate and at first full. It meters events, not messages, because it is central's table that must
/// keep up. New events are never metered.
/// </summary>
/// <remarks>
/// The default is for the fleet, not for the store. After a regional outage 10,000 stores come back within the five minutes of their back-off. At 3 events/s they say
/// 30,000 a second, and their first batches of 500 add 16,700 a second for those five minutes: together what one SQLite keeps in commits of ten (47,000/s), however long the
/// outage was. Unmetered it would be their whole backlog in five minutes: 53,000/s after four hours, 160,000/s after a day. For one store 3/s are ten times
/// the pace at which a busy one makes events (4,800 a day, 0.3/s at its peak): four hours are told in 6 minutes, a day in 24. Central raises it for a store that it waits for.
/// </remarks>
public sealed class DrainPace
{
    /// <summary>Events a second where nobody says otherwise.</summary>
    public const int Default = 3;

    /// <summary>The most that may be asked for: no limit in practice.</summary>
    public const int Most = 1_000_000;

    /// <summary>At a slow pace events are saved up for this long, so that they travel in batches and central still hears of progress at every turn of its own patience.</summary>
    private const int SaveUpSeconds = 10;

    private double tokens;
    private Instant filledAt;

    /// <summary>A full bucket.</summary>
    /// <param name="perSecond">Events a second, 1–<see cref="Most"/>.</param>
    /// <param name="now">The present.</param>
    public DrainPace(int perSecond, Instant now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        (PerSecond, filledAt, tokens) = (perSecond, now, Room(perSecond));
    }

    /// <summary>Events a second.</summary>
    public int PerSecond { get; private set; }

    /// <summary>Another pace from now on.</summary>
    public void Change(int perSecond, Instant now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        Fill(now);
        PerSecond = perSecond;
        tokens = Math.Min(tokens, Room(perSecond));
    }

    /// <summary>How many of <paramref name="wanted"/> events may go now; 0 while too few are saved up to be worth a message.</summary>
    public int Allow(Instant now, int wanted)
    {
        Fill(now);
        var allowed = (int)Math.Min(wanted, tokens);
        return allowed >= Worthwhile(wanted) ? allowed : 0;
    }

    /// <summary>How long until some of <paramref name="wanted"/> events may go.</summary>
    public TimeSpan Wait(Instant now, int wanted)
    {
        Fill(now);
        return TimeSpan.FromSeconds(Math.Max(0, Worthwhile(wanted) - tokens) / PerSecond);
    }

    /// <summary>So many have gone.</summary>
    public void Spend(int events) => tokens -= events;

    /// <summary>A whole batch, or one second's worth where that is more.</summary>
    private static double Room(int perSecond) => Math.Max(BatchSize.MostEvents, perSecond);

    private int Worthwhile(int wanted) => (int)Math.Min(wanted, Math.Clamp((long)PerSecond * SaveUpSeconds, 1, BatchSize.MostEvents));

    private void Fill(Instant now)
    {
        if (now <= filledAt) return;
        tokens = Math.Min(Room(PerSecond), tokens + (now - filledAt).TotalSeconds * PerSecond);
        filledAt = now;
    }
}

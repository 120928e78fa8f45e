namespace StoreEdge.Simulator.Fleet;

/// <summary>What the stores count while the fleet runs; written from many threads, read by one.</summary>
internal sealed class FleetMeters
{
    /// <summary>Series end after a day; what comes later counts in the last second.</summary>
    public const int MostSeconds = 24 * 3600;

    private readonly int[] connections, attempts, losses;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, int> ends = new(StringComparer.Ordinal), failures = new(StringComparer.Ordinal);
    private readonly long[] latencies = new long[512];
    private long events, messages, duplicates, takenAgain, acknowledged, batches, refused, bad, resends, commands, liveSlowestTicks;

    public FleetMeters(TimeSpan longest)
    {
        var seconds = (int)Math.Clamp(Math.Ceiling(longest.TotalSeconds) + 2, 2, MostSeconds);
        (connections, attempts, losses) = (new int[seconds], new int[seconds], new int[seconds]);
    }

    /// <summary>By second of the run.</summary>
    public IReadOnlyList<int> Connections => connections;

    public IReadOnlyList<int> Attempts => attempts;

    public IReadOnlyList<int> Losses => losses;

    /// <summary>Events handed to a broker, repeats included.</summary>
    public long Events => Interlocked.Read(ref events);

    /// <summary>Of these, those that had been handed over before.</summary>
    public long Duplicates => Interlocked.Read(ref duplicates);

    /// <summary>Of these, those that a broker had answered for (PUBACK): it lost them, or central's acknowledgement did not come in time.</summary>
    public long TakenAgain => Interlocked.Read(ref takenAgain);

    /// <summary>Events that central acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref acknowledged);

    /// <summary>PUBLISH packets of all kinds.</summary>
    public long Messages => Interlocked.Read(ref messages);

    /// <summary>Of these, batches of the backlog.</summary>
    public long Batches => Interlocked.Read(ref batches);

    /// <summary>Publications that a broker refused.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Messages from central that are not as the contract says, or speak of another journal.</summary>
    public long Bad => Interlocked.Read(ref bad);

    /// <summary>Times that events were sent again for want of central's acknowledgement.</summary>
    public long Resends => Interlocked.Read(ref resends);

    public long Commands => Interlocked.Read(ref commands);

    /// <summary>Live events whose way to central's acknowledgement was timed.</summary>
    public long Timed => latencies.Sum();

    public TimeSpan Slowest => TimeSpan.FromTicks(Interlocked.Read(ref liveSlowestTicks));

    public void CountAttempt(TimeSpan at) => Interlocked.Increment(ref attempts[Second(at)]);

    public void CountConnection(TimeSpan at) => Interlocked.Increment(ref connections[Second(at)]);

    public void CountLoss(TimeSpan at) => Interlocked.Increment(ref losses[Second(at)]);

    /// <summary>Why attempts failed, and how often.</summary>
    public IReadOnlyList<(string Reason, int Count)> Failures => Copy(failures);

    /// <summary>Why connections ended, and how often.</summary>
    public IReadOnlyList<(string Reason, int Count)> Ends => Copy(ends);

    public void CountFailure(string reason) => Count(failures, reason);

    public void CountEnd(string reason) => Count(ends, reason);

    /// <param name="again">Whether it was handed over before.</param>
    /// <param name="wasTaken">Whether a broker had answered for it.</param>
    public void CountEvent(bool again, bool wasTaken)
    {
        Interlocked.Increment(ref events);
        if (again) Interlocked.Increment(ref duplicates);
        if (wasTaken) Interlocked.Increment(ref takenAgain);
    }

    public void CountMessage() => Interlocked.Increment(ref messages);

    public void CountBatch() => Interlocked.Increment(ref batches);

    public void CountAcknowledged(long count) => Interlocked.Add(ref acknowledged, count);

    public void CountRefused() => Interlocked.Increment(ref refused);

    public void CountBad() => Interlocked.Increment(ref bad);

    public void CountResend() => Interlocked.Increment(ref resends);

    public void CountCommand() => Interlocked.Increment(ref commands);

    /// <summary>A live event was acknowledged by central.</summary>
    public void CountLatency(TimeSpan span)
    {
        // Steps of 5 % from 0.1 ms on: 512 of them reach beyond a week.
        var step = (int)Math.Clamp(Math.Log(Math.Max(span.TotalMilliseconds, 0.1) / 0.1) / Math.Log(1.05), 0, latencies.Length - 1);
        Interlocked.Increment(ref latencies[step]);
        long seen;
        while (span.Ticks > (seen = Interlocked.Read(ref liveSlowestTicks)) && Interlocked.CompareExchange(ref liveSlowestTicks, span.Ticks, seen) != seen)
        {
        }
    }

    /// <summary>The upper end of the step that holds the quantile, so at most 5 % too much; null where nothing was timed.</summary>
    public TimeSpan? Latency(double quantile)
    {
        var rest = (long)Math.Ceiling(Timed * quantile);
        if (rest == 0) return null;
        for (var step = 0; step < latencies.Length; step++)
            if ((rest -= latencies[step]) <= 0) return TimeSpan.FromMilliseconds(0.1 * Math.Pow(1.05, step + 1));
        return Slowest;
    }

    private int Second(TimeSpan at) => Math.Clamp((int)at.TotalSeconds, 0, connections.Length - 1);

    private IReadOnlyList<(string Reason, int Count)> Copy(SortedDictionary<string, int> counts)
    {
        lock (gate) return [.. counts.Select(c => (c.Key, c.Value)).OrderByDescending(c => c.Value)];
    }

    private void Count(SortedDictionary<string, int> counts, string reason)
    {
        lock (gate)
        {
            // Reasons may quote what was sent: keep only so many.
            if (counts.Count >= 20 && !counts.ContainsKey(reason)) reason = "others";
            counts[reason] = counts.GetValueOrDefault(reason) + 1;
        }
    }
}

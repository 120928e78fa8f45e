using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// So many deeds per phone and span, by a bucket that refills evenly. A flood of invented phones makes it forget old buckets, never refuse a real phone.
/// </summary>
/// <param name="limit">Deeds per <paramref name="span"/>, at least 1.</param>
/// <param name="span">How long an empty bucket takes to fill.</param>
/// <param name="maxDevices">How many phones are remembered.</param>
/// <param name="time">The clock.</param>
internal sealed class RateCap(int limit, TimeSpan span, int maxDevices, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Recent<DeviceKey, (double Left, Instant At)> buckets = new(maxDevices);

    /// <summary>How long until one deed has refilled.</summary>
    public TimeSpan RetryAfter => span / limit;

    /// <summary>Takes one deed out of the phone's bucket.</summary>
    /// <returns>Whether there was one left.</returns>
    public bool TryTake(DeviceKey device)
    {
        lock (gate)
        {
            var now = Instant.Now(time);
            var left = Left(device, now);
            buckets.Set(device, (left >= 1 ? left - 1 : left, now));
            return left >= 1;
        }
    }

    /// <summary>Whether one deed is left; takes nothing.</summary>
    public bool Has(DeviceKey device)
    {
        lock (gate) return Left(device, Instant.Now(time)) >= 1;
    }

    private double Left(DeviceKey device, Instant now) =>
        buckets.TryGet(device, out var bucket) ? Math.Min(limit, bucket.Left + (now - bucket.At) / span * limit) : limit;
}

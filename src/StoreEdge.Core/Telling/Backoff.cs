namespace StoreEdge.Core.Telling;

/// <summary>
/// Full-jitter exponential back-off: the n-th delay is uniform between nothing and <c>min(most, first · 2ⁿ)</c>, which spreads a fleet that lost its broker at
/// one moment evenly (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
/// </summary>
public sealed class Backoff(TimeSpan first, TimeSpan most, Random random)
{
    /// <summary>2²⁰ s are 12 days; doubling further could only overflow.</summary>
    private const int MostDoublings = 20;

    /// <summary>Failures since the last <see cref="Reset"/>.</summary>
    public int Failures { get; private set; }

    /// <summary>How long to wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        var ceiling = Math.Min(most.Ticks, first.Ticks * (double)(1L << Math.Min(Failures, MostDoublings)));
        Failures++;
        return TimeSpan.FromTicks((long)(random.NextDouble() * ceiling));
    }

    /// <summary>Behaves from now on as after at least <paramref name="failures"/>: somebody else holds our place, and haste would only throw each other out.</summary>
    public void SlowDownTo(int failures) => Failures = Math.Max(Failures, failures);

    /// <summary>The connection has proved itself.</summary>
    public void Reset() => Failures = 0;
}

using System.Numerics;
using System.Text;

namespace StoreEdge.Simulator.Chance;

/// <summary>
/// All chance in the simulator: xoshiro256** (Blackman and Vigna, prng.di.unimi.it), seeded through SplitMix64. Our own, because the sequence of
/// System.Random is not promised from one release to the next and a scenario must render the same bytes for years.
/// </summary>
internal sealed class Xoshiro
{
    private ulong s0, s1, s2, s3;
    private double spare = double.NaN;

    public Xoshiro(ulong seed) => (s0, s1, s2, s3) = (SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed));

    /// <summary>
    /// An independent stream for one thing of one run. Everybody draws from their own stream, so that one more passer-by does not change what happens to
    /// the others.
    /// </summary>
    public static Xoshiro For(ulong seed, string what, int index = 0)
    {
        var hash = 14695981039346656037UL; // FNV-1a, 64 bit
        foreach (var b in Encoding.UTF8.GetBytes(what)) hash = (hash ^ b) * 1099511628211UL;
        var mixed = seed ^ hash;
        mixed = SplitMix(ref mixed) ^ (uint)index;
        return new(SplitMix(ref mixed));
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in the range.</summary>
    public double In(Between range) => range.From + (range.To - range.From) * Unit();

    /// <summary>Uniform in 0 … <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>True in <paramref name="percent"/> of 100 cases.</summary>
    public bool Percent(double percent) => Unit() * 100 < percent;

    /// <summary>Standard normal, Marsaglia's polar method.</summary>
    public double Normal()
    {
        if (!double.IsNaN(spare))
        {
            var kept = spare;
            spare = double.NaN;
            return kept;
        }

        while (true)
        {
            double u = 2 * Unit() - 1, v = 2 * Unit() - 1, s = u * u + v * v;
            if (s is >= 1 or 0) continue;
            var scale = Math.Sqrt(-2 * Math.Log(s) / s);
            spare = v * scale;
            return u * scale;
        }
    }

    /// <summary>Lognormal with this median; <paramref name="sigma"/> is the deviation of the logarithm.</summary>
    public double LogNormal(double median, double sigma) => median * Math.Exp(sigma * Normal());

    /// <summary>Exponential with this mean.</summary>
    public double Exponential(double mean) => -mean * Math.Log(1 - Unit());

    /// <summary>One of the keys, in proportion to their weights.</summary>
    public T Weighted<T>(IReadOnlyList<(T Key, double Weight)> choices)
    {
        var at = Unit() * choices.Sum(c => c.Weight);
        foreach (var (key, weight) in choices)
            if ((at -= weight) < 0) return key;
        return choices[^1].Key;
    }

    public void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(Next() >> 56);
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>From the lower to the upper end, both included.</summary>
internal readonly record struct Between(double From, double To);

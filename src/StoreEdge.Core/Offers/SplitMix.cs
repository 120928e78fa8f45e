namespace StoreEdge.Core.Offers;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014) and the distributions that ranking needs. Written out here because a replay years later, on another runtime, must
/// draw the same numbers.
/// </summary>
internal struct SplitMix(ulong seed)
{
    private ulong state = seed;

    internal ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>In (0, 1): never 0, so that its logarithm exists.</summary>
    internal double Uniform() => ((Next() >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>Beta(a, b) as the share of one gamma variate in the sum of two.</summary>
    internal double Beta(double a, double b)
    {
        var x = Gamma(a);
        var y = Gamma(b);
        return x + y > 0 ? x / (x + y) : a / (a + b);
    }

    /// <summary>Gamma(shape, 1) after Marsaglia and Tsang (2000); a shape below 1 by their boost.</summary>
    internal double Gamma(double shape)
    {
        if (shape < 1) return Gamma(shape + 1) * Math.Pow(Uniform(), 1 / shape);
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(Uniform()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());
}

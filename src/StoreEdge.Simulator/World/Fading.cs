using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.World;

/// <summary>
/// How RSSI at one receiver wanders, as measured on bodies and pockets: σ 6–7 dB, autocorrelation ≈0.8 at 0.1 s and ≈0.65 at 1 s. One Gauss–Markov
/// process cannot pass through both points, so two are added: a slow one (bodies and shelves in the way) and a fast one (multipath).
/// </summary>
internal sealed class FadingModel
{
    /// <param name="sigmaDb">Standard deviation of the sum.</param>
    /// <param name="correlationAt100Milliseconds">Autocorrelation at 0.1 s.</param>
    /// <param name="correlationAt1Second">Autocorrelation at 1 s.</param>
    /// <param name="slowSeconds">Time constant of the slow process.</param>
    public FadingModel(double sigmaDb, double correlationAt100Milliseconds, double correlationAt1Second, double slowSeconds)
    {
        SigmaDb = sigmaDb;
        SlowSeconds = slowSeconds;
        // ρ(τ) = a·exp(−τ/slow) + (1−a)·exp(−τ/fast). At 1 s the fast part has died (checked below), which gives a; 0.1 s then gives fast.
        SlowShare = Math.Min(correlationAt1Second / Math.Exp(-1 / slowSeconds), 1);
        var rest = (correlationAt100Milliseconds - SlowShare * Math.Exp(-0.1 / slowSeconds)) / (1 - SlowShare);
        FastSeconds = -0.1 / Math.Log(rest);
    }

    public double SigmaDb { get; }

    public double SlowShare { get; }

    public double SlowSeconds { get; }

    public double FastSeconds { get; }

    /// <summary>Whether two such processes can pass through both points: the fast one must have decayed (≤5 %) after a second.</summary>
    public bool IsPossible => SlowShare < 1 && FastSeconds is > 0 and < 0.34;
}

/// <summary>The fading of one link from one device to one receiver.</summary>
internal sealed class Fading(FadingModel model, Xoshiro chance)
{
    private double slow = chance.Normal(), fast = chance.Normal(), last = double.NaN;

    /// <summary>Decibels to add at this moment; moments must not go backwards.</summary>
    public double At(double seconds)
    {
        if (!double.IsNaN(last))
        {
            slow = Step(slow, seconds - last, model.SlowSeconds);
            fast = Step(fast, seconds - last, model.FastSeconds);
        }

        last = seconds;
        return model.SigmaDb * (Math.Sqrt(model.SlowShare) * slow + Math.Sqrt(1 - model.SlowShare) * fast);
    }

    // The exact step of an Ornstein–Uhlenbeck process, right for any interval.
    private double Step(double value, double elapsed, double constant)
    {
        var kept = Math.Exp(-elapsed / constant);
        return value * kept + Math.Sqrt(1 - kept * kept) * chance.Normal();
    }
}

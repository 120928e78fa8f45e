namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>One receiver's level of the device, smoothed in some way.</summary>
internal interface ILevel
{
    void Take(double at, double rssi);

    /// <summary>dBm; <see cref="Levels.Nothing"/> where nothing was heard lately.</summary>
    double At(double now);
}

internal static class Levels
{
    /// <summary>What stands for silence: just below the weakest packet that a controller reports.</summary>
    public const double Nothing = -100;
}

/// <summary>An exponentially weighted mean in time.</summary>
internal sealed class EwmaLevel(double constantSeconds) : ILevel
{
    private const double Stale = 2;
    private double level = double.NaN, last;

    public void Take(double at, double rssi)
    {
        level = double.IsNaN(level) || at - last > 10 * constantSeconds ? rssi : level + (1 - Math.Exp(-(at - last) / constantSeconds)) * (rssi - level);
        last = at;
    }

    public double At(double now) => double.IsNaN(level) || now - last > Stale ? Levels.Nothing : level;
}

/// <summary>The mean of a window without the outliers that lie more than k interquartile ranges beyond the quartiles (Tukey's fences), as ESPresense has it.</summary>
internal sealed class TukeyLevel(double windowSeconds, double k = 1.5) : ILevel
{
    private readonly Queue<(double At, double Rssi)> window = [];
    private double[] sorted = new double[64];
    private double level = Levels.Nothing;
    private bool isWorkedOut = true;

    public void Take(double at, double rssi)
    {
        window.Enqueue((at, rssi));
        isWorkedOut = false;
    }

    public double At(double now)
    {
        while (window.TryPeek(out var oldest) && now - oldest.At > windowSeconds)
        {
            window.Dequeue();
            isWorkedOut = false;
        }

        if (isWorkedOut) return level;
        isWorkedOut = true;
        return level = Mean();
    }

    private double Mean()
    {
        if (window.Count == 0) return Levels.Nothing;
        if (sorted.Length < window.Count) sorted = new double[2 * window.Count];
        var count = 0;
        foreach (var (_, rssi) in window) sorted[count++] = rssi;
        Array.Sort(sorted, 0, count);
        double q1 = sorted[count / 4], q3 = sorted[3 * count / 4], fence = k * (q3 - q1), sum = 0;
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (sorted[i] < q1 - fence || sorted[i] > q3 + fence) continue;
            sum += sorted[i];
            kept++;
        }

        return sum / kept;
    }
}

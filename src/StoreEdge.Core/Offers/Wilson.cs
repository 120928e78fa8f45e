namespace StoreEdge.Core.Offers;

/// <summary>
/// How sure a share of few votes is (Wilson 1927): the interval around a share from which the truth lies outside in one of twenty cases. Unlike the share itself it is modest about
/// three votes out of three.
/// </summary>
public static class Wilson
{
    /// <summary>Standard deviations of a normal variate on either side that hold 95 %.</summary>
    private const double Z = 1.959964;

    /// <summary>What the share is at least, 0–1; 0 where nobody voted. Votes that have aged are no whole numbers, which changes nothing.</summary>
    /// <param name="of">How many of them, 0 or more.</param>
    /// <param name="all">How many there are.</param>
    public static double LowerBound(double of, double all)
    {
        if (all <= 0) return 0;
        var share = Math.Clamp(of / all, 0, 1);
        var middle = share + Z * Z / (2 * all);
        var margin = Z * Math.Sqrt(share * (1 - share) / all + Z * Z / (4 * all * all));
        return Math.Max(0, (middle - margin) / (1 + Z * Z / all));
    }
}

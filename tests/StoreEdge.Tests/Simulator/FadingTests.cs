using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.World;

namespace StoreEdge.Tests.Simulator;

public class FadingTests
{
    private static readonly FadingModel Measured = new(6.5, 0.8, 0.65, 10);

    [Fact]
    public void Fading_has_the_measured_deviation_and_passes_through_both_measured_correlations()
    {
        // Many links rather than one long one: the slow part gives only a few independent values a minute.
        var series = Enumerable.Range(0, 400).Select(i => Series(i, 1000, 0.1)).ToArray();
        Assert.InRange(Math.Sqrt(Correlation(series, 0)), 6.5 * 0.95, 6.5 * 1.05);
        Assert.InRange(Correlation(series, 1) / Correlation(series, 0), 0.77, 0.83);
        Assert.InRange(Correlation(series, 10) / Correlation(series, 0), 0.61, 0.69);
    }

    [Fact]
    public void The_correlation_depends_on_time_and_not_on_how_often_a_device_advertises()
    {
        var series = Enumerable.Range(0, 400).Select(i => Series(i, 200, 1.0)).ToArray();
        Assert.InRange(Correlation(series, 1) / Correlation(series, 0), 0.61, 0.69);
    }

    [Fact]
    public void Correlations_that_no_two_such_processes_can_have_are_refused()
    {
        Assert.True(Measured.IsPossible);
        Assert.False(new FadingModel(6.5, 0.6, 0.65, 10).IsPossible);
        Assert.False(new FadingModel(6.5, 0.99, 0.95, 10).IsPossible);
    }

    private static double[] Series(int link, int length, double step)
    {
        var fading = new Fading(Measured, Xoshiro.For(3, "link", link));
        return [.. Enumerable.Range(0, length).Select(i => fading.At(i * step))];
    }

    private static double Correlation(double[][] series, int lag) => series.Average(s => s.Skip(lag).Zip(s).Average(p => p.First * p.Second));
}

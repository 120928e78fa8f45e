using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class DrainPaceTests
{
    private static Instant At(double seconds) => new((long)(seconds * 1e9));

    [Fact]
    public void A_first_batch_goes_at_once_and_the_rest_at_the_pace()
    {
        var pace = new DrainPace(3, At(0));
        Assert.Equal(500, pace.Allow(At(0), 500));
        pace.Spend(500);
        Assert.Equal(0, pace.Allow(At(9.9), 500));
        Assert.Equal(30, pace.Allow(At(10), 500));
    }

    [Fact]
    public void A_few_events_do_not_wait_for_company_that_will_not_come()
    {
        var pace = new DrainPace(3, At(0));
        pace.Spend(500);
        Assert.Equal(0, pace.Allow(At(0.5), 2));
        Assert.Equal(2, pace.Allow(At(0.7), 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(2_000)]
    public void Over_an_hour_no_more_goes_than_the_pace_and_one_bucket(int perSecond)
    {
        var pace = new DrainPace(perSecond, At(0));
        var gone = 0L;
        for (var moment = 0.0; moment <= 3600; moment += 0.05)
        {
            var allowed = pace.Allow(At(moment), 500);
            pace.Spend(allowed);
            gone += allowed;
        }

        Assert.InRange(gone, 3500L * perSecond, 3600L * perSecond + Math.Max(500, perSecond));
    }

    [Fact]
    public void The_wait_that_it_names_is_long_enough_and_not_longer()
    {
        var pace = new DrainPace(7, At(0));
        pace.Spend(500);
        var wait = pace.Wait(At(0), 500);
        Assert.Equal(0, pace.Allow(At(wait.TotalSeconds - 0.01), 500));
        Assert.Equal(70, pace.Allow(At(wait.TotalSeconds + 0.01), 500));
    }

    [Fact]
    public void A_clock_that_is_asked_twice_at_one_moment_gives_nothing_twice()
    {
        var pace = new DrainPace(100, At(5));
        pace.Spend(500);
        Assert.Equal(0, pace.Allow(At(5), 100));
        Assert.Equal(0, pace.Allow(At(4), 100));
    }

    [Fact]
    public void A_new_pace_holds_from_now_on()
    {
        var pace = new DrainPace(1_000_000, At(0));
        pace.Spend(1_000_000);
        pace.Change(5, At(0));
        Assert.Equal(0, pace.Allow(At(9.9), 500));
        Assert.Equal(50, pace.Allow(At(10), 500));
        Assert.Equal(500, pace.Allow(At(10_000), 1_000));
    }

    /// <summary>The arithmetic behind the default: see the remarks on <see cref="DrainPace"/>.</summary>
    [Fact]
    public void Ten_thousand_stores_after_an_outage_ask_no_more_of_central_than_one_database_keeps()
    {
        const int Stores = 10_000, BackOffSeconds = 300, OneDatabase = 47_000;
        Assert.True(Stores * DrainPace.Default + Stores * BatchSize.MostEvents / BackOffSeconds < OneDatabase);
    }
}

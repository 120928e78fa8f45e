using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class BatchSizeTests
{
    private static TimeSpan Milliseconds(double ms) => TimeSpan.FromMilliseconds(ms);

    [Fact]
    public void A_slow_road_makes_batches_small_but_not_single_and_a_quick_one_makes_them_large_again()
    {
        var size = new BatchSize();
        for (var i = 0; i < 20; i++) size.Taken(size.Events, Milliseconds(400));
        Assert.Equal(BatchSize.FewestBySlowness, size.Events);
        for (var i = 0; i < 20; i++) size.Taken(size.Events, Milliseconds(10));
        Assert.Equal(BatchSize.MostEvents, size.Events);
    }

    [Fact]
    public void A_small_batch_that_was_quick_says_nothing_about_large_ones()
    {
        var size = new BatchSize();
        size.Taken(500, Milliseconds(400));
        size.Taken(30, Milliseconds(1));
        Assert.Equal(250, size.Events);
    }

    [Fact]
    public void What_was_too_large_is_not_tried_again_on_this_connection()
    {
        var size = new BatchSize();
        size.TooLarge(500);
        for (var i = 0; i < 20; i++) size.Taken(size.Events, Milliseconds(1));
        Assert.Equal(250, size.Events);
        size.Begin();
        size.Taken(250, Milliseconds(1));
        Assert.Equal(500, size.Events);
    }

    [Fact]
    public void Refused_again_and_again_it_comes_down_to_single_events()
    {
        var size = new BatchSize();
        for (var i = 0; i < 9; i++) size.TooLarge(size.Events);
        Assert.Equal(1, size.Events);
    }

    [Fact]
    public void Where_no_connection_lives_long_enough_for_a_large_batch_smaller_ones_get_through()
    {
        var size = new BatchSize();
        for (var i = 0; i < 9; i++) size.Lost(size.Events);
        Assert.Equal(1, size.Events);
        size.Taken(1, Milliseconds(60));
        Assert.Equal(1, size.Events);
        size.Taken(1, Milliseconds(10));
        Assert.Equal(2, size.Events);
        size.Taken(2, Milliseconds(500));
        Assert.Equal(2, size.Events);
    }
}

using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

public sealed class FurnitureTests
{
    private readonly TrackerBench bench = new(TrackerBench.Front);

    public FurnitureTests() => bench.Stay(TrackerBench.Ana, -60, 12 * 3600 + 60, 1, TrackerBench.Front);

    [Fact]
    public void A_device_that_is_present_for_more_than_twelve_hours_is_furniture_and_its_visit_ends_once()
    {
        bench.Stay(TrackerBench.Ana, -60, 3600, 1, TrackerBench.Front);
        Assert.Equal(DepartureReason.Furniture, Assert.Single(bench.Events.OfType<Departure>()).Reason);
        Assert.Single(bench.Events.OfType<Arrival>());
        Assert.Equal((0, 1), (bench.Tracker.Present, bench.Tracker.Furniture));
    }

    [Fact]
    public void A_short_silence_does_not_make_a_customer_of_it()
    {
        bench.Pass(1800, 1);
        bench.Stay(TrackerBench.Ana, -60, 60, 1, TrackerBench.Front);
        Assert.Single(bench.Events.OfType<Arrival>());
    }

    [Fact]
    public void A_tag_that_was_forgotten_here_and_fetched_is_its_owners_again()
    {
        bench.Pass(3700, 1);
        Assert.Equal(0, bench.Tracker.Furniture);
        bench.Stay(TrackerBench.Ana, -60, 60, 1, TrackerBench.Front);
        var back = Assert.IsType<Arrival>(bench.Events[^1]);
        Assert.False(back.Returned);
    }

    [Fact]
    public void After_a_restart_it_is_still_furniture()
    {
        var restarted = new TrackerBench(TrackerBench.Front);
        restarted.Tracker.RestoreFurniture([TrackerBench.Ana], restarted.Now);
        restarted.Stay(TrackerBench.Ana, -60, 600, 1, TrackerBench.Front);
        Assert.Empty(restarted.Events);
    }
}

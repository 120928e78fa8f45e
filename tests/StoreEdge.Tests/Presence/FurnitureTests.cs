using StoreEdge.Core.Identity;
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

    [Fact]
    public void A_visit_that_was_open_through_a_night_without_power_is_no_furniture()
    {
        var restarted = new TrackerBench(TrackerBench.Front);
        restarted.Tracker.Restore([new(new("v"), TrackerBench.Ana, new("entrance"), Road.Beacon, Assurance.Low, TimeSpan.FromHours(14))], restarted.Now);
        restarted.Pass(60);
        Assert.Equal(DepartureReason.Silence, Assert.IsType<Departure>(Assert.Single(restarted.Events)).Reason);
        Assert.Equal(0, restarted.Tracker.Furniture);
    }

    [Fact]
    public void Whoever_was_not_heard_since_a_receiver_began_to_fail_is_no_furniture()
    {
        var night = new TrackerBench(TrackerBench.Front);
        night.Stay(TrackerBench.Ana, -60, 60, 1, TrackerBench.Front);
        for (var i = 0; i < 13 * 6; i++)
        {
            night.SetBlind(TrackerBench.Front, true);
            night.Pass(595, 5);
            night.SetBlind(TrackerBench.Front, false);
            night.Pass(5);
        }

        Assert.Equal(0, night.Tracker.Furniture);
        night.Pass(60);
        Assert.Equal(DepartureReason.Silence, Assert.Single(night.Events.OfType<Departure>()).Reason);
    }

    [Fact]
    public void A_tag_that_its_owner_forgot_after_using_the_portal_is_furniture_too()
    {
        var shop = new TrackerBench(TrackerBench.Front);
        shop.Stay(TrackerBench.Bia, -60, 60, 1, TrackerBench.Front);
        shop.Tracker.ObservePortal(TrackerBench.Bia, Assurance.High, new("entrance"), shop.Now, shop.Events);
        shop.Stay(TrackerBench.Bia, -60, 12 * 3600, 1, TrackerBench.Front);
        Assert.Equal(DepartureReason.Furniture, Assert.Single(shop.Events.OfType<Departure>()).Reason);
    }

    [Fact]
    public void Whose_tag_is_furniture_is_one_customer_on_the_portal_also_after_a_restart_with_a_new_key()
    {
        Pseudonym former = new("k1-ana"), present = new("k2-ana");
        Pseudonym[] names = [present, former];
        var restarted = new TrackerBench(_ => names, TrackerBench.Front);
        restarted.Tracker.Restore([new(new("v"), former, new("entrance"), Road.Portal, Assurance.High, TimeSpan.FromMinutes(2))], restarted.Now);
        restarted.Tracker.RestoreFurniture([present], restarted.Now);
        Assert.Equal(new("v"), restarted.Tracker.ObservePortal(present, Assurance.High, new("entrance"), restarted.Now, restarted.Events));
        restarted.Stay(present, -60, 3600, 1, TrackerBench.Front);
        Assert.Equal(DepartureReason.Portal, Assert.IsType<Departure>(Assert.Single(restarted.Events, e => e is not Dwell)).Reason);
        Assert.Equal(1, restarted.Tracker.Furniture);
    }
}

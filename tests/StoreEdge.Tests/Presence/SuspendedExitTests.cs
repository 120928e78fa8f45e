using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

/// <summary>A dead radio and an empty store sound alike.</summary>
public sealed class SuspendedExitTests
{
    private readonly TrackerBench bench = new(TrackerBench.Front, TrackerBench.Back, TrackerBench.Street);

    [Fact]
    public void While_an_inside_receiver_is_blind_nobody_leaves_and_afterwards_they_have_their_whole_silence_again()
    {
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.SetBlind(TrackerBench.Front, true);
        bench.Pass(240);
        Assert.Single(bench.Events);
        bench.SetBlind(TrackerBench.Front, false);
        bench.Pass(7);
        Assert.Single(bench.Events);
        bench.Pass(2);
        var departure = Assert.IsType<Departure>(bench.Events[1]);
        Assert.Equal(DepartureReason.Silence, departure.Reason);
        Assert.InRange(departure.Present.TotalSeconds, 19, 20);
    }

    [Fact]
    public void Whoever_is_heard_again_after_the_blindness_goes_on_with_their_visit()
    {
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.SetBlind(TrackerBench.Front, true);
        bench.Pass(120);
        bench.SetBlind(TrackerBench.Front, false);
        bench.Stay(TrackerBench.Ana, -60, 60, 0.1, TrackerBench.Front);
        Assert.Single(bench.Events);
    }

    [Fact]
    public void A_receiver_that_never_comes_back_does_not_keep_its_customers_for_good()
    {
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.SetBlind(TrackerBench.Front, true);
        bench.Pass(15 * 60 - 1);
        Assert.Single(bench.Events, e => e is not Dwell);
        bench.Pass(2);
        var departure = Assert.IsType<Departure>(bench.Events[^1]);
        Assert.Equal(DepartureReason.Lost, departure.Reason);
        Assert.InRange(departure.Present.TotalSeconds, 19, 20);
    }

    [Fact]
    public void Long_after_one_receiver_died_the_others_end_visits_as_ever()
    {
        bench.SetBlind(TrackerBench.Back, true);
        bench.Pass(16 * 60);
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.Pass(10);
        Assert.Equal(DepartureReason.Silence, Assert.IsType<Departure>(bench.Events[1]).Reason);
    }

    [Fact]
    public void A_receiver_that_was_never_connected_suspends_nobodys_exit()
    {
        bench.SetBlind(TrackerBench.Back, true);
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.Pass(10);
        Assert.IsType<Departure>(bench.Events[1]);
    }

    [Fact]
    public void A_blind_receiver_before_the_door_suspends_nothing()
    {
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.SetBlind(TrackerBench.Street, true);
        bench.Pass(10);
        Assert.IsType<Departure>(bench.Events[1]);
    }

    [Fact]
    public void A_weak_signal_at_another_receiver_ends_no_visit_while_the_near_one_is_blind()
    {
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.SetBlind(TrackerBench.Front, true);
        bench.Stay(TrackerBench.Ana, -94, 60, 0.5, TrackerBench.Back);
        Assert.DoesNotContain(bench.Events, e => e is Departure);
    }

    [Fact]
    public void Visits_taken_up_after_a_restart_wait_for_the_receivers_to_open()
    {
        bench.SetBlind(TrackerBench.Front, true);
        bench.SetBlind(TrackerBench.Back, true);
        bench.Tracker.Restore([new(new("v"), TrackerBench.Ana, new("entrance"), Road.Beacon, StoreEdge.Core.Identity.Assurance.Low, TimeSpan.FromSeconds(10))], bench.Now);
        bench.Pass(50);
        Assert.Empty(bench.Events);
        bench.SetBlind(TrackerBench.Front, false);
        bench.SetBlind(TrackerBench.Back, false);
        bench.Pass(29);
        Assert.Empty(bench.Events);
        bench.Pass(2);
        Assert.IsType<Departure>(Assert.Single(bench.Events));
    }

    [Fact]
    public void Weakness_before_the_blindness_does_not_count_afterwards()
    {
        bench.Stay(TrackerBench.Ana, -60, 20, 0.5, TrackerBench.Front);
        bench.Stay(TrackerBench.Ana, -96, 8, 0.5, TrackerBench.Front);
        bench.SetBlind(TrackerBench.Front, true);
        bench.Pass(60);
        bench.SetBlind(TrackerBench.Front, false);
        bench.Stay(TrackerBench.Ana, -96, 2, 0.5, TrackerBench.Front);
        bench.Stay(TrackerBench.Ana, -60, 20, 0.5, TrackerBench.Front);
        Assert.DoesNotContain(bench.Events, e => e is Departure);
    }

    [Fact]
    public void A_neighbour_whom_only_the_street_hears_after_a_restart_does_not_stay_for_good()
    {
        bench.Tracker.Restore([new(new("v"), TrackerBench.Ana, new("entrance"), Road.Beacon, StoreEdge.Core.Identity.Assurance.Low, TimeSpan.FromSeconds(10))], bench.Now);
        bench.Stay(TrackerBench.Ana, -90, 600, 0.5, TrackerBench.Street);
        Assert.Equal(DepartureReason.Outside, Assert.Single(bench.Events.OfType<Departure>()).Reason);
    }

    [Fact]
    public void A_phone_that_shows_life_after_a_restart_keeps_the_visit_that_its_beacon_began()
    {
        bench.Tracker.Restore([new(new("v"), TrackerBench.Ana, new("entrance"), Road.Beacon, StoreEdge.Core.Identity.Assurance.High, TimeSpan.FromSeconds(10))], bench.Now);
        for (var i = 0; i < 8; i++)
        {
            bench.Pass(15);
            bench.Tracker.RenewPortal(TrackerBench.Ana, bench.Now);
        }

        Assert.Empty(bench.Events);
    }
}

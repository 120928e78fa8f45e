using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

public sealed class PartyTests
{
    private readonly TrackerBench bench = new(TrackerBench.Front, TrackerBench.Back);

    [Fact]
    public void Two_who_come_in_at_the_same_moment_are_one_party()
    {
        Arrive(TrackerBench.Ana, null);
        Arrive(TrackerBench.Bia, null);
        Assert.Equal([null, new("visit 1")], Parties());
    }

    [Fact]
    public void Strangers_five_seconds_apart_are_two()
    {
        Arrive(TrackerBench.Ana, null);
        bench.Pass(5);
        Arrive(TrackerBench.Bia, null);
        Assert.Equal([null, null], Parties());
    }

    [Fact]
    public void A_household_is_one_party_half_a_minute_apart_and_in_any_zone()
    {
        Arrive(TrackerBench.Ana, TrackerBench.Family);
        bench.Pass(30);
        Arrive(TrackerBench.Bia, TrackerBench.Family, TrackerBench.Back);
        Assert.Equal([null, new("visit 1")], Parties());
    }

    [Fact]
    public void A_household_that_comes_hours_apart_is_two()
    {
        Arrive(TrackerBench.Ana, TrackerBench.Family);
        bench.Pass(7200, 60);
        Arrive(TrackerBench.Bia, TrackerBench.Family);
        Assert.Equal([null, null], Parties());
    }

    [Fact]
    public void A_stream_of_customers_is_many_parties_because_only_the_first_opens_the_window()
    {
        for (var i = 0; i < 12; i++)
        {
            Arrive(new($"k1-{i}"), null);
            bench.Pass(0.4);
        }

        Assert.True(Parties().Count(p => p is null) >= 2);
        Assert.All(bench.Events.OfType<Arrival>().Where(a => a.Party is not null), a =>
            Assert.True(a.At - bench.Events.OfType<Arrival>().Single(l => l.Visit == a.Party).At <= TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void Whoever_is_back_from_the_car_was_greeted_and_is_in_no_new_party()
    {
        bench.Stay(TrackerBench.Ana, -60, 20, 0.1, TrackerBench.Front);
        bench.Pass(60);
        Arrive(TrackerBench.Bia, null);
        Arrive(TrackerBench.Ana, null);
        var back = Assert.IsType<Arrival>(bench.Events[^1]);
        Assert.True(back.Returned);
        Assert.Null(back.Party);
    }

    private List<VisitId?> Parties() => [.. bench.Events.OfType<Arrival>().Select(a => a.Party)];

    /// <summary>Heard until they have arrived.</summary>
    private void Arrive(Pseudonym who, Pseudonym? household, ReceiverPlace? place = null)
    {
        var known = bench.Events.Count;
        for (var i = 0; i < 60 && bench.Events.Count == known; i++) bench.Stay(who, -55, 0.1, 0.1, place ?? TrackerBench.Front, household);
        Assert.IsType<Arrival>(bench.Events[^1]);
    }
}

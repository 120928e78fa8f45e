using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

public sealed class SuspicionTests
{
    private static readonly Pseudonym Former = new("k1-ana"), Present = new("k2-ana");
    private readonly TrackerBench bench = new(TrackerBench.Front);

    [Fact]
    public void An_arrival_carries_the_proof_and_the_suspicion()
    {
        Stay(TrackerBench.Ana, Assurance.Medium, Suspicion.None, "window 7");
        Stay(TrackerBench.Bia, Assurance.Low, Suspicion.Replayed, "window 6");
        Assert.Equal([(Assurance.Medium, Suspicion.None, "window 7"), (Assurance.Low, Suspicion.Replayed, "window 6")], bench.Events.OfType<Arrival>().Select(a => (a.Assurance, a.Suspicion, a.Proof)));
    }

    [Fact]
    public void A_suspicion_during_the_visit_takes_its_assurance_for_the_rest_of_it()
    {
        Stay(TrackerBench.Ana, Assurance.Medium, Suspicion.None);
        Stay(TrackerBench.Ana, Assurance.Low, Suspicion.Replayed);
        Stay(TrackerBench.Ana, Assurance.Medium, Suspicion.None);
        bench.Pass(600);
        var departure = Assert.Single(bench.Events.OfType<Departure>());
        Assert.Equal((Assurance.Low, Suspicion.Replayed), (departure.Assurance, departure.Suspicion));
        Stay(TrackerBench.Ana, Assurance.Medium, Suspicion.None);
        Assert.Equal((Assurance.Medium, Suspicion.None), (bench.Events.OfType<Arrival>().Last().Assurance, bench.Events.OfType<Arrival>().Last().Suspicion));
    }

    [Fact]
    public void A_login_is_not_made_doubtful_by_a_beacon()
    {
        bench.Tracker.ObservePortal(TrackerBench.Ana, Assurance.High, TrackerBench.Front.Zone, bench.Now, bench.Events);
        Stay(TrackerBench.Ana, Assurance.Low, Suspicion.Cloned);
        bench.Tracker.EndPortal(TrackerBench.Ana, bench.Now, bench.Events);
        bench.Pass(600);
        Assert.Equal((Assurance.High, Suspicion.Cloned), (bench.Events.OfType<Departure>().Last().Assurance, bench.Events.OfType<Departure>().Last().Suspicion));
    }

    [Fact]
    public void A_visit_keeps_the_name_it_began_with_and_the_next_has_the_new_one()
    {
        var changed = false;
        var rotating = new TrackerBench(_ => changed ? new[] { Present, Former } : [], TrackerBench.Front);
        rotating.Stay(Former, -60, 10, 0.5, TrackerBench.Front);
        changed = true;
        rotating.Stay(Present, -60, 60, 0.5, TrackerBench.Front);
        Assert.Single(rotating.Events);

        // On the portal they are the same visitor under either name.
        Assert.Equal("visit 1", rotating.Tracker.ObservePortal(Present, Assurance.High, TrackerBench.Front.Zone, rotating.Now, rotating.Events).Value);
        rotating.Tracker.EndPortal(Former, rotating.Now, rotating.Events);
        rotating.Pass(120);
        var departure = Assert.Single(rotating.Events.OfType<Departure>());
        Assert.Equal((Former, new VisitId("visit 1")), (departure.Subject, departure.Visit));

        // Back within the grace: the visit that they had left, under its name.
        rotating.Stay(Present, -60, 10, 0.5, TrackerBench.Front);
        var back = rotating.Events.OfType<Arrival>().Last();
        Assert.Equal((Former, true, new VisitId("visit 1")), (back.Subject, back.Returned, back.Visit));

        rotating.Pass(900);
        rotating.Stay(Present, -60, 10, 0.5, TrackerBench.Front);
        var next = rotating.Events.OfType<Arrival>().Last();
        Assert.Equal((Present, false, new VisitId("visit 2")), (next.Subject, next.Returned, next.Visit));
        Assert.Equal(1, rotating.Tracker.Present);
    }

    [Fact]
    public void Who_lingers_outside_after_the_visit_comes_in_under_the_new_name()
    {
        var rotating = new TrackerBench(_ => new[] { Present, Former }, TrackerBench.Front, TrackerBench.Street);
        rotating.Tracker.Restore([new(new("old"), Former, TrackerBench.Front.Zone, Road.Beacon, Assurance.Low, TimeSpan.FromMinutes(1))], rotating.Now);
        rotating.Stay(Present, -60, 900, 1, TrackerBench.Street);
        Assert.Equal(Former, Assert.Single(rotating.Events.OfType<Departure>()).Subject);
        rotating.Pass(20);
        rotating.Stay(Present, -50, 20, 0.5, TrackerBench.Front);
        Assert.Equal(Present, Assert.Single(rotating.Events.OfType<Arrival>()).Subject);
    }

    private void Stay(Pseudonym who, Assurance assurance, Suspicion suspicion, string? proof = null)
    {
        for (var i = 0; i < 10; i++)
        {
            bench.Tracker.Observe(new(who, TrackerBench.Front.Id, -60, bench.Now, assurance, Suspicion: suspicion, Proof: proof), bench.Events);
            bench.Pass(0.5);
        }
    }
}

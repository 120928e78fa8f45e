using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Presence;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

public sealed class VisitsProjectionTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("visits-").FullName;
    private readonly ManualClock clock = new();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Furniture_outlives_a_restart_until_its_owner_arrives()
    {
        await using (var journal = Open())
        {
            await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
            await journal.AppendAsync(new DepartureData("v1", "k1-ana", "entrance", 43200, "furniture", "involuntary", "low"), Instant.Now(clock), default);
            await journal.AppendAsync(new ArrivalData("v2", "k1-bia", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
            await journal.AppendAsync(new DepartureData("v2", "k1-bia", "entrance", 60, "silence", "involuntary", "low"), Instant.Now(clock), default);
        }

        await using (var journal = Open())
        {
            Assert.Equal([new Pseudonym("k1-ana")], journal.Query(VisitsProjection.ReadFurniture));
            Assert.All(journal.Query(database => VisitsProjection.ReadOpen(database, clock.GetUtcNow())), v => Assert.NotNull(v.Left));
            await journal.AppendAsync(new ArrivalData("v3", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
            Assert.Empty(journal.Query(VisitsProjection.ReadFurniture));
        }
    }

    [Fact]
    public async Task A_tag_stays_furniture_while_its_owner_uses_the_portal()
    {
        await using var journal = Open();
        await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
        await journal.AppendAsync(new DepartureData("v1", "k1-ana", "entrance", 43200, "furniture", "involuntary", "low"), Instant.Now(clock), default);
        await journal.AppendAsync(new ArrivalData("v2", "k1-ana", "entrance", null, "high", "portal", "voluntary"), Instant.Now(clock), default);
        Assert.Equal([new Pseudonym("k1-ana")], journal.Query(VisitsProjection.ReadFurniture));
    }

    [Fact]
    public async Task Whoever_returned_before_the_restart_has_been_present_since_their_first_arrival()
    {
        await using var journal = Open();
        await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
        clock.Advance(TimeSpan.FromMinutes(6));
        await journal.AppendAsync(new DepartureData("v1", "k1-ana", "entrance", 360, "silence", "involuntary", "low"), Instant.Now(clock), default);
        clock.Advance(TimeSpan.FromMinutes(1));
        await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "low", "beacon", "involuntary", Returned: true), Instant.Now(clock), default);
        clock.Advance(TimeSpan.FromMinutes(1));
        var visit = Assert.Single(journal.Query(database => VisitsProjection.ReadOpen(database, clock.GetUtcNow())));
        Assert.Equal((TimeSpan.FromMinutes(8), (TimeSpan?)null), (visit.Present, visit.Left));
    }

    [Fact]
    public async Task Whoever_left_just_before_the_restart_and_comes_back_joins_the_visit_that_they_left()
    {
        await using var journal = Open();
        await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
        await journal.AppendAsync(new ArrivalData("v2", "k1-bia", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
        await journal.AppendAsync(new ArrivalData("v3", "visit-guest", "entrance", null, "low", "portal", "voluntary"), Instant.Now(clock), default);
        clock.Advance(TimeSpan.FromMinutes(6));
        foreach (var (visit, subject) in new[] { ("v1", "k1-ana"), ("v2", "k1-bia"), ("v3", "visit-guest") })
            await journal.AppendAsync(new DepartureData(visit, subject, "entrance", 360, "silence", "involuntary", "low"), Instant.Now(clock), default);
        clock.Advance(TimeSpan.FromMinutes(2));
        var shop = new TrackerBench(TrackerBench.Front);
        shop.Tracker.Restore(journal.Query(database => VisitsProjection.ReadOpen(database, clock.GetUtcNow())), shop.Now);
        Assert.Equal((0, 2), (shop.Tracker.Present, shop.Tracker.Followed));
        shop.Stay(TrackerBench.Ana, -55, 10, 0.5, TrackerBench.Front);
        shop.Pass(200);
        shop.Stay(TrackerBench.Bia, -55, 10, 0.5, TrackerBench.Front);
        Assert.Equal([(new VisitId("v1"), true), (new VisitId("visit 1"), false)], shop.Events.OfType<Arrival>().Select(a => (a.Visit, a.Returned)));
        Assert.DoesNotContain(shop.Events, e => e is Dwell);
    }

    [Fact]
    public async Task Visits_that_nobody_can_return_to_are_not_remembered()
    {
        await using var journal = Open();
        for (var i = 0; i < 4; i++)
        {
            await journal.AppendAsync(new ArrivalData($"v{i}", $"k1-{i}", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
            await journal.AppendAsync(new DepartureData($"v{i}", $"k1-{i}", "entrance", 60, "silence", "involuntary", "low"), Instant.Now(clock), default);
            clock.Advance(TimeSpan.FromMinutes(40));
        }

        Assert.Equal(["v3"], journal.Query(database => VisitsProjection.ReadOpen(database, clock.GetUtcNow())).Select(v => v.Visit.Value));
        // Swept with the next departure.
        Assert.Equal(["v2", "v3"], journal.Query(database => VisitsProjection.ReadOpen(database, clock.GetUtcNow() - TimeSpan.FromHours(1))).Select(v => v.Visit.Value));
    }

    [Fact]
    public async Task After_a_restart_a_visit_is_as_sure_as_it_was_last()
    {
        await using var journal = Open();
        await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "medium", "beacon", "involuntary"), Instant.Now(clock), default);
        await journal.AppendAsync(new DwellData("v1", "k1-ana", "entrance", 60, "involuntary", "low"), Instant.Now(clock), default);
        Assert.Equal(Assurance.Low, Assert.Single(journal.Query(database => VisitsProjection.ReadOpen(database, clock.GetUtcNow()))).Assurance);
    }

    private JournalStore Open() => JournalStore.Open(
        directory, new() { ClockSynchronized = () => true }, [new VisitsProjection()], clock, new HealthBoard(clock, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance);
}

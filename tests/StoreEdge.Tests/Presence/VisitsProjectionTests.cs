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
    private ManualClock clock = new();
    private bool synchronized = true;
    private string boot = "boot-1";

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
            Assert.All(ReadOpen(journal), v => Assert.NotNull(v.Left));
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
        var visit = Assert.Single(ReadOpen(journal));
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
        shop.Tracker.Restore(ReadOpen(journal), shop.Now);
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

        Assert.Equal(["v3"], ReadOpen(journal).Select(v => v.Visit.Value));
        // Swept with the next departure.
        Assert.Equal(["v2", "v3"], ReadOpen(journal, TimeSpan.FromHours(-1)).Select(v => v.Visit.Value));
    }

    [Fact]
    public async Task After_a_restart_a_visit_is_as_sure_as_it_was_last()
    {
        await using var journal = Open();
        await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "medium", "beacon", "involuntary"), Instant.Now(clock), default);
        await journal.AppendAsync(new DwellData("v1", "k1-ana", "entrance", 60, "involuntary", "low"), Instant.Now(clock), default);
        Assert.Equal(Assurance.Low, Assert.Single(ReadOpen(journal)).Assurance);
    }

    [Theory]
    [InlineData(365)]
    [InlineData(-1)]
    [InlineData(-20000)]
    public async Task Within_a_boot_whoever_left_just_now_joins_their_visit_however_the_wall_clock_was_set(int days)
    {
        await using var journal = Open();
        await ComeAndGoAsync(journal, "v1");
        synchronized = false;
        clock.SetWall(clock.GetUtcNow().AddDays(days));
        clock.Advance(TimeSpan.FromMinutes(2));
        var visit = Assert.Single(ReadOpen(journal));
        Assert.Equal((TimeSpan.FromMinutes(3), (TimeSpan?)TimeSpan.FromMinutes(2)), (visit.Present, visit.Left));
    }

    [Theory]
    [InlineData(365)]
    [InlineData(-20000)]
    public async Task A_wrong_wall_clock_sweeps_nobody_out_whom_the_restart_still_needs(int days)
    {
        await using var journal = Open();
        await ComeAndGoAsync(journal, "v1");
        synchronized = false;
        clock.SetWall(clock.GetUtcNow().AddDays(days));
        await ComeAndGoAsync(journal, "v2", "k1-bia");
        Assert.Equal(["v1", "v2"], ReadOpen(journal).Select(v => v.Visit.Value));
    }

    [Fact]
    public async Task Over_a_restart_of_the_machine_whoever_left_just_before_joins_their_visit_where_both_clocks_were_right()
    {
        await using (var journal = Open()) await ComeAndGoAsync(journal, "v1");
        Boot(clock.GetUtcNow().AddMinutes(4));
        await using var after = Open();
        var visit = Assert.Single(ReadOpen(after));
        Assert.Equal((TimeSpan.FromMinutes(5), (TimeSpan?)TimeSpan.FromMinutes(4)), (visit.Present, visit.Left));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Over_a_restart_of_the_machine_nobody_joins_a_visit_where_a_clock_was_wrong(bool before, bool after)
    {
        synchronized = before;
        await using (var journal = Open()) await ComeAndGoAsync(journal, "v1");
        // The machine stood switched off for a night, and takes up where its clock was.
        synchronized = after;
        Boot(clock.GetUtcNow().AddSeconds(1));
        await using var reopened = Open();
        Assert.Empty(ReadOpen(reopened));
    }

    [Fact]
    public async Task Over_a_restart_of_the_machine_whoever_left_before_the_clock_was_set_joins_their_visit_too()
    {
        synchronized = false;
        var right = clock.GetUtcNow();
        Boot(DateTimeOffset.UnixEpoch, "boot-1");
        await using (var journal = Open())
        {
            await ComeAndGoAsync(journal, "v1");
            synchronized = true;
            clock.SetWall(right);
            await journal.AppendAsync(new DwellData("v0", "k1-bia", "entrance", 60, "involuntary", "low"), Instant.Now(clock), default);
        }

        Boot(right.AddMinutes(4));
        await using var after = Open();
        Assert.Equal(TimeSpan.FromMinutes(4), Assert.Single(ReadOpen(after)).Left);
    }

    [Fact]
    public async Task Over_a_restart_of_the_machine_whoever_was_inside_is_restored_and_is_no_furniture_for_a_clock_a_year_ahead()
    {
        await using (var journal = Open()) await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
        synchronized = false;
        Boot(clock.GetUtcNow().AddYears(1));
        clock.Advance(TimeSpan.FromSeconds(40));
        await using var after = Open();
        Assert.Equal((TimeSpan.FromSeconds(40), (TimeSpan?)null), Assert.Single(ReadOpen(after)) is var v ? (v.Present, v.Left) : default);
    }

    private async Task ComeAndGoAsync(JournalStore journal, string visit, string subject = "k1-ana")
    {
        await journal.AppendAsync(new ArrivalData(visit, subject, "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
        clock.Advance(TimeSpan.FromMinutes(1));
        await journal.AppendAsync(new DepartureData(visit, subject, "entrance", 60, "silence", "involuntary", "low"), Instant.Now(clock), default);
    }

    private void Boot(DateTimeOffset wall, string id = "boot-2") => (clock, boot) = (new(wall), id);

    private IReadOnlyList<OpenVisit> ReadOpen(JournalStore journal, TimeSpan later = default) =>
        journal.Query(database => VisitsProjection.ReadOpen(database, journal.BootId, Instant.Now(clock) + later, synchronized ? clock.GetUtcNow() + later : null));

    private JournalStore Open() => JournalStore.Open(
        directory, new() { ClockSynchronized = () => synchronized, BootId = () => boot }, [new VisitsProjection()], clock,
        new HealthBoard(clock, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance);
}

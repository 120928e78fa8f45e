using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Tests.Journal;

namespace StoreEdge.Tests.Helping;

public sealed class HelpRouteTests : IAsyncDisposable
{
    private static readonly ZoneId Bakery = new("bakery"), Entrance = new("entrance"), Cellar = new("cellar");
    private readonly Bench bench = new();
    private readonly HelpOptions options = new([new(["payment"], [], [[Entrance]], TimeSpan.FromSeconds(20)), new(["advice"], [Bakery], [[Bakery], [Entrance, Cellar], []], TimeSpan.FromSeconds(30))],
        HelpOptions.DefaultAfter);

    private JournalStore store = null!;
    private HelpDesk desk = null!;
    private EscalationWatcher watcher = null!;

    private HelpRoutes Routes => new(options);

    public HelpRouteTests() => Open(bench.Open(null, new HelpProjection()));

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_request_goes_to_staff_of_the_skill_and_the_zone_and_to_nobody_else()
    {
        await AskAsync("v1", "advice");
        await AskAsync("v2", "payment");
        await AskAsync("v3", "find");
        Assert.Equal(["v1", "v3"], Asked(Bakery));
        Assert.Equal(["v2"], Asked(Entrance));
        Assert.Empty(Asked(Cellar));
    }

    [Fact]
    public async Task A_request_that_nobody_takes_up_goes_on_step_by_step_and_ends_with_central()
    {
        await AskAsync("v1", "advice");
        await PassAsync(29);
        Assert.Empty(Escalations());
        await PassAsync(1);
        Assert.Equal([(1, false)], Escalations());
        Assert.Equal(["v1"], Asked(Cellar));
        Assert.Equal(["v1"], Asked(Bakery));
        await PassAsync(30);
        await PassAsync(30);
        await PassAsync(600);
        Assert.Equal([(1, false), (2, false), (3, true)], Escalations());
        Assert.True(Assert.Single(desk.Open()).IsWithCentral);
        Assert.Equal(HelpDesk.Asked, desk.Of(new("v1"))!.State);
    }

    [Fact]
    public async Task A_request_that_is_taken_up_is_not_escalated_and_only_the_first_has_it()
    {
        await AskAsync("v1", "advice");
        var request = desk.Of(new("v1"))!.Id;
        bool[] went = await Task.WhenAll(desk.TakeAsync(request, Bakery), desk.TakeAsync(request, Entrance));
        Assert.Single(went, true);
        await PassAsync(3600);
        Assert.Empty(Escalations());
        Assert.Equal(HelpDesk.OnTheWay, desk.Of(new("v1"))!.State);
        var staff = desk.Of(new("v1"))!.Staff!;
        Assert.Contains(staff, (IEnumerable<string>)["bakery", "entrance"]);
        Assert.True(await desk.SolveAsync(request, Bakery, null, answered: true));
        Assert.False(await desk.SolveAsync(request, Bakery, null, answered: true));
        Assert.Empty(desk.Open());
        Assert.Equal([("on-the-way", "staff", staff), ("solved", "staff", "bakery")], Said().Select(c => (c.State, c.By, c.Staff!)));
    }

    [Fact]
    public async Task A_restart_neither_forgets_a_request_nor_begins_its_time_anew()
    {
        await AskAsync("v1", "advice");
        await PassAsync(20);
        Open(await bench.ReopenAsync(null, new HelpProjection()));
        await PassAsync(9);
        Assert.Empty(Escalations());
        await PassAsync(1);
        Assert.Equal([(1, false)], Escalations());
        Open(await bench.ReopenAsync(null, new HelpProjection()));
        Assert.Equal(["v1"], Asked(Cellar));
        await PassAsync(30);
        Assert.Equal([(1, false), (2, false)], Escalations());
    }

    [Fact]
    public async Task Without_a_route_those_where_the_customer_is_are_asked_and_then_everybody()
    {
        await AskAsync("v1", "other");
        Assert.Equal((1, 0), (Asked(Bakery).Count, Asked(Entrance).Count));
        await PassAsync(60);
        Assert.Equal((1, 1), (Asked(Bakery).Count, Asked(Entrance).Count));
        await PassAsync(60);
        Assert.Equal([(1, false), (2, true)], Escalations());
    }

    [Fact]
    public async Task Where_a_customer_is_not_known_everybody_is_asked_at_once()
    {
        Open(store, zone: null);
        await AskAsync("v1", "other");
        Assert.Equal(["v1"], Asked(Cellar));
        await PassAsync(60);
        Assert.Equal([(1, true)], Escalations());
    }

    [Fact]
    public async Task What_a_customer_asked_on_the_shop_floor_is_told_as_a_demand_and_whether_the_shop_had_it()
    {
        await AskAsync("v1", "advice");
        await desk.SolveAsync(desk.Of(new("v1"))!.Id, Bakery, "gluten-free", answered: false);
        var asked = Assert.Single(Journaled<QuestionAskedData>());
        Assert.Equal(("advice", "gluten-free", false, "bakery", "voluntary"), (asked.Skill, asked.Demand, asked.Answered, asked.Zone, asked.Trace));
    }

    [Fact]
    public async Task Help_that_was_given_is_rated_once_by_whoever_likes_to_and_none_before_it_was()
    {
        await AskAsync("v1", "advice");
        var request = desk.Of(new("v1"))!.Id;
        await desk.RateAsync(new("v1"), request, 5);
        Assert.Empty(Journaled<HelpRatedData>());
        await desk.SolveAsync(request, Bakery, null, answered: true);
        await desk.RateAsync(new("v1"), "another", 1);
        await desk.RateAsync(new("v1"), request, 4);
        await desk.RateAsync(new("v1"), request, 1);
        Assert.Equal((request, 4, "voluntary"), Assert.Single(Journaled<HelpRatedData>()) is var rated ? (rated.RequestId, rated.Stars, rated.Trace) : default);
        Assert.Equal(4, desk.Of(new("v1"))!.Stars);
    }

    [Fact]
    public async Task Somebody_is_sent_to_an_open_issue_once_a_visit_and_not_beside_somebody_who_is_coming_anyway()
    {
        await desk.SendSomebodyAsync(new("v1"), new("k1-ana"), "bakery", "en", "medium");
        await desk.SendSomebodyAsync(new("v1"), new("k1-ana"), "bakery", "en", "medium");
        await AskAsync("v2", "find");
        await desk.SendSomebodyAsync(new("v2"), new("k1-bia"), "bakery", "en", "medium");
        Assert.Equal([("v1", "issue", "store"), ("v2", "find", "customer")], Journaled<HelpRequestedData>().Select(h => (h.VisitId, h.Skill, h.By)));
    }

    private void Open(JournalStore opened, string? zone = "bakery")
    {
        store = opened;
        desk = new(store, _ => zone);
        watcher = new(desk, Routes, store, bench.Clock, bench.Health);
    }

    private Task AskAsync(string visit, string skill) => desk.AskAsync(new(visit), new("visit-" + visit), skill, "en", "low");

    private Task PassAsync(int seconds)
    {
        bench.Clock.Advance(TimeSpan.FromSeconds(seconds));
        return watcher.LookAsync();
    }

    private IReadOnlyList<string> Asked(ZoneId staff) => [.. desk.Open().Where(r => Routes.IsFor(r, staff)).Select(r => r.Visit.Value).Order()];

    private IEnumerable<(int, bool)> Escalations() => Said().Where(c => c.State == "escalated").Select(c => (c.Step!.Value, c.Last));

    private IReadOnlyList<HelpChangedData> Said() => Journaled<HelpChangedData>();

    private IReadOnlyList<T> Journaled<T>()
        where T : IEventData => [.. store.ReadAfter(0, 1000).Select(e => ContractsJson.Read(e.Type, e.Data.Span)).OfType<T>()];
}

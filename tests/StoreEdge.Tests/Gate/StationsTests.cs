using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Gate;

public sealed class StationsTests
{
    private static readonly DeviceKey Ana = new("a"), Bia = new("b"), Caio = new("c");
    private readonly ManualClock clock = new();

    [Fact]
    public void A_phone_that_was_let_pass_has_gone_when_nothing_is_heard_for_long_enough_and_once()
    {
        var stations = New();
        stations.Enter(Ana);
        clock.Advance(TimeSpan.FromMinutes(4));
        stations.Notice(Ana);
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Empty(stations.TakeSilent(_ => true));
        Assert.True(stations.IsQuiet(Ana));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([Ana], stations.TakeSilent(_ => true));
        Assert.Empty(stations.TakeSilent(_ => true));
        Assert.False(stations.Leave(Ana), "gone twice");
    }

    [Fact]
    public void Who_comes_back_within_the_passage_can_go_again()
    {
        var stations = New();
        stations.Enter(Ana);
        Assert.False(stations.Notice(Ana), "back without having gone");
        Assert.True(stations.Leave(Ana));
        Assert.True(stations.Notice(Ana));
        Assert.False(stations.Notice(Ana), "back twice");
        Assert.True(stations.Leave(Ana));
    }

    [Fact]
    public void A_late_answer_to_the_kernel_is_no_return()
    {
        var stations = New();
        stations.Enter(Ana);
        Assert.True(stations.Leave(Ana));
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(stations.Answer(Ana));
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(stations.Answer(Ana));
        Assert.True(stations.Leave(Ana));
        Assert.True(stations.Notice(Ana), "a new lease or the access point's word counts at once");
    }

    [Fact]
    public void Nothing_is_kept_of_who_was_never_let_pass_nor_of_who_has_gone_for_good()
    {
        var stations = New();
        Assert.False(stations.Notice(Bia));
        Assert.False(stations.Leave(Bia));
        stations.Enter(Ana);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal([Ana], stations.TakeSilent(_ => false));
        stations.Notice(Ana);
        Assert.False(stations.Leave(Ana), "the gate forgot whose passage is over");
    }

    [Fact]
    public void Room_is_made_by_who_has_been_gone_for_longest_and_never_by_who_is_here()
    {
        var stations = New();
        stations.Enter(Ana);
        clock.Advance(TimeSpan.FromSeconds(1));
        stations.Enter(Bia);
        stations.Enter(Caio);
        Assert.Null(stations.LongestGone([Ana, Bia, Caio]));
        stations.Leave(Bia);
        stations.Leave(Ana);
        Assert.Equal(Ana, stations.LongestGone([Bia, Ana, Caio]));
        Assert.Equal(new DeviceKey("unheard of"), stations.LongestGone([Caio, new("unheard of")]));
    }

    private Stations New() => new(TimeSpan.FromMinutes(5), clock);
}

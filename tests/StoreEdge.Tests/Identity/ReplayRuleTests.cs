using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Identity;

public sealed class ReplayRuleTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(1024);
    private readonly EphemeralHistory history = new(2);

    [Fact]
    public void A_beacon_that_goes_on_from_window_to_window_is_believed()
    {
        for (var second = 0; second < 5000; second += 7) Assert.Equal(Suspicion.None, Hear((uint)(100 + second / 1024), second));
    }

    [Fact]
    public void A_window_that_the_beacon_had_left_behind_is_a_replay()
    {
        Assert.Equal(Suspicion.None, Hear(100, 0));
        Assert.Equal(Suspicion.None, Hear(101, 900));
        Assert.Equal(Suspicion.Replayed, Hear(100, 950));
        Assert.Equal(Suspicion.None, Hear(101, 960));
    }

    [Fact]
    public void Receivers_may_be_some_seconds_apart_around_a_rotation()
    {
        Hear(100, 0);
        Hear(101, 1000);
        Assert.Equal(Suspicion.None, Hear(100, 1005));
        Assert.Equal(Suspicion.Replayed, Hear(100, 1011));
    }

    [Fact]
    public void A_window_that_outlasts_its_length_is_a_replay()
    {
        Assert.Equal(Suspicion.None, Hear(100, 0));
        Assert.Equal(Suspicion.None, Hear(100, 1030));
        Assert.Equal(Suspicion.Replayed, Hear(100, 1040));
        Assert.Equal(Suspicion.None, Hear(101, 1050));
    }

    [Fact]
    public void Devices_are_judged_each_by_itself()
    {
        Hear(101, 0);
        Assert.Equal(Suspicion.None, history.Take(1, 50, Length, new(50_000_000_000)));
    }

    private Suspicion Hear(uint window, int second) => history.Take(0, window, Length, new((1 + second) * 1_000_000_000L));
}

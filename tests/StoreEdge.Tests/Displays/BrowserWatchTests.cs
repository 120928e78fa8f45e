using StoreEdge.Agent.Displays;

namespace StoreEdge.Tests.Displays;

public sealed class BrowserWatchTests
{
    [Theory]
    [InlineData(3, 3, 600, null)]
    [InlineData(29, 29, 600, null)]
    [InlineData(30, 30, 600, "it has fallen silent")]
    [InlineData(3, 30, 600, "it draws no new frames")]
    // What another browser acknowledged before is not this one's word.
    [InlineData(700, 700, 89, null)]
    [InlineData(700, 700, 90, "it has acknowledged nothing since it started")]
    [InlineData(null, 700, 89, null)]
    [InlineData(null, 700, 90, "it has acknowledged nothing since it started")]
    public void A_browser_is_judged_by_what_its_screen_acknowledged(int? silence, int frozen, int running, string? why) =>
        Assert.Equal(why, BrowserWatch.WhyRestart(silence is { } s ? TimeSpan.FromSeconds(s) : null, TimeSpan.FromSeconds(frozen), TimeSpan.FromSeconds(running)));
}

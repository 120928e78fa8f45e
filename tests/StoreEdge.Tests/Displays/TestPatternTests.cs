using StoreEdge.Agent.Displays;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Tests.Deciding;
using StoreEdge.Tests.Offers;

namespace StoreEdge.Tests.Displays;

/// <summary>A technician's test pattern on a display: seen, acknowledged, and nobody's.</summary>
public sealed class TestPatternTests : IAsyncDisposable
{
    private static readonly Poster Pattern = new(DisplayHub.PatternClass, "en", "shop", "door", "test", null, null, null, "", "", null);

    private readonly DecidingBench bench = new(OfferSamples.Document().Bytes());

    [Fact]
    public async Task A_pattern_is_drawn_acknowledged_over_after_seconds_and_leaves_nothing_in_the_journal()
    {
        var page = bench.Hub.Connect(DecidingBench.Door, isOwn: true)!;
        Assert.True(page.TryRead(out var idle));
        Assert.Null(idle!.Showing);
        bench.Hub.BeginPattern(DecidingBench.Door, Pattern);
        Assert.True(page.TryRead(out var frame));
        Assert.Equal((Pattern, true), (frame!.Showing!.Poster, frame.Look.Lit));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(120));
        Assert.True(await bench.Hub.AcknowledgeAsync(DecidingBench.Door, new(frame.Showing.Id, Pattern.ContentHash(), 2), CancellationToken.None));
        Assert.Equal((TimeSpan.FromMilliseconds(120), true, true), bench.Hub.PatternOf(DecidingBench.Door) is var (p, isOn) ? (p.DrawnAfter, p.IsRight, isOn) : default);

        bench.Clock.Advance(DisplayHub.PatternLasts);
        await bench.Hub.TickAsync(CancellationToken.None);
        Assert.True(page.TryRead(out var after));
        Assert.Null(after!.Showing);
        Assert.False(bench.Hub.PatternOf(DecidingBench.Door)!.Value.IsOn);
        Assert.Empty(bench.Events);
    }

    [Fact]
    public async Task What_was_shown_comes_back_and_a_customer_who_comes_meanwhile_goes_first()
    {
        var page = bench.Hub.Connect(DecidingBench.Door, isOwn: true)!;
        await bench.Hub.ShowAsync(DecidingBench.Door, Showing("s1"), CancellationToken.None);
        bench.Hub.BeginPattern(DecidingBench.Door, Pattern);
        Assert.True(page.TryRead(out var pattern));
        Assert.Equal(DisplayHub.PatternClass, pattern!.Showing!.Poster.Class);
        bench.Clock.Advance(DisplayHub.PatternLasts);
        await bench.Hub.TickAsync(CancellationToken.None);
        Assert.True(page.TryRead(out var back));
        Assert.Equal("s1", back!.Showing!.Id);

        bench.Hub.BeginPattern(DecidingBench.Door, Pattern);
        await bench.Hub.ShowAsync(DecidingBench.Door, Showing("s2"), CancellationToken.None);
        Assert.True(page.TryRead(out var customer));
        Assert.Equal("s2", customer!.Showing!.Id);
    }

    [Fact]
    public async Task A_screen_that_draws_something_else_is_not_believed()
    {
        bench.Hub.BeginPattern(DecidingBench.Door, Pattern);
        var id = bench.Hub.PatternOf(DecidingBench.Door)!.Value.Pattern.Showing.Id;
        await bench.Hub.AcknowledgeAsync(DecidingBench.Door, new("another", Pattern.ContentHash(), 2), CancellationToken.None);
        Assert.Null(bench.Hub.PatternOf(DecidingBench.Door)!.Value.Pattern.DrawnAfter);
        await bench.Hub.AcknowledgeAsync(DecidingBench.Door, new(id, new string('0', 64), 2), CancellationToken.None);
        Assert.False(bench.Hub.PatternOf(DecidingBench.Door)!.Value.Pattern.IsRight);
    }

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    private Showing Showing(string id)
    {
        var now = Instant.Now(bench.Clock);
        return new(id, new("d-" + id), new VisitId("v"), new("offer"), "Offer", Pattern with { Class = "generic" }, bench.Clock.GetUtcNow(), now, now + TimeSpan.FromMinutes(1), null);
    }
}

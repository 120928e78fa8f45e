using StoreEdge.Agent.Journal;

namespace StoreEdge.Tests.Journal;

public sealed class LingerTests
{
    private static readonly JournalOptions Lingering = new() { ClockSynchronized = () => true, Linger = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task A_burst_shares_one_commit_and_waits_no_longer_than_was_allowed()
    {
        await using var bench = new Bench();
        bench.Open(Lingering);
        var timers = bench.Clock.Timers;
        var burst = Enumerable.Range(0, 50).Select(i => bench.AppendAsync($"v{i}")).ToList();
        Until(() => bench.Clock.Timers > timers);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.All(burst, append => Assert.False(append.IsCompleted));
        burst.Add(bench.AppendAsync("late"));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await Task.WhenAll(burst);
        Assert.Equal((51L, 1L), (bench.Store.Snapshot().Appends, bench.Store.Snapshot().Groups));
    }

    [Fact]
    public async Task A_full_queue_waits_for_nobody()
    {
        await using var bench = new Bench();
        bench.Open(Lingering with { QueueCapacity = 10 });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => bench.AppendAsync($"v{i}"))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(20, bench.Store.LastSeq);
    }

    [Fact]
    public async Task A_journal_that_closes_waits_for_nobody()
    {
        await using var bench = new Bench();
        bench.Open(Lingering);
        var append = bench.AppendAsync();
        await bench.Store.DisposeAsync();
        Assert.Equal(1, (await append).Seq);
    }

    private static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)));
}

using StoreEdge.Agent.Journal;

namespace StoreEdge.Tests.Journal;

public sealed class LogTests
{
    [Fact]
    public async Task The_log_stays_bounded_though_readers_take_turns_without_a_pause()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        using var over = new CancellationTokenSource();
        // A drain by several readers, so that at each moment one of them is inside the log.
        var readers = Enumerable.Range(0, 3).Select(r => Task.Run(() =>
        {
            var rows = 0L;
            for (var after = 0L; !over.IsCancellationRequested; after = after + 50 < store.LastSeq ? after + 50 : 0) rows += store.ReadAfter(after, 200).Count;
            return rows;
        })).ToList();
        var most = 0L;
        for (var burst = 0; burst < 60; burst++)
        {
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => bench.AppendAsync($"visit {i}")));
            most = Math.Max(most, store.Snapshot().WalBytes);
        }

        await over.CancelAsync();
        Assert.True((await Task.WhenAll(readers)).Sum() > 10_000, "the readers read too little to be in anybody's way");
        // A look every few commits, each of a thousand events at most.
        Assert.InRange(most, 1, 2 * LogBound.MostBytes);
    }
}

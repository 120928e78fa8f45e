using System.Diagnostics;

namespace StoreEdge.SystemTests.Journal;

/// <summary>A process that appends as fast as it can is killed in the middle; what it said was kept must be there.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("journal-kill-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Whatever_was_called_kept_is_in_the_file_after_kill_9_or_declared_lost_and_no_number_is_missing()
    {
        var kills = Checkout.EverythingWasAskedFor ? 1000 : 100;
        var random = new Random(20261121);
        var (made, gaps) = (0L, 0);
        // A hundred kills a journal: one that grows through a thousand takes longer to read each time than to kill.
        for (var begun = 0; begun < kills; begun += 100)
        {
            // One that grows, and one that may not: there events are given up, and the kill may come in the middle of that.
            (string Directory, string[] Wishes, Promises Promises)[] journals =
                [(Path.Combine(directory, $"grows-{begun}"), [], new()), (Path.Combine(directory, $"full-{begun}"), ["--pages", "200"], new())];
            var epochs = new Dictionary<string, string?>();
            for (var kill = begun + 1; kill <= begun + 100; kill++)
            {
                var (at, wishes, promises) = journals[kill % 2];
                made += await AppendAndKillAsync(at, promises, wishes, random.Next(1, 400), TimeSpan.FromMilliseconds(random.NextDouble() * 20));
                var found = JournalContents.Read(at);
                Assert.Equal("ok", found.Integrity);
                epochs.TryAdd(at, found.Epoch);
                Assert.Equal(epochs[at], found.Epoch);
                Assert.True(promises.MissingIn(found) is [], $"kill {kill}: called kept but not there nor declared: {string.Join(", ", promises.MissingIn(found))}");
                Assert.True(found.Holes() is [], $"kill {kill}: neither there nor declared: {string.Join(", ", found.Holes())}");
                promises.Forget(found.Acknowledged);
                gaps += found.Gaps.Count;
            }
        }

        Assert.True(made > kills * 50, $"too little load to prove anything: {made} promises");
        Assert.True(gaps > 0, "nothing was ever given up, so that was no part of the load");
    }

    /// <summary>Reads promises until there are enough, then a little longer, then kills; takes everything that had been said by then.</summary>
    private static async Task<int> AppendAndKillAsync(string at, Promises promises, string[] wishes, int enough, TimeSpan longer)
    {
        using var child = Process.Start(new ProcessStartInfo(Checkout.Benchmarks, ["append", at, .. wishes])
        {
            RedirectStandardOutput = true,
            // What makes a long run faster makes a short one later.
            Environment = { ["DOTNET_TieredPGO"] = "0", ["DOTNET_TC_QuickJitForLoops"] = "1" },
        })!;
        var said = 0;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; said < enough && await child.StandardOutput.ReadLineAsync(patience.Token) is { } line; said++) promises.Take(line);
        Assert.False(child.HasExited, "the writer ended by itself");
        await Task.Delay(longer, CancellationToken.None);
        child.Kill();
        // What it said before it died is still in the pipe; the last line may be cut short.
        var rest = (await child.StandardOutput.ReadToEndAsync(patience.Token)).Split('\n')[..^1];
        foreach (var line in rest) promises.Take(line);
        await child.WaitForExitAsync(patience.Token);
        return said + rest.Length;
    }
}

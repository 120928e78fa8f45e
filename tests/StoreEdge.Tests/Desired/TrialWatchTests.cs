using StoreEdge.Agent.Desired;

namespace StoreEdge.Tests.Desired;

public sealed class TrialWatchTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly string directory = Directory.CreateTempSubdirectory("trial-").FullName;
    private readonly ManualClock clock = new();
    private readonly DesiredDocuments documents;
    private IReadOnlyList<string> missing = [];
    private int restarts, proofs;

    public TrialWatchTests()
    {
        documents = new(directory);
        documents.Try("config", new(1, """{"presence":{}}"""));
        documents.BeginRun();
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_store_that_is_well_for_a_while_has_proved_itself()
    {
        var watch = Watch();
        await PassAsync(watch, 9);
        Assert.True(documents.IsOnTrial);
        await PassAsync(watch, 3);
        Assert.False(documents.IsOnTrial);
        Assert.Equal((0, 1), (restarts, proofs));
        Assert.Equal("applied", documents["config"].State);
    }

    [Fact]
    public async Task A_store_that_is_well_for_a_moment_only_has_not()
    {
        var watch = Watch();
        for (var i = 0; i < 20 && documents.IsOnTrial; i++)
        {
            missing = [];
            await PassAsync(watch, 5);
            missing = ["no link to central (refused)"];
            await PassAsync(watch, 5);
        }

        Assert.Equal((1, 0), (restarts, proofs));
        Assert.Equal("not proved within 180 s: no link to central (refused)", documents["config"].Reason);
    }

    [Fact]
    public async Task Late_is_not_too_late()
    {
        missing = ["presence: has not come round for 30 s"];
        var watch = Watch();
        await PassAsync(watch, 160);
        missing = [];
        await PassAsync(watch, 12);
        Assert.Equal((0, 1), (restarts, proofs));
    }

    private TrialWatch Watch() => new(documents, TimeSpan.FromMinutes(3), () => missing, () =>
    {
        proofs++;
        return Task.CompletedTask;
    }, () => restarts++, clock);

    private async Task PassAsync(TrialWatch watch, int seconds)
    {
        for (var i = 0; i < seconds * 4 && documents.IsOnTrial; i++)
        {
            clock.Advance(Second / 4);
            await watch.LookAsync();
        }
    }
}

using System.Text.Json;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Fleet;

/// <summary>A whole fleet loses its broker and comes back.</summary>
public sealed class StormTests(ITestOutputHelper output) : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-fleet-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Two_hundred_stores_come_back_spread_out_and_lose_nothing()
    {
        // A tenth of the agent's patience, so that the return takes seconds instead of minutes.
        var report = await StormAsync(
            200, "--retry-first", "100ms", "--retry-most", "10s", "--stable-after", "3s", "--speed", "30", "--length", "25s", "--drain", "3min", "--resend-after", "3s", "--backlog-rate", "200");
        var storm = report.GetProperty("storms").EnumerateArray().Last();
        Assert.InRange(storm.GetProperty("connections").GetInt32(), 198, 400);
        // Without jitter they would all come in one second.
        Assert.InRange(storm.GetProperty("peak_per_second").GetInt32(), 1, 120);
    }

    [SlowFact]
    public async Task Two_thousand_stores_with_the_agents_own_patience_come_back_and_tell_their_backlog()
    {
        var report = await StormAsync(2_000, "--backlog", "100", "--length", "2min", "--drain", "9min");
        Assert.InRange(report.GetProperty("storms").EnumerateArray().Last().GetProperty("peak_per_second").GetInt32(), 1, 1_000);
    }

    /// <summary>The broker is killed once every store is there, and comes back when all have noticed and some have tried for seconds.</summary>
    private async Task<JsonElement> StormAsync(int stores, params string[] patience)
    {
        await using var broker = await Broker.StartedAsync();
        var table = Path.Combine(directory, "central.db");
        await using var journey = new JourneyProcess(directory, "journey", table);
        journey.Start($"{Broker.Host}:{broker.Port}");
        await using var fleet = new FleetProcess(directory);
        fleet.Start(["--stores", $"{stores}", "--mqtt", $"{Broker.Host}:{broker.Port}", "--database", table, .. patience]);
        await Eventually.True(() => fleet.Progress().Online == stores && fleet.Progress().Acknowledged > 0, "every store", TimeSpan.FromMinutes(2));
        await broker.KillAsync();
        await Eventually.True(() => fleet.Progress().Online == 0, "the loss");
        // What the agents do meanwhile takes its time: that is the outage.
        using (var outage = new PeriodicTimer(TimeSpan.FromSeconds(6))) await outage.WaitForNextTickAsync();
        await broker.StartAsync();
        var report = await fleet.ReportAsync(TimeSpan.FromMinutes(15));
        output.WriteLine(fleet.ReadLog());
        output.WriteLine(await journey.StopAsync());
        Assert.True(report.GetProperty("table").GetProperty("equal").GetBoolean());
        return report;
    }
}

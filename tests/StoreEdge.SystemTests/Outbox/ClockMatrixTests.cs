using StoreEdge.Contracts;
using StoreEdge.SystemTests.Mqtt;

namespace StoreEdge.SystemTests.Outbox;

/// <summary>A store whose wall clock is wrong and is set before, while or after its events are told: through a real broker nothing is lost, reordered or left with a wrong time.</summary>
public sealed class ClockMatrixTests : IDisposable
{
    private const int Count = 1_000;

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-clock-").FullName;

    public static TheoryData<string, double> Rows => new() { { "1970", -20_000 }, { "stale", -3 }, { "a day behind", -1 }, { "a year ahead", 365 } };

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_clock_that_is_set_before_anything_is_told(string row, double days)
    {
        await using var broker = await Broker.StartedAsync(persistence: true);
        await (await Central.ConnectedAsync(broker.Port)).DisposeAsync();
        await broker.StopAsync();
        var clock = new WallClock(TimeSpan.FromDays(days));
        await using var store = new LinkedStore(broker.Port, directory, clock: clock).Run();
        await store.AppendAsync(Count);
        // The link is backing off meanwhile: neither its pause nor anything else is measured by the wall clock.
        await Eventually.True(() => store.Warns("broker-connection-refused"), $"{row}: the warning");
        clock.SetRight();
        await store.AppendAsync(1);
        await broker.StartAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await HoldsAllAsync(central, store, row);
        Assert.All(central.Held.Take(Count), e => Assert.Equal("corrected", e.TimeQuality));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_clock_that_is_stepped_while_the_backlog_drains(string row, double days)
    {
        await using var broker = await Broker.StartedAsync(persistence: true);
        await (await Central.ConnectedAsync(broker.Port)).DisposeAsync();
        await broker.StopAsync();
        var clock = new WallClock(TimeSpan.FromDays(days));
        await using var store = new LinkedStore(broker.Port, directory, clock: clock).Run();
        await store.AppendAsync(5 * Count);
        await broker.StartAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await Eventually.True(() => central.Row >= Count, $"{row}: the first thousand");
        clock.SetRight();
        await store.AppendAsync(Count);
        await HoldsAllAsync(central, store, row);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_clock_that_is_set_after_everything_is_told(string row, double days)
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        var clock = new WallClock(TimeSpan.FromDays(days));
        await using var store = new LinkedStore(broker.Port, directory, clock: clock).Run();
        await store.AppendAsync(Count);
        await HoldsAllAsync(central, store, row, corrected: false);
        Assert.All(central.Held, e => Assert.Equal("unsynchronized", e.TimeQuality));
        await Eventually.True(() => central.State<ClockStateMessage>(LinkedStore.Topics.ClockState)?.Quality == "unsynchronized", $"{row}: the state");
        clock.SetRight();
        store.Journal.FollowClock();
        await Eventually.True(() => store.Journal.LastSeq == Count + 1, $"{row}: the word that it was set");
        await HoldsAllAsync(central, store, row);
        await Eventually.True(() => central.State<ClockStateMessage>(LinkedStore.Topics.ClockState) is { Quality: "synchronized", SynchronizedAt: not null }, $"{row}: the state");
    }

    [Fact]
    public async Task A_clock_that_is_set_wrong_and_right_again_while_the_backlog_drains()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        var clock = new WallClock(TimeSpan.Zero);
        await using var store = new LinkedStore(broker.Port, directory, clock: clock).Run();
        foreach (var days in new[] { 365.0, -1, -20_000 })
        {
            await store.AppendAsync(Count);
            clock.SetOff(TimeSpan.FromDays(days));
            await store.AppendAsync(Count);
            clock.SetRight();
            await store.AppendAsync(1);
        }

        await HoldsAllAsync(central, store, "stepped");
    }

    /// <summary>Central holds every event of the journal, in its order, and with what was told has the right time of each.</summary>
    private static async Task HoldsAllAsync(Central central, LinkedStore store, string row, bool corrected = true)
    {
        await Eventually.True(() => central.Row == store.Journal.LastSeq && store.Journal.AcknowledgedSeq == store.Journal.LastSeq, $"{row}: everything at central");
        var last = store.Journal.LastSeq;
        Assert.Equal(Enumerable.Range(1, (int)last).Select(n => (long)n), central.Held.Select(e => e.Seq));
        Assert.Equal(last, store.Journal.ReadAfter(0, int.MaxValue).Count);
        Assert.DoesNotContain(central.Held, e => e.Type == EventTypes.Gap);
        if (!corrected) return;
        var anchor = central.Held.Select(e => ContractsJson.Read(e.Type, e.Data.Span)).OfType<ClockSynchronizedData>().LastOrDefault();
        Assert.NotNull(anchor);
        var now = StoreEdge.Core.Instant.Now(TimeProvider.System).Milliseconds;
        var truth = TimeProvider.System.GetUtcNow();
        foreach (var e in central.Held)
        {
            var time = e.TimeQuality == "unsynchronized" ? anchor.Time.AddMilliseconds(e.MonotonicMilliseconds - anchor.MonotonicMilliseconds) : e.Time;
            // All by one clock: a second is far more than reading two clocks one after the other takes, and far less than any error of these rows.
            Assert.InRange((time - truth.AddMilliseconds(e.MonotonicMilliseconds - now)).TotalSeconds, -1, 1);
        }
    }
}

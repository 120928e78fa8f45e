using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.SystemTests.Mqtt;

namespace StoreEdge.SystemTests.Outbox;

/// <summary>The two lanes, replays and dead letters against a real broker.</summary>
public sealed class LanesTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-lanes-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_new_event_overtakes_the_backlog_and_central_can_change_its_pace_for_good()
    {
        const int Backlog = 1_200;
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using (var store = new LinkedStore(broker.Port, directory, outbox: new() { DrainPerSecond = 1 }))
        {
            await store.AppendAsync(Backlog);
            store.Run();
            await Eventually.True(() => central.Row == 500, "the first batch, which needs no saving up");
            await store.AppendAsync(1);
            await Eventually.True(() => central.Holds(Backlog + 1), "the new event");
            Assert.False(central.Holds(Backlog));
            Assert.Contains(500, central.Batches);
            await store.Outbox.SetDrainAsync(LinkedStore.Unmetered);
            await Eventually.True(() => store.Journal.AcknowledgedSeq == Backlog + 1, "everything");
            Assert.Equal(0, store.Outbox.Status.Resends);
        }

        await using var next = new LinkedStore(broker.Port, directory, outbox: new() { DrainPerSecond = 1 });
        Assert.Equal(LinkedStore.Unmetered, next.Outbox.Status.BacklogPerSecond);
        await next.Outbox.SetDrainAsync(0);
        Assert.Equal(1, next.Outbox.Status.BacklogPerSecond);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => next.Outbox.SetDrainAsync(1_000_001));
    }

    [Fact]
    public async Task A_replay_comes_again_as_a_backlog_and_names_what_is_not_held()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using var store = new LinkedStore(broker.Port, directory).Run();
        await store.AppendAsync(30);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 30, "everything");
        var before = central.Arrivals.Count;
        var answer = await store.Outbox.ReplayAsync(store.Journal.Epoch, 21, 40);
        Assert.Equal(10, answer.Events);
        Assert.Equal([new SeqRange(31, 40)], answer.Missing);
        await Eventually.True(() => central.Arrivals.Count == before + 10, "the run again");
        Assert.Equal(Enumerable.Range(21, 10).Select(i => (long)i), central.Arrivals.Skip(before));
        Assert.Equal(0, (await store.Outbox.ReplayAsync(Guid.NewGuid(), 1, 5)).Events);
    }

    [Fact]
    public async Task What_central_refuses_is_declared_kept_over_a_restart_and_sent_again_on_command()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        central.Loses = seq => seq == 7;
        await using (var store = new LinkedStore(broker.Port, directory).Run())
        {
            await store.AppendAsync(20);
            await Eventually.True(() => store.Journal.AcknowledgedSeq == 6, "what comes before the seventh");
            Assert.True(await store.Outbox.RefuseAsync(store.Journal.Epoch, 7, "the visit is unknown"));
            Assert.True(await store.Outbox.RefuseAsync(store.Journal.Epoch, 7, "once more"));
            Assert.False(await store.Outbox.RefuseAsync(store.Journal.Epoch, 999, "never was"));
            await Eventually.True(() => store.Journal.AcknowledgedSeq == 21, "everything but the seventh");
            Assert.Equal([7L], central.Declared);
            Assert.True(store.Warns("event-refused:dwell"));
        }

        central.Loses = _ => false;
        await using var next = new LinkedStore(broker.Port, directory).Run();
        Assert.Equal(1, next.Outbox.Status.DeadLetters);
        Assert.Equal(1, await next.Outbox.ResendAsync(null, null, null));
        await Eventually.True(() => central.Holds(7) && next.Outbox.Status.DeadLetters == 0, "the seventh");
        Assert.False(next.Warns("event-refused:dwell"));
        Assert.Equal(1, (await next.Outbox.ReplayAsync(next.Journal.Epoch, 7, 7)).Events);
    }

    [Fact]
    public async Task What_the_broker_does_not_let_this_store_say_holds_nothing_up_and_follows_once_it_may()
    {
        var list = Path.Combine(directory, "access");
        await File.WriteAllTextAsync(list, $"topic readwrite stores/#\ntopic deny {LinkedStore.Topics.Event("dwell")}\ntopic deny {LinkedStore.Topics.EventBatch}\n");
        await using var broker = await Broker.StartedAsync(extra: $"acl_file {list}");
        await using (var central = await Central.ConnectedAsync(broker.Port))
        {
            await using var store = new LinkedStore(broker.Port, directory).Run();
            await store.AppendAsync(3);
            await Eventually.True(() => store.Outbox.Status.DeadLetters == 3, "three dead letters");
            await Eventually.True(() => store.Journal.AcknowledgedSeq == store.Journal.LastSeq, "central to go on");
            Assert.Equal([1L, 2, 3], central.Declared);
            Assert.True(store.Warns("event-refused:dwell"));
            await Eventually.True(() => central.State<OutboxStateMessage>(LinkedStore.Topics.OutboxState)?.DeadLetters == 3, "the state to say three");
        }

        await broker.StopAsync();
        await File.WriteAllTextAsync(list, "topic readwrite stores/#\n");
        await broker.StartAsync();
        await using var later = await Central.ConnectedAsync(broker.Port);
        await using var next = new LinkedStore(broker.Port, directory).Run();
        await next.AppendAsync(1);
        await Eventually.True(() => later.Holds(1) && later.Holds(2) && later.Holds(3) && next.Outbox.Status.DeadLetters == 0, "the three by themselves");
        Assert.False(next.Warns("event-refused:dwell"));
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_cut_and_an_event_that_is_too_large_holds_nothing_up()
    {
        await using var broker = await Broker.StartedAsync(extra: "message_size_limit 2000");
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using var store = new LinkedStore(broker.Port, directory);
        await store.AppendAsync(150);
        var noise = new byte[4_000];
        new Random(3).NextBytes(noise);
        await store.Journal.AppendAsync(new DwellData(Convert.ToHexString(noise), "k1-test", "door", 1, "involuntary", "low"), Instant.Now(TimeProvider.System), CancellationToken.None);
        await store.AppendAsync(150);
        store.Run();
        await Eventually.True(() => store.Outbox.Status.DeadLetters == 1 && store.Journal.AcknowledgedSeq == store.Journal.LastSeq, "everything but the large one");
        Assert.Equal([151L], central.Declared);
        Assert.All(Enumerable.Range(1, 301).Where(seq => seq != 151), seq => Assert.True(central.Holds(seq)));
    }

    [Fact]
    public async Task Where_batches_are_not_allowed_the_backlog_goes_one_by_one()
    {
        var list = Path.Combine(directory, "access");
        await File.WriteAllTextAsync(list, $"topic readwrite stores/#\ntopic deny {LinkedStore.Topics.EventBatch}\n");
        await using var broker = await Broker.StartedAsync(extra: $"acl_file {list}");
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using var store = new LinkedStore(broker.Port, directory);
        await store.AppendAsync(300);
        store.Run();
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 300, "everything");
        Assert.Empty(central.Batches);
        Assert.Equal(0, store.Outbox.Status.DeadLetters);
        Assert.True(store.Warns("batches-refused"));
    }

    [SlowFact]
    public async Task A_hundred_thousand_drain_while_the_broker_dies_every_second()
    {
        const int Backlog = 100_000;
        await using var broker = await Broker.StartedAsync();
        await using var store = new LinkedStore(broker.Port, directory, outbox: new() { DrainPerSecond = 20_000, Resend = new() { After = TimeSpan.FromSeconds(1) } });
        await store.AppendAsync(Backlog);
        await using var central = await Central.ConnectedAsync(broker.Port);
        store.Run();
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var deaths = 0; deaths < 20; deaths++)
        {
            await beat.WaitForNextTickAsync();
            await broker.KillAsync();
            await broker.StartAsync();
        }

        // The one above was thrown out as often; this one has seen nothing and must be told everything that the former did not acknowledge.
        await using var later = await Central.ConnectedAsync(broker.Port);
        await Eventually.True(() => Enumerable.Range(1, Backlog).All(seq => central.Holds(seq) || later.Holds(seq)), "everything", TimeSpan.FromMinutes(3));
    }
}

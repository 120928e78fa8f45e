using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;
using StoreEdge.SystemTests.Mqtt;

namespace StoreEdge.SystemTests.Outbox;

public sealed class OutboxRelayTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-outbox-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task With_the_broker_absent_from_the_start_everything_is_delivered_in_order_once_it_appears()
    {
        const int Count = 5_000;
        await using var broker = await Broker.StartedAsync(persistence: true);
        // Central subscribes first and its session is kept, so that the order of arrival is the order of sending.
        await (await Central.ConnectedAsync(broker.Port)).DisposeAsync();
        await broker.StopAsync();
        await using var store = new LinkedStore(broker.Port, directory).Run();
        await store.AppendAsync(Count);
        await Eventually.True(() => store.Warns("broker-connection-refused"), "the warning");
        await broker.StartAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await Eventually.True(() => central.Row == Count && store.Journal.AcknowledgedSeq == Count, "everything");
        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), central.Arrivals);
        await Eventually.True(() => central.State<OutboxStateMessage>(LinkedStore.Topics.OutboxState)?.AcknowledgedSeq == Count, "the outbox state");
        Assert.Equal(new OutboxStateMessage(store.Journal.Epoch, Count, Count, 0, DeadLetters: 0, BacklogPerSecond: LinkedStore.Unmetered), central.State<OutboxStateMessage>(LinkedStore.Topics.OutboxState));
    }

    [Fact]
    public async Task Without_trouble_every_event_is_sent_once_and_in_order()
    {
        const int Count = 3_000;
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using var store = new LinkedStore(broker.Port, directory).Run();
        // What is older than the connection would go as a backlog beside the new events.
        await store.AppendAsync(1);
        await Eventually.True(() => store.Outbox.Status.Published == 1, "the first");
        await store.AppendAsync(Count - 1);
        // Central's acknowledgement and the broker's last one come on roads of their own.
        await Eventually.True(() => store.Journal.AcknowledgedSeq == Count && store.Outbox.Status.Published >= Count, "all acknowledged");
        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), central.Arrivals);
        Assert.Equal((Count, Count, 0L), (store.Outbox.Status.SentSeq, store.Outbox.Status.Published, store.Outbox.Status.Resends));
    }

    [Fact]
    public async Task A_broker_that_dies_again_and_again_loses_nothing()
    {
        await using var broker = await Broker.StartedAsync();
        await using var store = new LinkedStore(broker.Port, directory, outbox: new() { DrainPerSecond = LinkedStore.Unmetered, Resend = new() { After = TimeSpan.FromSeconds(1) } }).Run();
        var random = new Random(7);
        var appended = 0;
        for (var i = 0; i < 5; i++)
        {
            // Somewhere in the middle of the four hundred, whatever this machine's pace is.
            var enough = store.Outbox.Status.Published + random.Next(1, 300);
            var writing = store.AppendAsync(400);
            await Eventually.True(() => store.Outbox.Status.Published >= enough, $"{enough} messages at the broker");
            await broker.KillAsync();
            await writing;
            appended += 400;
            await broker.StartAsync();
        }

        await using var central = await Central.ConnectedAsync(broker.Port);
        await Eventually.True(() => central.Row == appended && store.Journal.AcknowledgedSeq == appended, $"{appended} events");
    }

    [Fact]
    public async Task What_central_lost_is_sent_again_until_it_acknowledges()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        var lost = new HashSet<long> { 7, 8, 20 };
        central.Loses = lost.Remove;
        await using var store = new LinkedStore(broker.Port, directory, outbox: new() { DrainPerSecond = LinkedStore.Unmetered, Resend = new() { After = TimeSpan.FromSeconds(3), Chunk = 5 } }).Run();
        await store.AppendAsync(30);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 30, "the gaps to be filled");
        // 20 alone completes the row; 21 to 24 may still be on their way.
        await Eventually.True(() => central.Arrivals.Count >= 40, "the rest of the last chunk");
        // 7–11 fill the first gap and bring the acknowledgement to 19; from there 20–24 fill the second.
        Assert.Equal([7, 8, 9, 10, 11, 20, 21, 22, 23, 24], central.Arrivals.Skip(30));
        Assert.Equal(2, store.Outbox.Status.Resends);
    }

    [Fact]
    public async Task An_acknowledgement_of_another_journal_or_of_an_event_that_does_not_exist_is_refused()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        central.Acknowledges = false;
        await using var store = new LinkedStore(broker.Port, directory).Run();
        await store.AppendAsync(10);
        await Eventually.True(() => central.Row == 10, "ten events");
        await central.AcknowledgeAsync(Guid.NewGuid(), 5);
        await Eventually.True(() => store.Warns("ack-other-epoch"), "the first warning");
        await central.AcknowledgeAsync(store.Journal.Epoch, 11);
        await Eventually.True(() => store.Warns("ack-beyond-last"), "the second warning");
        Assert.Equal(0, store.Journal.AcknowledgedSeq);
        await central.AcknowledgeAsync(store.Journal.Epoch, 4);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 4, "the good one");
        await central.AcknowledgeAsync(store.Journal.Epoch, 3);
        await central.AcknowledgeAsync(store.Journal.Epoch, 6);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 6, "the next good one");
        Assert.False(store.Warns("ack-other-epoch") || store.Warns("ack-beyond-last"));
    }

    [Fact]
    public async Task A_new_process_goes_on_after_centrals_retained_acknowledgement()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using (var store = new LinkedStore(broker.Port, directory).Run())
        {
            await store.AppendAsync(100);
            await Eventually.True(() => store.Journal.AcknowledgedSeq == 100, "the first hundred");
        }

        await using var next = new LinkedStore(broker.Port, directory).Run();
        await next.AppendAsync(50);
        await Eventually.True(() => next.Journal.AcknowledgedSeq == 150, "fifty more");
        Assert.Equal(Enumerable.Range(1, 150).Select(i => (long)i), central.Arrivals);
    }

    [Fact]
    public async Task A_broker_that_remembers_the_session_is_not_told_again_what_it_took()
    {
        await using var broker = await Broker.StartedAsync(persistence: true);
        // Central stays silent here, and that must not look like a loss, however long the rest takes.
        await using var store = new LinkedStore(broker.Port, directory, outbox: new() { DrainPerSecond = LinkedStore.Unmetered, Resend = new() { After = TimeSpan.FromMinutes(10) } });
        await using (var central = await Central.ConnectedAsync(broker.Port))
        {
            central.Acknowledges = false;
            store.Run();
            await store.AppendAsync(50);
            await Eventually.True(() => central.Row == 50 && store.Outbox.Status.BrokerSeq == 50, "fifty events");
        }

        // Central's own acknowledgements stand before its goodbye; what the broker had not read of them it would rightly deliver again, and the fault would look like the store's.
        await Eventually.True(() => broker.ReadLog().Contains("Received DISCONNECT from central\n", StringComparison.Ordinal), "central's goodbye at the broker");
        await broker.RestartAsync();
        await store.AppendAsync(10);
        await using var later = await Central.ConnectedAsync(broker.Port);
        await Eventually.True(() => later.Arrivals.Count >= 10, "ten more");
        Assert.Equal(Enumerable.Range(51, 10).Select(i => (long)i), later.Arrivals);
    }

    [Fact]
    public async Task The_technician_hears_of_a_central_that_stays_silent()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        central.Acknowledges = false;
        var options = new OutboxOptions { OverdueAfter = TimeSpan.FromMilliseconds(500), StateEvery = TimeSpan.FromMilliseconds(100) };
        await using var store = new LinkedStore(broker.Port, directory, outbox: options).Run();
        await store.AppendAsync(3);
        await Eventually.True(() => store.Warns("central-not-acknowledging"), "the warning");
        await Eventually.True(() => central.State<HealthStateMessage>(LinkedStore.Topics.HealthState)?.Warnings is [{ Code: "central-not-acknowledging" }], "the warning over MQTT");
        await central.AcknowledgeAsync(store.Journal.Epoch, 3);
        await Eventually.True(() => central.State<HealthStateMessage>(LinkedStore.Topics.HealthState) is { Verdict: "ok", Warnings: [] }, "the all-clear over MQTT");
    }
}

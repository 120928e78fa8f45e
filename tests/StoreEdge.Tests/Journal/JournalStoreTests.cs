using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Journal;

public class JournalStoreTests
{
    [Fact]
    public async Task Numbers_go_on_after_a_restart_within_the_same_epoch()
    {
        await using var bench = new Bench();
        var epoch = bench.Open().Epoch;
        Assert.Equal(new long[] { 1, 2, 3 }, new[] { (await bench.AppendAsync()).Seq, (await bench.AppendAsync()).Seq, (await bench.AppendAsync()).Seq });
        var reopened = await bench.ReopenAsync();
        Assert.Equal((epoch, 3L), (reopened.Epoch, reopened.LastSeq));
        Assert.Equal(4, (await bench.AppendAsync()).Seq);
    }

    [Fact]
    public async Task A_new_file_is_a_new_epoch()
    {
        await using var one = new Bench();
        await using var other = new Bench();
        Assert.NotEqual(one.Open().Epoch, other.Open().Epoch);
    }

    [Fact]
    public async Task A_stored_event_reads_back_as_it_was_said()
    {
        await using var bench = new Bench();
        var store = bench.Open(new() { ClockSynchronized = () => false });
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1234.5));
        var said = new ArrivalData("visit", "k1-x", "door", "door-in", "low", "beacon", "involuntary");
        var at = Instant.Now(bench.Clock);
        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        var committed = await store.AppendAsync(said, at, CancellationToken.None);
        var stored = Assert.Single(store.ReadAfter(0, 10));
        Assert.Equal(said, ContractsJson.Read(stored.Type, stored.Data.Span));
        Assert.Equal((1L, EventTypes.Arrival, 1234L, "unsynchronized"), (stored.Seq, stored.Type, stored.MonotonicMilliseconds, stored.TimeQuality));
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), stored.BootId);
        // The event happened three seconds before it was told; ManualClock starts at 09:00:00.
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 9, 0, 1, 234, 500, TimeSpan.Zero), stored.Time);
        Assert.Equal(stored.Time + TimeSpan.FromSeconds(3), stored.RecordedTime);
        Assert.Equal((committed.Seq, committed.Time, committed.At), (stored.Seq, stored.Time, at));
    }

    [Fact]
    public async Task Writers_that_wait_together_share_commits_and_get_one_number_each()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        var seqs = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => Task.Run(async () => (await bench.AppendAsync($"v{i}")).Seq)));
        Assert.Equal(Enumerable.Range(1, 2000).Select(i => (long)i), seqs.Order());
        var status = store.Snapshot();
        Assert.Equal(2000, status.Appends);
        Assert.InRange(status.Groups, 1, 1999);
    }

    [Fact]
    public async Task A_subscriber_sees_every_event_in_order_and_only_after_its_commit()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        var live = store.Subscribe("test", 1000);
        // Looks into the file at once, while the writer goes on: an event told before its commit would not be there yet.
        var reading = Task.Run(async () =>
        {
            for (var expected = 1; expected <= 300; expected++)
            {
                Assert.Equal(expected, (await live.ReadAsync()).Seq);
                Assert.Single(store.ReadAfter(expected - 1, 1));
            }
        });
        for (var i = 0; i < 100; i++) await Task.WhenAll(bench.AppendAsync(), bench.AppendAsync(), bench.AppendAsync());
        await reading;
    }

    [Fact]
    public async Task A_slow_subscriber_loses_the_oldest_and_is_named()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        var live = store.Subscribe("slow", 2);
        for (var i = 0; i < 5; i++) await bench.AppendAsync();
        Assert.Equal(3, store.Snapshot().Dropped);
        Assert.Equal("journal-subscriber:slow", Assert.Single(bench.Health.Warnings).Code);
        Assert.True(live.TryRead(out var first));
        Assert.Equal(4, first.Seq);
        Assert.True(live.TryRead(out _));
        await bench.AppendAsync();
        Assert.Empty(bench.Health.Warnings);
    }

    [Fact]
    public async Task The_outbox_sleeps_until_there_is_more()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        await bench.AppendAsync();
        Assert.True(store.WaitForMoreAsync(0, CancellationToken.None).IsCompletedSuccessfully);
        var waiting = store.WaitForMoreAsync(1, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        await bench.AppendAsync();
        await waiting;
    }

    [Fact]
    public async Task An_acknowledgement_only_grows_and_survives_a_restart()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        for (var i = 0; i < 5; i++) await bench.AppendAsync();
        store.Acknowledge(4);
        store.Acknowledge(2);
        Assert.Equal(4, store.AcknowledgedSeq);
        store = await bench.ReopenAsync();
        Assert.Equal(4, store.AcknowledgedSeq);
    }

    [Fact]
    public async Task An_acknowledgement_is_written_within_the_promised_time_and_at_most_once_in_it()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        for (var i = 0; i < 5; i++) await bench.AppendAsync();
        store.Acknowledge(3);
        store.Acknowledge(4);
        Assert.Equal(0, bench.Number("SELECT acknowledged FROM journal"));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        bench.Settle();
        Assert.Equal(4, bench.Number("SELECT acknowledged FROM journal"));
    }

    [Fact]
    public async Task An_acknowledgement_of_what_was_never_written_is_refused_and_said()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        await bench.AppendAsync();
        store.Acknowledge(7);
        Assert.Equal(0, store.AcknowledgedSeq);
        Assert.Equal("journal-behind-central", Assert.Single(bench.Health.Warnings).Code);
    }

    [Fact]
    public async Task A_counter_never_gives_a_value_twice()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        Assert.Equal([1L, 2L, 1L], [store.NextCounter("birth").Value, store.NextCounter("birth").Value, store.NextCounter("other").Value]);
        store = await bench.ReopenAsync();
        Assert.Equal(3, store.NextCounter("birth").Value);
    }

    [Fact]
    public async Task The_age_of_what_waits_does_not_follow_the_wall_clock()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        await bench.AppendAsync();
        await bench.AppendAsync();
        store.Acknowledge(1);
        bench.Clock.Advance(TimeSpan.FromMinutes(7));
        var status = store.Snapshot();
        Assert.Equal((2L, 1L, TimeSpan.FromMinutes(7)), (status.LastSeq, status.AcknowledgedSeq, status.OldestPendingAge));
        store.Acknowledge(2);
        Assert.Equal(TimeSpan.Zero, store.Snapshot().OldestPendingAge);
    }

    [Fact]
    public async Task What_is_queued_is_written_before_the_journal_closes()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        var appends = Enumerable.Range(0, 300).Select(_ => bench.AppendAsync()).ToArray();
        await store.DisposeAsync();
        Assert.Equal(300, (await Task.WhenAll(appends)).Max(e => e.Seq));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.AppendAsync());
    }

    [Fact]
    public async Task Whoever_waits_for_room_when_the_journal_closes_is_told()
    {
        await using var bench = new Bench();
        var store = bench.Open(new() { QueueCapacity = 2 });
        var appends = Enumerable.Range(0, 100).Select(_ => bench.AppendAsync()).ToArray();
        await store.DisposeAsync();
        await Task.WhenAll(appends.Select(a => a.ContinueWith(_ => { }, TaskScheduler.Default))).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.All(appends.Where(a => a.IsFaulted), a => Assert.IsType<ObjectDisposedException>(a.Exception!.InnerException));
        bench.Open();
        Assert.Equal(appends.Count(a => a.IsCompletedSuccessfully), bench.Store.LastSeq);
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        await using var bench = new Bench();
        bench.Open();
        var fault = Assert.Throws<JournalFault>(() => bench.Number("DELETE FROM event RETURNING 1"));
        Assert.Equal(JournalFaultKind.NotWritable, fault.Kind);
        await bench.AppendAsync();
        Assert.Equal(1, bench.Number("SELECT count(*) FROM event"));
    }

    [Fact]
    public async Task The_stored_data_is_readable_JSON_text()
    {
        await using var bench = new Bench();
        bench.Open();
        await bench.AppendAsync("häagen");
        Assert.Equal(1, bench.Number("SELECT count(*) FROM event WHERE typeof(data) = 'text' AND data ->> 'visitId' = 'häagen'"));
    }
}

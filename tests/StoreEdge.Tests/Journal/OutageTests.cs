using Microsoft.Data.Sqlite;
using SQLitePCL;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Journal;

/// <summary>Nothing can be written for a while, as on a card that fails or a file system that was mounted read-only.</summary>
public sealed class OutageTests
{
    private static readonly JournalOptions Options = new() { ClockSynchronized = () => true, Ballast = 0, FreeBytes = _ => 1L << 30 };

    [Theory]
    [InlineData(raw.SQLITE_IOERR, "fault")]
    [InlineData(raw.SQLITE_READONLY, "not-writable")]
    public async Task What_happens_meanwhile_reaches_live_readers_at_once_and_the_file_in_its_order_later(int code, string reason)
    {
        var disk = new FailingDisk();
        await using var bench = new Bench();
        bench.Open(Options with { ParkedAtMost = 5 }, disk);
        var live = bench.Store.Subscribe("test", 100);
        await bench.AppendAsync("before");
        disk.Code = code;
        foreach (var visit in (string[])["a", "b", "c", "d", "e", "f", "g"])
        {
            var told = await bench.AppendAsync(visit);
            Assert.False(told.IsKept);
        }

        Assert.Equal(5, bench.Store.Snapshot().Parked);
        disk.Code = 0;
        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        await bench.AppendAsync("after");
        Assert.Equal(0, bench.Store.Snapshot().Parked);

        var stored = bench.Store.ReadAfter(0, 100);
        Assert.Equal(["before", "c", "d", "e", "f", "g", null, "after"], stored.Select(s => ContractsJson.Read(s.Type, s.Data.Span)!.VisitId));
        Assert.Equal(Enumerable.Range(1, 8).Select(n => (long)n), stored.Select(s => s.Seq));
        var unrecorded = Assert.IsType<UnrecordedData>(ContractsJson.Read(stored[6].Type, stored[6].Data.Span));
        Assert.Equal((2L, reason), (unrecorded.Count, unrecorded.Reason));
        // Each was told live once, those that did not fit as well, and at last how many those were.
        var heard = new List<CommittedEvent>();
        while (live.TryRead(out var one)) heard.Add(one);
        Assert.Equal(["before", "a", "b", "c", "d", "e", "f", "g", null, "after"], heard.Select(e => e.Data.VisitId));
        Assert.Equal([1L, 0, 0, 0, 0, 0, 0, 0, 7, 8], heard.Select(e => e.Seq));
        Assert.Empty(bench.Health.Warnings);
    }

    [Fact]
    public async Task A_full_disk_with_nothing_left_to_give_up_lets_arrivals_wait_and_takes_them_when_there_is_room()
    {
        var free = 0L;
        await using var bench = new Bench();
        bench.Open(Options with { FreeBytes = _ => Interlocked.Read(ref free) });
        for (var i = 0; i < 20; i++) await bench.Store.AppendAsync(FullDiskTests.Choice(i), Instant.Now(bench.Clock), CancellationToken.None);
        await FullDiskTests.FillAsync(bench);
        for (var i = 0; i < 20; i++) Assert.False((await bench.Store.AppendAsync(FullDiskTests.Arrival(i), Instant.Now(bench.Clock), CancellationToken.None)).IsKept);
        await bench.Store.WriteAsync(t =>
        {
            JournalFile.Execute(t.Database, "PRAGMA max_page_count = 1000000");
            return true;
        });
        Interlocked.Exchange(ref free, 1L << 30);
        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(41, (await bench.Store.AppendAsync(FullDiskTests.Arrival(20), Instant.Now(bench.Clock), CancellationToken.None)).Seq);
        Assert.Equal(21, bench.Number("SELECT count(*) FROM event WHERE type = 'arrival'"));
        Assert.Empty(bench.Health.Warnings);
    }

    [Fact]
    public async Task A_customers_word_is_refused_rather_than_promised()
    {
        var disk = new FailingDisk();
        await using var bench = new Bench();
        bench.Open(Options, disk);
        disk.Code = raw.SQLITE_IOERR;
        Assert.False((await bench.AppendAsync()).IsKept);
        await Assert.ThrowsAsync<JournalFault>(() => bench.Store.AppendAsync(FullDiskTests.Choice(1), Instant.Now(bench.Clock), CancellationToken.None).AsTask());
        Assert.Equal("journal-write", Assert.Single(bench.Health.Warnings).Code);
        Assert.Contains("refused", bench.Health.Warnings[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writing_is_tried_again_with_growing_pauses()
    {
        var disk = new FailingDisk();
        await using var bench = new Bench();
        bench.Open(Options, disk);
        disk.Code = raw.SQLITE_IOERR;
        await bench.AppendAsync();
        var tries = new List<int>();
        for (var second = 1; second <= 100; second++)
        {
            var before = disk.Tries;
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            // One more event, so that the writer has looked at the clock.
            await bench.AppendAsync();
            if (disk.Tries > before) tries.Add(second);
        }

        Assert.Equal([1, 3, 7, 15, 31, 61, 91], tries);
    }

    [Fact]
    public async Task Memory_that_is_full_keeps_arrivals_and_lets_dwells_go()
    {
        var disk = new FailingDisk();
        await using var bench = new Bench();
        bench.Open(Options with { ParkedAtMost = 10 }, disk);
        disk.Code = raw.SQLITE_READONLY;
        for (var i = 0; i < 10; i++)
        {
            await bench.AppendAsync();
            await bench.Store.AppendAsync(FullDiskTests.Arrival(i), Instant.Now(bench.Clock), CancellationToken.None);
        }

        disk.Code = 0;
        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        await bench.AppendAsync();
        Assert.Equal(10, bench.Number("SELECT count(*) FROM event WHERE type = 'arrival'"));
        Assert.Equal(1, bench.Number("SELECT count(*) FROM event WHERE type = 'dwell'"));
        Assert.Equal(10, bench.Number("SELECT data ->> 'count' FROM event WHERE type = 'unrecorded'"));
    }

    [Fact]
    public async Task One_event_that_a_projection_refuses_does_not_hold_up_those_that_waited_with_it()
    {
        var disk = new FailingDisk();
        await using var bench = new Bench();
        bench.Open(Options, disk, new CountingProjection());
        disk.Code = raw.SQLITE_IOERR;
        foreach (var visit in (string[])["a", "refused", "b"]) await bench.AppendAsync(visit);
        disk.Code = 0;
        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        await bench.AppendAsync("c");
        Assert.Equal(["a", "b", null, "c"], bench.Store.ReadAfter(0, 100).Select(s => ContractsJson.Read(s.Type, s.Data.Span)!.VisitId));
        Assert.Equal(["journal-projection"], bench.Health.Warnings.Select(w => w.Code));
    }

    [Fact]
    public async Task What_waits_is_written_when_the_agent_ends_if_it_can_be()
    {
        var disk = new FailingDisk();
        await using var bench = new Bench();
        bench.Open(Options, disk);
        disk.Code = raw.SQLITE_IOERR;
        await bench.AppendAsync("a");
        disk.Code = 0;
        await bench.ReopenAsync();
        Assert.Equal(1, bench.Store.LastSeq);
    }

    [Theory]
    [InlineData(raw.SQLITE_CORRUPT)]
    [InlineData(raw.SQLITE_IOERR)]
    public async Task What_still_waits_when_the_agent_ends_is_declared_by_the_next_start_and_once(int code)
    {
        var disk = new FailingDisk();
        await using var bench = new Bench();
        var epoch = bench.Open(Options, disk).Epoch;
        await bench.AppendAsync("before");
        disk.Code = code;
        foreach (var visit in (string[])["a", "b"]) Assert.False((await bench.AppendAsync(visit)).IsKept);
        // Damage asks for the restart that replaces the file; nothing else does.
        Assert.Equal(code == raw.SQLITE_CORRUPT, bench.Store.Damaged.IsCompleted);
        await bench.Store.DisposeAsync();
        disk.Code = 0;

        var next = bench.Open(Options, disk);
        bench.Settle();
        Assert.Equal(code == raw.SQLITE_CORRUPT, next.Epoch != epoch);
        await bench.ReopenAsync(Options, disk);
        bench.Settle();
        var unrecorded = Assert.Single(bench.Store.ReadAfter(0, 100).Select(e => ContractsJson.Read(e.Type, e.Data.Span)).OfType<UnrecordedData>());
        Assert.Equal((2L, "fault"), (unrecorded.Count, unrecorded.Reason));
    }

    /// <summary>Fails each write that an event takes part in, as the disk would.</summary>
    private sealed class FailingDisk : IProjection
    {
        private volatile int code, tries;

        public int Code
        {
            set => code = value;
        }

        public int Tries => tries;

        public string Name => "failing-disk";

        public IReadOnlyList<string> Migrations => ["CREATE TABLE failing (x)"];

        public void Apply(SqliteConnection database, CommittedEvent committed)
        {
            if (code == 0) return;
            tries++;
            throw new SqliteException("the disk fails", code, code);
        }
    }
}

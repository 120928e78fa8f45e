using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Journal;

/// <summary>What the journal does with a wall clock that is wrong, is set, or is never set.</summary>
public sealed class ClockTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Right = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero), Epoch = DateTimeOffset.UnixEpoch;

    private readonly Bench bench = new();
    private bool synchronized;
    private string boot = "boot-1";

    private JournalOptions Options => new() { ClockSynchronized = () => synchronized, BootId = () => boot };

    [Theory]
    [InlineData(-56 * 365)] // 1970
    [InlineData(-3)] // where the machine was switched off
    [InlineData(-1)]
    [InlineData(365)]
    public async Task Events_from_before_the_clock_was_set_are_read_with_their_right_times_afterwards(int days)
    {
        Boot(Right.AddDays(days));
        var store = bench.Open(Options);
        await bench.AppendAsync();
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        await bench.AppendAsync();
        Assert.All(store.ReadAfter(0, 9), e => Assert.Equal("unsynchronized", e.TimeQuality));
        Assert.Equal(Right.AddDays(days), store.ReadAfter(0, 9)[0].Time);

        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        SetRight(Right.AddMinutes(10));
        await bench.AppendAsync();

        var events = store.ReadAfter(0, 9);
        Assert.Equal([1, 2, 3, 4], events.Select(e => e.Seq));
        Assert.Equal(["dwell", "dwell", "clock-synchronized", "dwell"], events.Select(e => e.Type));
        Assert.Equal(["corrected", "corrected", "synchronized", "synchronized"], events.Select(e => e.TimeQuality));
        Assert.Equal([Right, Right.AddMinutes(5), Right.AddMinutes(10), Right.AddMinutes(10)], events.Select(e => e.Time));
        Assert.Equal(events.Select(e => e.Time), events.Select(e => e.RecordedTime));
        var set = Assert.IsType<ClockSynchronizedData>(ContractsJson.Read(events[2].Type, events[2].Data.Span));
        Assert.Equal(("boot-1", 600_000L, Right.AddMinutes(10), -days * 86_400.0), (set.BootId, set.MonotonicMilliseconds, set.Time, set.OffsetSeconds));
    }

    [Fact]
    public async Task The_consumers_formula_gives_the_same_times_as_the_stores_own_correction()
    {
        Boot(Epoch);
        var store = bench.Open(Options);
        await bench.AppendAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(61));
        await bench.AppendAsync();
        SetRight(Right);
        store.FollowClock();
        bench.Settle();
        var events = store.ReadAfter(0, 9);
        var set = (ClockSynchronizedData)ContractsJson.Read(events[2].Type, events[2].Data.Span);
        foreach (var stored in events)
            Assert.Equal(set.Time.AddMilliseconds(stored.MonotonicMilliseconds - set.MonotonicMilliseconds), stored.Time);
    }

    [Fact]
    public async Task That_the_clock_was_set_is_said_without_waiting_for_an_event_and_once()
    {
        Boot(Epoch);
        var store = bench.Open(Options);
        await bench.AppendAsync();
        store.FollowClock();
        SetRight(Right);
        store.FollowClock();
        store.FollowClock();
        bench.Settle();
        store.FollowClock();
        bench.Settle();
        Assert.Equal(["dwell", "clock-synchronized"], store.ReadAfter(0, 9).Select(e => e.Type));
    }

    [Fact]
    public async Task A_clock_that_was_right_all_along_is_not_worth_an_event()
    {
        synchronized = true;
        var store = bench.Open(Options);
        await bench.AppendAsync();
        store.FollowClock();
        await bench.AppendAsync();
        Assert.Equal(["dwell", "dwell"], store.ReadAfter(0, 9).Select(e => e.Type));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    [InlineData(3600)]
    public async Task A_clock_that_is_stepped_while_it_is_synchronized_gives_another_event(double seconds)
    {
        synchronized = true;
        Boot(Right);
        var store = bench.Open(Options);
        await bench.AppendAsync();
        bench.Clock.SetWall(Right.AddSeconds(seconds));
        await bench.AppendAsync();
        var events = store.ReadAfter(0, 9);
        Assert.Equal(["dwell", "clock-synchronized", "dwell"], events.Select(e => e.Type));
        Assert.Equal(seconds, ((ClockSynchronizedData)ContractsJson.Read(events[1].Type, events[1].Data.Span)).OffsetSeconds);
        // What was right when it was written stays as it was written.
        Assert.Equal((Right, "synchronized"), (events[0].Time, events[0].TimeQuality));
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(-0.9)]
    [InlineData(1.0)] // a leap second
    public async Task A_slew_or_a_leap_second_gives_none(double seconds)
    {
        synchronized = true;
        Boot(Right);
        var store = bench.Open(Options);
        await bench.AppendAsync();
        bench.Clock.SetWall(Right.AddSeconds(seconds));
        await bench.AppendAsync();
        bench.Clock.SetWall(Right.AddSeconds(2 * seconds));
        await bench.AppendAsync();
        Assert.All(store.ReadAfter(0, 9), e => Assert.Equal("dwell", e.Type));
    }

    [Fact]
    public async Task Of_two_boots_the_one_that_never_knew_the_time_keeps_what_its_clock_showed()
    {
        Boot(Epoch);
        bench.Open(Options);
        await bench.AppendAsync("one");
        boot = "boot-2";
        Boot(Epoch);
        var store = await bench.ReopenAsync(Options);
        await bench.AppendAsync("two");
        SetRight(Right);
        await bench.AppendAsync("three");
        var events = store.ReadAfter(0, 9);
        Assert.Equal(["unsynchronized", "corrected", "synchronized", "synchronized"], events.Select(e => e.TimeQuality));
        Assert.Equal([Epoch, Right, Right, Right], events.Select(e => e.Time));
        Assert.Equal(["boot-1", "boot-2", "boot-2", "boot-2"], events.Select(e => e.BootId));
    }

    [Fact]
    public async Task An_agent_that_starts_after_the_clock_was_set_corrects_what_an_earlier_one_wrote_in_the_same_boot()
    {
        Boot(Epoch);
        bench.Open(Options);
        await bench.AppendAsync();
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        SetRight(Right.AddMinutes(1));
        var store = await bench.ReopenAsync(Options);
        store.FollowClock();
        bench.Settle();
        Assert.Equal((Right, "corrected"), (store.ReadAfter(0, 9)[0].Time, store.ReadAfter(0, 9)[0].TimeQuality));
        // And only once, however often it starts.
        store = await bench.ReopenAsync(Options);
        store.FollowClock();
        bench.Settle();
        Assert.Equal(2, store.LastSeq);
    }

    [Fact]
    public async Task When_the_time_server_is_lost_later_events_are_counted_from_what_was_known()
    {
        Boot(Epoch);
        var store = bench.Open(Options);
        await bench.AppendAsync();
        SetRight(Right);
        await bench.AppendAsync();
        synchronized = false;
        bench.Clock.Advance(TimeSpan.FromHours(10));
        bench.Clock.SetWall(Epoch);
        await bench.AppendAsync();
        Assert.Equal((Right.AddHours(10), "corrected"), (store.ReadAfter(3, 9)[0].Time, store.ReadAfter(3, 9)[0].TimeQuality));
        // Back within a second of where it was expected: nothing new to say.
        SetRight(Right.AddHours(10).AddSeconds(0.5));
        await bench.AppendAsync();
        Assert.Equal(5, store.LastSeq);
    }

    [Fact]
    public async Task A_boot_that_began_right_and_lost_its_time_server_is_anchored_when_it_is_back()
    {
        synchronized = true;
        Boot(Right);
        var store = bench.Open(Options);
        await bench.AppendAsync();
        synchronized = false;
        bench.Clock.Advance(TimeSpan.FromHours(10));
        await bench.AppendAsync();
        synchronized = true;
        await bench.AppendAsync();
        Assert.Equal(["synchronized", "corrected", "synchronized", "synchronized"], store.ReadAfter(0, 9).Select(e => e.TimeQuality));
    }

    [Fact]
    public async Task An_event_that_waited_while_the_clock_was_set_has_the_right_time()
    {
        Boot(Epoch);
        var store = bench.Open(Options);
        var at = Instant.Now(bench.Clock);
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        SetRight(Right.AddSeconds(30));
        var committed = await store.AppendAsync(new DwellData("v", "k1-test", "door", 1, "involuntary", "low"), at, CancellationToken.None);
        Assert.Equal((Right, true), (committed.Time, committed.IsTimeKnown));
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_the_word_for_the_next()
    {
        Boot(Epoch);
        var store = bench.Open(Options, new CountingDwells());
        await bench.AppendAsync();
        SetRight(Right);
        await Assert.ThrowsAsync<JournalFault>(() => bench.AppendAsync("refused"));
        await bench.AppendAsync();
        Assert.Equal(["dwell", "clock-synchronized", "dwell"], store.ReadAfter(0, 9).Select(e => e.Type));
        Assert.Equal("corrected", store.ReadAfter(0, 9)[0].TimeQuality);
    }

    [Fact]
    public async Task The_state_says_whether_the_time_is_known_and_when_the_clock_was_set_by_how_much()
    {
        Boot(Right.AddHours(-1));
        var store = bench.Open(Options);
        await bench.AppendAsync();
        Assert.Equal(new ClockStateMessage("unsynchronized", "boot-1", null, null), store.ClockState);
        SetRight(Right);
        await bench.AppendAsync();
        var set = new ClockStateMessage("synchronized", "boot-1", Right, 3600);
        Assert.Equal(set, store.ClockState);
        bench.Clock.Advance(TimeSpan.FromHours(1));
        store = await bench.ReopenAsync(Options);
        Assert.Equal(set, store.ClockState);
        boot = "boot-2";
        Boot(Right.AddHours(2));
        store = await bench.ReopenAsync(Options);
        await bench.AppendAsync();
        Assert.Equal(new ClockStateMessage("synchronized", "boot-2", Right.AddHours(2), 0), store.ClockState);
    }

    [Fact]
    public async Task Retention_deletes_nothing_for_a_clock_that_jumps_a_year()
    {
        synchronized = true;
        Boot(Right);
        var store = bench.Open(Options);
        for (var i = 0; i < 5; i++) await bench.AppendAsync();
        store.Acknowledge(5);
        bench.Clock.SetWall(Right.AddYears(1));
        bench.Clock.Advance(TimeSpan.FromHours(3));
        bench.Settle();
        Assert.Equal([1, 2, 3, 4, 5], store.ReadAfter(0, 5).Select(e => e.Seq));
    }

    [Fact]
    public async Task An_export_of_a_file_from_before_clocks_were_remembered_still_works()
    {
        Boot(Epoch);
        bench.Open(Options);
        await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        bench.Tamper("DROP TABLE clock");
        using var inspection = JournalInspection.Open(bench.File);
        Assert.Equal("unsynchronized", Assert.Single(inspection.EventsAfter(0)).TimeQuality);
    }

    [Fact]
    public async Task How_long_an_event_has_waited_does_not_follow_a_clock_that_nobody_vouches_for()
    {
        Boot(Epoch);
        bench.Open(Options);
        await bench.AppendAsync();
        boot = "boot-2";
        Boot(Right.AddYears(1));
        var store = await bench.ReopenAsync(Options);
        bench.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(TimeSpan.FromMinutes(3), store.Snapshot().OldestPendingAge);
    }

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public void A_machine_that_stands_still_between_two_clocks_reads_both_again()
    {
        var clock = new InterruptedClock(bench.Clock, TimeSpan.FromSeconds(20));
        var right = new JournalOptions().ReadClock(bench.Clock).Offset;
        Assert.Equal(right, new JournalOptions().ReadClock(clock).Offset);
        Assert.True(clock.WasInterrupted);
    }

    private void Boot(DateTimeOffset wall) => bench.SetClock(wall);

    private void SetRight(DateTimeOffset wall)
    {
        bench.Clock.SetWall(wall);
        synchronized = true;
    }

    /// <summary>Time passes once, right after the wall clock was read.</summary>
    private sealed class InterruptedClock(ManualClock clock, TimeSpan by) : TimeProvider
    {
        public bool WasInterrupted { get; private set; }

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override DateTimeOffset GetUtcNow()
        {
            var now = clock.GetUtcNow();
            if (!WasInterrupted) clock.Advance(by);
            WasInterrupted = true;
            return now;
        }
    }

    /// <summary>Refuses the visit "refused".</summary>
    private sealed class CountingDwells : IProjection
    {
        public string Name => "dwells";

        public IReadOnlyList<string> Migrations { get; } = [];

        public void Apply(Microsoft.Data.Sqlite.SqliteConnection database, CommittedEvent committed)
        {
            if (committed.Data.VisitId == "refused") throw new InvalidOperationException("no such visit");
        }
    }
}

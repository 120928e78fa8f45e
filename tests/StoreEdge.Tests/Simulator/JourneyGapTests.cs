using Microsoft.Data.Sqlite;
using StoreEdge.Contracts;
using StoreEdge.Simulator.Journey;
using static StoreEdge.Tests.Simulator.JourneyEvents;

namespace StoreEdge.Tests.Simulator;

/// <summary>What the central table makes of losses that a store declares, of former journals, and of times that get better.</summary>
public sealed class JourneyGapTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-journey-").FullName;

    [Fact]
    public void Numbers_that_are_declared_lost_count_as_held()
    {
        using var store = Open();
        store.Take([Event(1), Event(5)]);
        Assert.Equal(6, Ack(store.Take([Event(6, new GapData(Epoch, [new(2, 3), new(4, 4)], GapData.DiskFull))])));
        Assert.Equal(3, store.Summaries().Single().GivenUp);
    }

    [Fact]
    public void An_event_that_comes_after_it_was_declared_lost_fills_its_place()
    {
        using var store = Open();
        store.Take([Event(1), Event(3, new GapData(Epoch, [new(2, 2)], GapData.DeadLetter))]);
        Assert.Single(store.Take([Event(2)]).Fresh);
        Assert.Equal((3L, 0L), (store.Summaries().Single().Events, store.Summaries().Single().GivenUp));
    }

    [Fact]
    public void A_gap_may_be_declared_for_a_former_journal_and_moves_its_acknowledgement()
    {
        using var store = Open();
        store.Take([Event(1, epoch: Former), Event(4, epoch: Former)]);
        var taken = store.Take([Event(1, new GapData(Former, [new(2, 3)], GapData.Quarantined))]);
        Assert.Equal([(Epoch, 1L), (Former, 4L)], taken.Acknowledgements.Select(a => (a.Ack.Epoch, a.Ack.Seq)).OrderBy(a => a.Epoch));
    }

    [Fact]
    public void Events_of_a_former_journal_are_held_under_their_own_numbers()
    {
        using var store = Open();
        var taken = store.Take([Event(7, epoch: Former), Event(1, new JournalRenewedData(Former, "corrupt", 9, 1, true)), Event(8, epoch: Former)]);
        Assert.Equal((3, 0), (taken.Fresh.Count, taken.Conflicts));
        // 9 is known from the renewal alone: its loss would go unnoticed otherwise.
        Assert.Equal([new(1, 6), new(9, 9)], store.Runs.Holes(new(Store, Former), 10));
        Assert.Equal([new JournalId(Store, Former)], store.Runs.WithHoles(10));
    }

    [Fact]
    public void A_gap_that_gives_up_its_own_future_is_kept_but_not_believed()
    {
        var wrong = new List<string>();
        var reader = new EventReader(wrong.Add, TimeProvider.System);
        using var store = Open();
        store.Take([Event(1)]);
        var gap = reader.Single(Store, "gap", Event(2, new GapData(Epoch, [new(3, 900)], GapData.Corrupt)).Utf8);
        Assert.Equal(2, Ack(store.Take([gap])));
        Assert.Contains("gives up 900", Assert.Single(wrong), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unsynchronized", "corrected", 1, 0)]
    [InlineData("unsynchronized", "synchronized", 1, 0)]
    [InlineData("corrected", "corrected", 1, 0)]
    [InlineData("corrected", "unsynchronized", 0, 0)]
    [InlineData("synchronized", "unsynchronized", 0, 0)]
    [InlineData("synchronized", "corrected", 0, 0)]
    public void The_same_event_with_a_better_time_is_no_conflict_and_a_worse_one_changes_nothing(string before, string after, int corrected, int conflicts)
    {
        using var store = Open();
        store.Take([Event(1, quality: before, at: Noon.AddYears(-56))]);
        var taken = store.Take([Event(1, quality: after)]);
        Assert.Equal((0, corrected, conflicts, 1 - corrected), (taken.Fresh.Count, taken.Corrected, taken.Conflicts, taken.Duplicates));
        Assert.Equal(corrected == 1 ? "2026-11-21T12:00:01.000Z" : "1970-11-21T12:00:00.000Z", TimeOf(1));
    }

    [Fact]
    public void Another_event_under_a_number_that_is_held_is_a_conflict_is_kept_to_look_at_and_replaces_nothing()
    {
        using var store = Open();
        store.Take([Event(1)]);
        var other = Event(1, new DwellData("another", "k1-test", "door", 1, "involuntary", "low"), quality: "corrected");
        Assert.Equal((0, 1), (store.Take([other, Event(1)]).Fresh.Count, store.Take([other]).Conflicts));
        Assert.Equal(1, store.Summaries().Single().Conflicts);
        Assert.Equal(2L, Ask("SELECT count FROM conflict"));
    }

    [Fact]
    public void The_same_written_otherwise_is_the_same()
    {
        using var store = Open();
        store.Take([Event(1)]);
        var spaced = System.Text.Encoding.UTF8.GetString(Event(1).Utf8.Span).Replace(",\"", " ,\n \"", StringComparison.Ordinal);
        var taken = store.Take([Event(1) with { Utf8 = System.Text.Encoding.UTF8.GetBytes(spaced) }]);
        Assert.Equal((1, 0), (taken.Duplicates, taken.Conflicts));
    }

    [Fact]
    public void A_clock_that_was_set_corrects_the_unsure_times_of_its_boot_before_and_after()
    {
        using var store = Open();
        store.Take([Event(1, quality: "unsynchronized", at: DateTimeOffset.UnixEpoch.AddSeconds(30), milliseconds: 30_000), Event(2, quality: "synchronized", at: Noon)]);
        store.Take([Event(3, new ClockSynchronizedData(Boot, 60_000, Noon, 1e9))]);
        store.Take([Event(4, quality: "unsynchronized", at: DateTimeOffset.UnixEpoch, milliseconds: 10_500)]);
        Assert.Equal(("2026-11-21T11:59:30.000Z", "2026-11-21T12:00:00.000Z", "2026-11-21T11:59:10.500Z"), (TimeOf(1), TimeOf(2), TimeOf(4)));
        // The latest of a boot counts, in whichever order they come.
        store.Take([Event(6, new ClockSynchronizedData(Boot, 90_000, Noon.AddSeconds(31), 1))]);
        store.Take([Event(5, new ClockSynchronizedData(Boot, 50_000, Noon.AddYears(-1), 1))]);
        Assert.Equal("2026-11-21T11:59:31.000Z", TimeOf(1));
        Assert.Equal("corrected", Ask("SELECT quality FROM event WHERE seq = 1"));
    }

    [Fact]
    public void A_clock_that_leads_out_of_the_calendar_corrects_nothing()
    {
        using var store = Open();
        store.Take([Event(1, quality: "unsynchronized", milliseconds: EventReader.HighestSeq), Event(2, new ClockSynchronizedData(Boot, 0, DateTimeOffset.MaxValue, 0))]);
        store.Take([Event(3, quality: "unsynchronized", milliseconds: EventReader.HighestSeq)]);
        Assert.Equal(3, store.ContiguousSeq(Store, Epoch));
    }

    [Fact]
    public void A_table_of_another_layout_is_refused_with_what_to_do()
    {
        using (var old = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            old.Open();
            using var command = old.CreateCommand();
            command.CommandText = "CREATE TABLE event (store TEXT)";
            command.ExecuteNonQuery();
        }

        Assert.Contains("name a new file", Assert.Throws<InvalidDataException>(Open).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Database => Path.Combine(directory, "journey.db");

    private static long Ack(TakenBatch taken) => Assert.Single(taken.Acknowledgements).Ack.Seq;

    private JourneyStore Open() => JourneyStore.Open(Database);

    private string TimeOf(long seq) => (string)Ask($"SELECT time FROM event WHERE seq = {seq}");

    private object Ask(string sql)
    {
        using var database = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }
}

using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Journal;

/// <summary>
/// A full disk, made by SQLite itself: a file that may have so many pages and no more gives the same fault as a disk without room. The real thing is in the system
/// tests.
/// </summary>
public sealed class FullDiskTests
{
    private static readonly JournalOptions Roomy = new() { ClockSynchronized = () => true, Ballast = 1 << 20, FreeBytes = _ => 1L << 30 };

    [Fact]
    public async Task What_central_holds_goes_before_anything_that_it_does_not()
    {
        await using var bench = new Bench();
        bench.Open(Roomy);
        for (var i = 0; i < 1200; i++) await DwellAsync(bench, i);
        bench.Store.Acknowledge(1000);
        await FillAsync(bench);
        for (var i = 1200; i < 1240; i++) await DwellAsync(bench, i);
        Assert.Equal(1240, bench.Number("SELECT max(seq) FROM event"));
        Assert.InRange(bench.Number("SELECT min(seq) FROM event"), 2, 1001);
        Assert.Equal(0, bench.Number("SELECT count(*) FROM gap"));
        Assert.Equal(0, bench.Store.Snapshot().GivenUp);
    }

    [Fact]
    public async Task Dwells_are_given_up_before_decisions_those_before_departures_and_arrivals_last()
    {
        await using var bench = new Bench();
        bench.Open(Roomy);
        await DayAsync(bench, visits: 200);
        await FillAsync(bench);
        var gone = new List<string>();
        for (var i = 0; gone.Count < 4; i++)
        {
            // Words push out everything else, one class after the other.
            await bench.Store.AppendAsync(Choice(i), Instant.Now(bench.Clock), CancellationToken.None);
            foreach (var type in (string[])["dwell", "decision", "departure", "arrival"])
                if (!gone.Contains(type) && bench.Number($"SELECT count(*) FROM event WHERE type = '{type}'") == 0) gone.Add(type);
        }

        Assert.Equal(["dwell", "decision", "departure", "arrival"], gone);
    }

    [Fact]
    public async Task A_customers_word_is_never_given_up_and_arrivals_outlive_every_dwell()
    {
        await using var bench = new Bench();
        bench.Open(Roomy);
        await DayAsync(bench, visits: 100);
        for (var i = 0; i < 100; i++) await bench.Store.AppendAsync(Choice(i), Instant.Now(bench.Clock), CancellationToken.None);
        await FillAsync(bench);
        for (var i = 0; i < 60; i++) await bench.Store.AppendAsync(Arrival(1000 + i), Instant.Now(bench.Clock), CancellationToken.None);
        Assert.Equal(100, bench.Number("SELECT count(*) FROM event WHERE type = 'choice'"));
        Assert.Equal(160, bench.Number("SELECT count(*) FROM event WHERE type = 'arrival'"));
        Assert.True(bench.Store.Snapshot().GivenUp > 0);
    }

    [Fact]
    public async Task Every_number_is_there_or_declared_lost_by_an_event_that_central_gets()
    {
        await using var bench = new Bench();
        bench.Open(Roomy);
        await DayAsync(bench, visits: 300);
        await FillAsync(bench);
        for (var i = 0; i < 300; i++) await bench.Store.AppendAsync(Arrival(1000 + i), Instant.Now(bench.Clock), CancellationToken.None);
        var stored = bench.Store.ReadAfter(0, 10_000);
        var declared = stored.Where(s => s.Type == EventTypes.Gap).Select(s => (GapData)ContractsJson.Read(s.Type, s.Data.Span)!).ToList();
        Assert.NotEmpty(declared);
        Assert.All(declared, g => Assert.Equal((bench.Store.Epoch, GapData.DiskFull), (g.Epoch, g.Reason)));
        var lost = declared.SelectMany(g => g.Ranges).SelectMany(Numbers).ToList();
        Assert.Equal(Enumerable.Range(1, (int)bench.Store.LastSeq).Select(n => (long)n), stored.Select(s => s.Seq).Concat(lost).Order());
        Assert.Equal(lost.Count, bench.Store.Snapshot().GivenUp);
        Assert.Equal(lost.Count, bench.Number("SELECT sum(last - first + 1) FROM gap"));
        using var inspection = JournalInspection.Open(bench.File);
        Assert.Empty(inspection.Verify().Findings);
    }

    [Fact]
    public async Task What_is_left_between_evicted_rows_moves_together_so_that_their_pages_become_free()
    {
        await using var bench = new Bench();
        bench.Open(Roomy);
        // One dwell among two arrivals: the pages of a table keep two thirds of their rows, and would all stay.
        for (var i = 0; i < 400; i++)
        {
            await bench.Store.AppendAsync(Arrival(2 * i), Instant.Now(bench.Clock), CancellationToken.None);
            await DwellAsync(bench, i);
            await bench.Store.AppendAsync(Arrival(2 * i + 1), Instant.Now(bench.Clock), CancellationToken.None);
        }

        var before = Leaves(bench);
        await bench.Store.WriteAsync(t => t.GiveUp(0, 1, 500, bench.Store.Epoch));
        await bench.Store.WriteAsync(t => t.GiveUp(0, 501, 1000, bench.Store.Epoch));
        // A dwell is about a quarter of such a page's bytes; a gap's own rows take some of it back.
        Assert.InRange(bench.Number("PRAGMA freelist_count"), before / 10, before);
    }

    [Fact]
    public async Task The_technician_sees_what_was_given_up_until_there_is_room_again()
    {
        var free = 1L << 30;
        await using var bench = new Bench();
        bench.Open(Roomy with { FreeBytes = _ => Interlocked.Read(ref free) });
        await DayAsync(bench, visits: 100);
        Interlocked.Exchange(ref free, 100_000);
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        await DwellAsync(bench, 0);
        var warning = Assert.Single(bench.Health.Warnings, w => w.Code == "journal-full");
        Assert.Contains("counts, dwells and zones", warning.Text, StringComparison.Ordinal);
        Interlocked.Exchange(ref free, 1L << 30);
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        await DwellAsync(bench, 0);
        Assert.Empty(bench.Health.Warnings);
    }

    [Fact]
    public async Task Near_a_full_disk_the_file_stops_growing_and_customers_words_have_the_last_room()
    {
        await using var bench = new Bench();
        bench.Open(Roomy with { FreeBytes = _ => 100_000 });
        var told = await bench.Store.AppendAsync(Arrival(1), Instant.Now(bench.Clock), CancellationToken.None);
        Assert.False(told.IsKept);
        Assert.True((await bench.Store.AppendAsync(Choice(1), Instant.Now(bench.Clock), CancellationToken.None)).IsKept);
        Assert.True((await bench.Store.AppendAsync(Choice(2), Instant.Now(bench.Clock), CancellationToken.None)).IsKept);
        Assert.Equal(["journal-full", "journal-write"], bench.Health.Warnings.Select(w => w.Code));
    }

    [Fact]
    public async Task The_ballast_is_there_before_it_is_needed_and_again_once_there_is_room()
    {
        var free = 1L << 30;
        await using var bench = new Bench();
        bench.Open(Roomy with { FreeBytes = _ => Interlocked.Read(ref free) });
        var ballast = new FileInfo(Path.Combine(bench.Directory, "journal.ballast"));
        Assert.Equal(1 << 20, ballast.Length);
        await DayAsync(bench, visits: 50);
        // No room beside it either: what the eviction does not use up is all that can be taken back.
        Interlocked.Exchange(ref free, 0);
        await FillAsync(bench);
        for (var i = 0; i < 40; i++) await bench.Store.AppendAsync(Choice(i), Instant.Now(bench.Clock), CancellationToken.None);
        ballast.Refresh();
        Assert.False(ballast.Exists);
        Interlocked.Exchange(ref free, 1L << 30);
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        await DwellAsync(bench, 0);
        ballast.Refresh();
        Assert.Equal(1 << 20, ballast.Length);
    }

    /// <summary>From now on the file may not grow.</summary>
    internal static Task FillAsync(Bench bench) => bench.Store.WriteAsync(transaction =>
    {
        JournalFile.Execute(transaction.Database, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {Number(transaction.Database, "PRAGMA page_count")}"));
        return true;
    });

    internal static ArrivalData Arrival(int n) =>
        new($"0193b3a2-7c1e-7000-8000-{n:x12}", "k1-0123456789abcdefghjkmnpqrs", "entrance", "door-inside", "low", "beacon", "involuntary");

    internal static ChoiceData Choice(int n) => new($"0193b3a2-7c1e-7000-8000-{n:x12}", "k1-0123456789abcdefghjkmnpqrs", "stop", null, null, "low");

    private static IEnumerable<long> Numbers(SeqRange range)
    {
        for (var n = range.From; n <= range.To; n++) yield return n;
    }

    /// <summary>Visits as they come, each with an arrival, a dwell, a decision and a departure, mixed as in a store.</summary>
    private static async Task DayAsync(Bench bench, int visits)
    {
        for (var i = 0; i < visits; i++)
        {
            var visit = Arrival(i).VisitId;
            IEventData[] events =
            [
                Arrival(i), new DwellData(visit, "k1-0123456789abcdefghjkmnpqrs", "entrance", 60, "involuntary", "low"),
                new DecisionData($"d-{i}", visit, "k1-0123456789abcdefghjkmnpqrs", "entrance", "d", "p", ["shoes"], false, "because", "pt-BR", "1", "hash", 7, []),
                new DepartureData(visit, "k1-0123456789abcdefghjkmnpqrs", "entrance", 60, "silence", "involuntary", "low"),
            ];
            foreach (var one in events) await bench.Store.AppendAsync(one, Instant.Now(bench.Clock), CancellationToken.None);
        }
    }

    private static Task<CommittedEvent> DwellAsync(Bench bench, int n) =>
        bench.Store.AppendAsync(new DwellData(Arrival(n).VisitId, "k1-0123456789abcdefghjkmnpqrs", "entrance", 60, "involuntary", "low"), Instant.Now(bench.Clock), CancellationToken.None).AsTask();

    private static long Leaves(Bench bench) => bench.Number("PRAGMA page_count") - bench.Number("PRAGMA freelist_count");

    private static long Number(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}

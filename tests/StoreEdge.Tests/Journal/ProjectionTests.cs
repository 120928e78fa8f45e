using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Journal;

public class ProjectionTests
{
    [Fact]
    public async Task A_refused_event_leaves_no_row_and_no_hole_and_harms_nobody_else()
    {
        await using var bench = new Bench();
        var store = bench.Open(null, new CountingProjection());
        var appends = Enumerable.Range(0, 200).Select(i => bench.AppendAsync(i % 10 == 5 ? "refused" : "fine")).ToArray();
        await Task.WhenAll(appends.Select(async a =>
        {
            try
            {
                await a;
            }
            catch (JournalFault)
            {
            }
        }));
        Assert.All(appends.Where((_, i) => i % 10 == 5), a => Assert.Contains("counting", Assert.IsType<JournalFault>(a.Exception!.InnerException).Message, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1, 180).Select(n => (long)n), appends.Where(a => a.IsCompletedSuccessfully).Select(a => a.Result.Seq).Order());
        Assert.Equal(180, bench.Number("SELECT sum(n) FROM counted"));
        Assert.Equal((180, 180), (bench.Number("SELECT count(*) FROM event"), store.LastSeq));
        Assert.Equal("journal-projection", Assert.Single(bench.Health.Warnings).Code);
    }

    [Fact]
    public async Task A_projection_grows_by_steps_and_keeps_its_rows()
    {
        await using var bench = new Bench();
        bench.Open(null, new CountingProjection());
        await bench.AppendAsync();
        await bench.ReopenAsync(null, new CountingProjection("ALTER TABLE counted ADD COLUMN note TEXT"));
        Assert.Equal(1, bench.Number("SELECT count(*) FROM counted WHERE note IS NULL AND n = 1"));
    }

    [Fact]
    public async Task A_step_that_fails_half_way_leaves_the_schema_as_it_was()
    {
        await using var bench = new Bench();
        bench.Open(null, new CountingProjection());
        var fault = await Assert.ThrowsAsync<JournalFault>(() => bench.ReopenAsync(null, new CountingProjection("CREATE TABLE half (x); CREATE TABLE counted (y)")));
        Assert.Contains("counted", fault.Message, StringComparison.Ordinal);
        bench.Open(null, new CountingProjection());
        Assert.Equal(0, bench.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_by_name_and_version()
    {
        await using var bench = new Bench();
        bench.Open(null, new CountingProjection("CREATE TABLE later (x)"));
        var fault = await Assert.ThrowsAsync<JournalFault>(() => bench.ReopenAsync(null, new CountingProjection()));
        Assert.Equal(JournalFaultKind.NewerSchema, fault.Kind);
        Assert.Contains("'counting' schema is version 2, this program knows 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_that_leaves_this_program_what_it_needs_is_used_and_left_as_it_is()
    {
        await using var bench = new Bench();
        const string Added = "CREATE TABLE counted_note (visit TEXT PRIMARY KEY, note TEXT NOT NULL);";
        var newer = new CountingProjection(Added + Migrations.StillReadBy("counting", 1));
        bench.Open(null, newer);
        await bench.AppendAsync("a");
        for (var times = 0; times < 2; times++)
        {
            await bench.ReopenAsync(null, new CountingProjection());
            await bench.AppendAsync("a");
            Assert.Equal(2, bench.Number("SELECT version FROM migration WHERE name = 'counting'"));
        }

        Assert.Equal(3, bench.Number("SELECT n FROM counted WHERE visit = 'a'"));
        // The newer one again, and then one for which the version before is too old.
        await bench.ReopenAsync(null, newer);
        await bench.ReopenAsync(null, new CountingProjection(Added, "DROP TABLE counted; CREATE TABLE counted (visit TEXT PRIMARY KEY, n INTEGER, z INTEGER);" + Migrations.StillReadBy("counting", 3)));
        var fault = await Assert.ThrowsAsync<JournalFault>(() => bench.ReopenAsync(null, new CountingProjection()));
        Assert.Equal(JournalFaultKind.NewerSchema, fault.Kind);
        Assert.Contains("nothing has been changed", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_ends_by_itself_once_there_is_room()
    {
        await using var bench = new Bench();
        var ballast = new BallastProjection();
        bench.Open(null, ballast);
        await SayAsync(bench);
        // Many rounds: the warning must be gone before the append answers, not a moment after.
        for (var round = 1; round <= 200; round++)
        {
            ballast.DiskIsFull = true;
            var fault = await Assert.ThrowsAsync<JournalFault>(() => SayAsync(bench));
            Assert.Equal((JournalFaultKind.DiskFull, bench.File), (fault.Kind, fault.File));
            Assert.Equal(["journal-full", "journal-write"], bench.Health.Warnings.Select(w => w.Code));
            ballast.DiskIsFull = false;
            Assert.Equal(1 + round, (await SayAsync(bench)).Seq);
            Assert.DoesNotContain(bench.Health.Warnings, w => w.Code == "journal-write");
        }
    }

    [Fact]
    public async Task A_projection_that_hides_a_fault_of_the_database_is_found_out()
    {
        await using var bench = new Bench();
        var ballast = new BallastProjection { HidesFaults = true };
        bench.Open(null, ballast, new CountingProjection());
        await bench.AppendAsync();
        ballast.DiskIsFull = true;
        var appends = Enumerable.Range(0, 20).Select(_ => bench.AppendAsync()).ToArray();
        foreach (var append in appends) Assert.Equal(JournalFaultKind.Projection, (await Assert.ThrowsAsync<JournalFault>(() => append)).Kind);
        ballast.DiskIsFull = false;
        Assert.Equal(2, (await bench.AppendAsync()).Seq);
        Assert.Equal((2, 2), (bench.Number("SELECT count(*) FROM event"), bench.Number("SELECT sum(n) FROM counted")));
    }

    /// <summary>A customer's word: what may wait would.</summary>
    private static async Task<CommittedEvent> SayAsync(Bench bench) =>
        await bench.Store.AppendAsync(new ChoiceData("v", "k1-test", "stop", null, null, "low"), Instant.Now(bench.Clock), CancellationToken.None);

    /// <summary>Needs room; SQLite's own page limit plays the full disk.</summary>
    private sealed class BallastProjection : IProjection
    {
        public string Name => "ballast";

        public IReadOnlyList<string> Migrations => ["CREATE TABLE ballast (data BLOB)"];

        public bool DiskIsFull { get; set; }

        public bool HidesFaults { get; set; }

        public void Apply(SqliteConnection database, CommittedEvent committed)
        {
            try
            {
                JournalFile.Execute(database, $"PRAGMA max_page_count = {(DiskIsFull ? 1 : 1_000_000)}; INSERT INTO ballast VALUES (zeroblob({(DiskIsFull ? 1_000_000 : 1)}))");
            }
            catch (SqliteException) when (HidesFaults)
            {
            }
        }
    }
}

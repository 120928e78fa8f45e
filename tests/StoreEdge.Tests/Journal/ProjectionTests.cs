using StoreEdge.Agent.Journal;

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
}

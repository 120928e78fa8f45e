using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Journal;

/// <summary>A row that is not what was written, in a file that SQLite finds nothing wrong with.</summary>
public class DamagedRowsTests
{
    [Theory]
    [InlineData("UPDATE event SET data = replace(data, 'door', 'dook') WHERE seq = 3")]
    [InlineData("UPDATE event SET type = 'zone' WHERE seq = 3")]
    [InlineData("UPDATE event SET time_us = time_us + 1 WHERE seq = 3")]
    [InlineData("UPDATE event SET time_us = 9223372036854775807 WHERE seq = 3")]
    [InlineData("UPDATE event SET synchronized = 0 WHERE seq = 3")]
    [InlineData("UPDATE event SET boot = 99 WHERE seq = 3")]
    [InlineData("DELETE FROM event WHERE seq = 3")]
    [InlineData("UPDATE event SET seq = 30 WHERE seq = 3; UPDATE event SET seq = 3 WHERE seq = 30; UPDATE event SET crc = crc + 1 WHERE seq = 3")]
    public async Task Is_left_out_and_declared_once_so_that_central_need_not_wait(string harm)
    {
        await using var bench = new Bench();
        bench.Open();
        for (var i = 0; i < 5; i++) await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        bench.Tamper("PRAGMA foreign_keys = 0; " + harm);
        var store = bench.Open();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([1L, 2, 4, 5], store.ReadAfter(0, 4).Select(e => e.Seq));
            bench.Settle();
        }

        var gap = Assert.IsType<GapData>(Read(store.ReadAfter(5, 10)).Single());
        Assert.Equal((store.Epoch, GapData.Corrupt, new SeqRange(3, 3)), (gap.Epoch, gap.Reason, Assert.Single(gap.Ranges)));
        Assert.Equal(1, bench.Number("SELECT count(*) FROM gap WHERE first = 3 AND last = 3"));
        Assert.Contains(bench.Health.Warnings, w => w.Code == "journal-rows-damaged");
    }

    [Fact]
    public async Task A_piece_is_filled_up_with_the_sound_rows_that_follow_the_damaged_ones()
    {
        await using var bench = new Bench();
        bench.Open();
        for (var i = 0; i < 20; i++) await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        bench.Tamper("UPDATE event SET crc = crc + 1 WHERE seq BETWEEN 1 AND 10");
        var store = bench.Open();
        Assert.Equal([11L, 12, 13], store.ReadAfter(0, 3).Select(e => e.Seq));
        bench.Settle();
        Assert.Equal([new SeqRange(1, 10)], Read(store.ReadAfter(20, 10)).OfType<GapData>().Single().Ranges);
    }

    [Fact]
    public async Task What_central_holds_already_is_not_declared()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        for (var i = 0; i < 5; i++) await bench.AppendAsync();
        store.Acknowledge(4);
        await store.DisposeAsync();
        bench.Tamper("UPDATE event SET crc = crc + 1 WHERE seq = 3; DELETE FROM event WHERE seq = 1");
        store = bench.Open();
        Assert.Equal([2L, 4, 5], store.ReadAfter(0, 10).Select(e => e.Seq));
        bench.Settle();
        Assert.Equal(5, store.LastSeq);
    }

    [Fact]
    public async Task What_former_journals_left_is_read_under_its_own_numbers_and_goes_as_central_acknowledges_it()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        for (var i = 0; i < 600; i++) await bench.AppendAsync();
        var former = Guid.NewGuid();
        await store.WriteAsync(transaction =>
        {
            JournalFile.Execute(transaction.Database, $"""
                INSERT INTO former VALUES (1, '{former}', 10, 600, NULL, 600);
                INSERT INTO salvaged SELECT 1, seq, type, data, time_us, recorded_us, boot_id, mono_ms, synchronized, crc, NULL FROM event JOIN boot ON boot.id = boot WHERE seq > 10
                """);
            return true;
        });
        Assert.Equal([new FormerEvents(former, 10, 11, 600, 590)], store.Formers());
        Assert.Equal(Rows(store.ReadAfter(20, 30)), Rows(store.ReadFormerAfter(former, 20, 30)));
        store.AcknowledgeFormer(Guid.NewGuid(), 600);
        store.AcknowledgeFormer(former, 520);
        store.AcknowledgeFormer(former, 100);
        for (var i = 0; i < 4; i++) bench.Settle();
        Assert.Equal([new FormerEvents(former, 520, 521, 600, 80)], store.Formers());
        store.AcknowledgeFormer(former, 600);
        bench.Settle();
        Assert.Empty(store.Formers());
    }

    private static IEnumerable<(long, string, string)> Rows(IEnumerable<StoredEvent> events) => events.Select(e => (e.Seq, e.Type, System.Text.Encoding.UTF8.GetString(e.Data.Span)));

    private static IEnumerable<IEventData> Read(IEnumerable<StoredEvent> events) => events.Select(e => ContractsJson.Read(e.Type, e.Data.Span));
}

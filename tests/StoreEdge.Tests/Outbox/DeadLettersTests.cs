using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;
using StoreEdge.Tests.Journal;

namespace StoreEdge.Tests.Outbox;

public sealed class DeadLettersTests : IAsyncDisposable
{
    private readonly Bench bench = new();

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task A_dead_letter_is_kept_whole_while_its_number_is_declared()
    {
        var journal = bench.Open();
        for (var i = 0; i < 5; i++) await bench.AppendAsync($"v{i}");
        var letters = Load(journal);
        await letters.BuryAsync([Letter(journal, 2), Letter(journal, 3)]);
        Assert.Equal([1L, 4, 5, 6], journal.ReadAfter(0, 10).Select(e => e.Seq));
        var gap = Assert.IsType<GapData>(ContractsJson.Read(EventTypes.Gap, journal.ReadAfter(5, 1)[0].Data.Span));
        Assert.Equal((journal.Epoch, GapData.DeadLetter), (gap.Epoch, gap.Reason));
        Assert.Equal([new SeqRange(2, 3)], gap.Ranges);
        var kept = letters.Read(journal.Epoch, 1, 9, 9);
        Assert.Equal([2L, 3], kept.Select(k => k.Event.Seq));
        Assert.Contains("\"v1\"", System.Text.Encoding.UTF8.GetString(kept[0].Event.Data.Span), StringComparison.Ordinal);
        Assert.Equal("not-authorised", kept[0].Reason);
        Assert.Contains(bench.Health.Warnings, w => w.Code == "event-refused:dwell" && w.Text.StartsWith("2 events of type dwell", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refused_twice_it_is_declared_once()
    {
        var journal = bench.Open();
        for (var i = 0; i < 3; i++) await bench.AppendAsync();
        var letters = Load(journal);
        var letter = Letter(journal, 2);
        await letters.BuryAsync([letter]);
        await letters.BuryAsync([letter with { Reason = "too-large" }]);
        Assert.Equal(4, journal.LastSeq);
        Assert.Equal(1, letters.Count);
        Assert.Equal("too-large", letters.Read(journal.Epoch, 2, 2, 1)[0].Reason);
    }

    [Fact]
    public async Task It_survives_a_restart_and_the_retention_of_everything_around_it()
    {
        var journal = bench.Open();
        for (var i = 0; i < 3; i++) await bench.AppendAsync();
        await Load(journal).BuryAsync([Letter(journal, 2)]);
        await journal.WriteAsync(transaction =>
        {
            transaction.DeleteThrough(3);
            return true;
        });
        journal = await bench.ReopenAsync();
        var letters = Load(journal);
        Assert.Equal(1, letters.Count);
        Assert.Equal(2, letters.Read(journal.Epoch, 1, 9, 9)[0].Event.Seq);
        Assert.Equal(["dwell"], letters.RefusedTypes());
    }

    [Fact]
    public async Task Once_it_is_taken_it_is_an_event_like_any_other_again()
    {
        var journal = bench.Open();
        for (var i = 0; i < 3; i++) await bench.AppendAsync($"v{i}");
        var letters = Load(journal);
        await letters.BuryAsync([Letter(journal, 2)]);
        await letters.ReleaseAsync(journal.Epoch, [2]);
        Assert.Equal(0, letters.Count);
        Assert.Equal([1L, 2, 3, 4], journal.ReadAfter(0, 10).Select(e => e.Seq));
        Assert.Empty(bench.Health.Warnings);
        await journal.DisposeAsync();
        using var inspection = JournalInspection.Open(bench.File);
        Assert.Empty(inspection.Verify().Findings);
    }

    [Fact]
    public async Task What_central_refused_is_not_sent_again_because_the_way_is_free()
    {
        var journal = bench.Open();
        for (var i = 0; i < 3; i++) await bench.AppendAsync();
        var letters = Load(journal);
        await letters.BuryAsync([Letter(journal, 1), Letter(journal, 2) with { Reason = DeadLetter.ByCentral }]);
        Assert.Equal([(journal.Epoch, 1L)], letters.FindRefused("dwell"));
        Assert.Equal([(journal.Epoch, 1L), (journal.Epoch, 2L)], letters.Find(null, null, null));
        Assert.Equal([(journal.Epoch, 2L)], letters.Find(journal.Epoch, 2, 5));
        Assert.Empty(letters.Find(Guid.NewGuid(), null, null));
    }

    [Fact]
    public async Task The_declaration_of_a_hole_is_found_without_reading_the_backlog()
    {
        var journal = bench.Open();
        for (var i = 0; i < 5; i++) await bench.AppendAsync();
        var letters = Load(journal);
        await letters.BuryAsync([Letter(journal, 2)]);
        await letters.BuryAsync([Letter(journal, 4)]);
        Assert.Equal(7, Declarations.Of(journal, journal.Epoch, 4, 3));
        Assert.Null(Declarations.Of(journal, journal.Epoch, 5, 3));
        Assert.Null(Declarations.Of(journal, Guid.NewGuid(), 4, 3));
        Assert.Equal([6L, 7], Declarations.NumbersAfter(journal, 0, 10));
    }

    private static DeadLetter Letter(JournalStore journal, long seq) =>
        new(journal.Epoch, journal.ReadAfter(seq - 1, 1)[0], "not-authorised", "The broker refused it.", journal.Age);

    private DeadLetters Load(JournalStore journal)
    {
        var letters = new DeadLetters(journal, new("store-1"), bench.Health);
        letters.Load();
        return letters;
    }
}

using StoreEdge.Agent.Journal;

namespace StoreEdge.Tests.Journal;

public class RetentionTests
{
    private static readonly JournalOptions Day = new() { KeepFor = TimeSpan.FromDays(1), SweepEvery = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Only_what_central_holds_and_what_is_old_is_deleted()
    {
        await using var bench = new Bench();
        bench.Open(Day);
        for (var i = 0; i < 10; i++) await bench.AppendAsync();
        bench.Store.Acknowledge(6);
        Run(bench, TimeSpan.FromHours(23));
        Assert.Equal(1, Oldest(bench));
        Run(bench, TimeSpan.FromHours(3));
        Assert.Equal(7, Oldest(bench));
        Assert.Equal(10, bench.Store.LastSeq);
    }

    [Fact]
    public async Task A_wall_clock_that_jumps_a_year_ahead_between_starts_deletes_nothing()
    {
        await using var bench = new Bench();
        bench.Open(Day);
        for (var i = 0; i < 10; i++) await bench.AppendAsync();
        bench.Store.Acknowledge(10);
        Run(bench, TimeSpan.FromHours(2));
        await bench.Store.DisposeAsync();
        bench.SetClock(new(2027, 11, 21, 9, 0, 0, TimeSpan.Zero));
        bench.Open(Day);
        Run(bench, TimeSpan.FromHours(20));
        Assert.Equal(1, Oldest(bench));
        Run(bench, TimeSpan.FromHours(6));
        Assert.Equal(10, Oldest(bench));
    }

    [Fact]
    public async Task The_newest_row_stays_so_that_numbers_never_come_again()
    {
        await using var bench = new Bench();
        var options = Day with { KeepAtMost = 1, KeepFor = TimeSpan.FromHours(1) };
        bench.Open(options);
        for (var i = 0; i < 1000; i++) await bench.AppendAsync();
        bench.Store.Acknowledge(1000);
        Run(bench, TimeSpan.FromHours(4));
        Assert.Equal((1000, 1), (Oldest(bench), bench.Number("SELECT count(*) FROM event")));
        await bench.ReopenAsync(options);
        Assert.Equal(1001, (await bench.AppendAsync()).Seq);
    }

    [Fact]
    public async Task No_more_than_the_allowed_number_is_kept_however_young()
    {
        await using var bench = new Bench();
        bench.Open(Day with { KeepAtMost = 100 });
        for (var i = 0; i < 400; i++) await bench.AppendAsync();
        bench.Store.Acknowledge(400);
        Run(bench, TimeSpan.FromHours(1));
        Assert.Equal(100, bench.Number("SELECT count(*) FROM event"));
    }

    private static long Oldest(Bench bench) => bench.Number("SELECT min(seq) FROM event");

    /// <summary>Moves the clock by the hour, and waits for the sweep of each, with the chunks that it asks for.</summary>
    private static void Run(Bench bench, TimeSpan by)
    {
        for (var hour = 0; hour < by.TotalHours; hour++)
        {
            bench.Clock.Advance(TimeSpan.FromHours(1));
            for (var chunk = 0; chunk < 8; chunk++) bench.Settle();
        }
    }
}

using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Simulator.Journey;
using static StoreEdge.Tests.Simulator.JourneyEvents;

namespace StoreEdge.Tests.Simulator;

/// <summary>Missing numbers are asked for: not while a backlog drains, not twice at once, and never in a storm.</summary>
public sealed class ReplayWatchTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-replay-").FullName;
    private readonly JourneyStore store;
    private Instant now = Instant.Origin + TimeSpan.FromHours(1);

    public ReplayWatchTests() => store = JourneyStore.Open(Path.Combine(directory, "journey.db"), refuses: true);

    [Fact]
    public void A_run_that_stays_missing_is_asked_for_and_one_that_shrinks_is_not()
    {
        var watch = Watch();
        store.Take([Event(1), Event(1000)]);
        for (var second = 0; second < 60; second++)
        {
            store.Take([.. Enumerable.Range(2 + second * 10, 10).Select(seq => Event(seq))]);
            Assert.Empty(Look(watch));
        }

        Assert.Equal([new ReplayWish(new(Store, Epoch), 602, 999)], After(watch, seconds: 6));
    }

    [Fact]
    public void Runs_that_lie_near_each_other_are_asked_for_as_one_and_the_farther_ones_later()
    {
        var watch = Watch();
        store.Take([Event(1), Event(3), Event(7), .. Enumerable.Range(100, 51).Select(seq => Event(seq)), Event(160)]);
        Assert.Equal([new ReplayWish(new(Store, Epoch), 2, 99)], After(watch, seconds: 6));
        store.Take([.. Enumerable.Range(2, 98).Select(seq => Event(seq))]);
        Assert.Equal([new ReplayWish(new(Store, Epoch), 151, 159)], After(watch, seconds: 6));
    }

    [Fact]
    public void A_run_of_millions_is_asked_for_piece_by_piece()
    {
        var watch = Watch();
        store.Take([Event(5_000_000)]);
        Assert.Equal([new ReplayWish(new(Store, Epoch), 1, 10_000)], After(watch, seconds: 6));
    }

    [Fact]
    public void The_same_is_asked_for_again_after_ten_seconds_then_twenty_up_to_five_minutes()
    {
        var book = store.Replays(new(), "boot-a");
        var wish = new ReplayWish(new(Store, Epoch), 2, 6);
        var asked = new List<double>();
        var start = now;
        for (; now - start < TimeSpan.FromHours(1); now += TimeSpan.FromSeconds(1))
            if (book.Claim(wish, now) is not null) asked.Add((now - start).TotalSeconds);
        Assert.Equal([0, 10, 30, 70, 150, 310, 610, 910], asked.Take(8));
        Assert.True(asked.Count < 20);
    }

    [Fact]
    public void Two_instances_ask_once_and_a_machine_that_booted_anew_asks_at_once()
    {
        using var other = JourneyStore.Open(Path.Combine(directory, "journey.db"));
        var wish = new ReplayWish(new(Store, Epoch), 2, 6);
        Assert.NotNull(store.Replays(new(), "boot-a").Claim(wish, now));
        Assert.Null(other.Replays(new(), "boot-a").Claim(wish, now + TimeSpan.FromSeconds(2)));
        // Other numbers of the same journal are no way around the pause.
        Assert.Null(other.Replays(new(), "boot-a").Claim(wish with { From = 9, To = 9 }, now + TimeSpan.FromSeconds(3)));
        Assert.NotNull(other.Replays(new(), "boot-b").Claim(wish, Instant.Origin));
    }

    [Fact]
    public void What_a_store_answers_is_kept_until_the_numbers_are_there()
    {
        var book = store.Replays(new(), "boot-a");
        store.Take([Event(1), Event(4)]);
        var asked = book.Claim(new(new(Store, Epoch), 2, 3), now)!;
        Assert.False(book.Note(Store, new("something-else", "replay", "done", null, null)));
        Assert.True(book.Note(Store, new(asked.Id, "replay", "done", "1 event is sent again, 1 is not held any more", null)));
        Assert.Contains("not held any more", Assert.Single(book.Open()).Answer, StringComparison.Ordinal);
        store.Take([Event(2), Event(5, new GapData(Epoch, [new(3, 3)], GapData.Corrupt))]);
        Assert.Empty(book.Open());
    }

    [Fact]
    public void Journals_in_trouble_are_watched_a_bounded_number_at_a_time()
    {
        var watch = Watch();
        var runs = store.Runs;
        for (var i = 0; i < 3_000; i++) runs.Add(new($"s-{i}", Epoch), 2, 2);
        Assert.Equal(ReplayWatch.MostJournals, After(watch, seconds: 6).Count);
    }

    [Fact]
    public void An_event_that_breaks_the_contract_is_kept_aside_and_neither_acknowledged_nor_asked_for_until_the_store_gives_it_up()
    {
        var watch = Watch();
        var broken = Event(2) with { Fault = "the data of 'dwell' does not fit", Data = null };
        var taken = store.Take([Event(1), broken, Event(3)]);
        Assert.Equal((1, 1L), (taken.Refused.Count, taken.Acknowledgements.Single().Ack.Seq));
        Assert.Empty(After(watch, seconds: 6));
        Assert.Single(store.Take([broken]).Refused);
        Assert.Equal(4, store.Take([Event(4, new GapData(Epoch, [new(2, 2)], GapData.DeadLetter))]).Acknowledgements.Single().Ack.Seq);
        Assert.Empty(store.Take([broken]).Refused);
        Assert.Equal(1, store.Summaries().Single().Refused);
    }

    [Fact]
    public void Without_the_option_such_an_event_is_kept_as_it_is_and_acknowledged()
    {
        using var lenient = JourneyStore.Open(Path.Combine(directory, "lenient.db"));
        var taken = lenient.Take([Event(1), Event(2) with { Fault = "the data of 'dwell' does not fit", Data = null }]);
        Assert.Equal((2, 0, 2L), (taken.Fresh.Count, taken.Refused.Count, taken.Acknowledgements.Single().Ack.Seq));
    }

    [Theory]
    [InlineData("store-0042", 2993144935u)]
    [InlineData("", 2166136261u)]
    [InlineData("a", 0xe40c292cu)]
    [InlineData("foobar", 0xbf9cf968u)]
    public void Stores_are_divided_by_FNV_1a(string text, uint hash) => Assert.Equal(hash, Partition.Hash(text));

    [Fact]
    public void Every_store_is_in_exactly_one_part_and_the_parts_are_about_alike()
    {
        var stores = Enumerable.Range(1, 9_000).Select(i => $"store-{i:0000}").ToList();
        var parts = Enumerable.Range(1, 3).Select(i => stores.Count(new Partition(i, 3).Has)).ToList();
        Assert.Equal(9_000, parts.Sum());
        Assert.All(parts, p => Assert.InRange(p, 2_800, 3_200));
    }

    [Theory]
    [InlineData("1/1", true)]
    [InlineData("3/3", true)]
    [InlineData("0/3", false)]
    [InlineData("4/3", false)]
    [InlineData("1/1001", false)]
    [InlineData("1", false)]
    [InlineData("-1/3", false)]
    [InlineData("1/3/5", false)]
    public void A_partition_is_written_as_a_fraction(string text, bool allowed) => Assert.Equal(allowed, Partition.TryParse(text, out _));

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private ReplayWatch Watch() => new(new(), store.Runs, store.IsRefused);

    private IReadOnlyList<ReplayWish> Look(ReplayWatch watch)
    {
        now += TimeSpan.FromSeconds(1);
        return watch.Look(now, _ => true);
    }

    private IReadOnlyList<ReplayWish> After(ReplayWatch watch, int seconds)
    {
        IReadOnlyList<ReplayWish> wishes = [];
        for (var i = 0; i < seconds; i++) wishes = Look(watch);
        return wishes;
    }
}

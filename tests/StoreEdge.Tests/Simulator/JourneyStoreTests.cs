using System.Text;
using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Contracts;
using StoreEdge.Simulator.Journey;

namespace StoreEdge.Tests.Simulator;

public sealed class JourneyStoreTests : IDisposable
{
    private static readonly Guid Epoch = Guid.Parse("0e6ff3c5-54b2-4e0b-9d4e-0d6c8e1d8a11");
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("storeedge-journey-");

    [Fact]
    public void An_event_that_comes_twice_is_held_once()
    {
        using var store = Open();
        Assert.Single(store.Take([Event(1)]).Fresh);
        var again = store.Take([Event(1), Event(1), Event(2)]);
        Assert.Equal((1, 2, 0), (again.Fresh.Count, again.Duplicates, again.Conflicts));
        Assert.Equal(2, store.Count("s", Epoch));
    }

    [Fact]
    public void Only_what_is_held_without_a_hole_is_acknowledged()
    {
        using var store = Open();
        Assert.Equal(0, AckOf(store.Take([Event(2), Event(3)])));
        Assert.Equal(3, AckOf(store.Take([Event(1)])));
        Assert.Equal(3, AckOf(store.Take([Event(5)])));
        Assert.Equal(5, AckOf(store.Take([Event(4)])));
    }

    [Fact]
    public void The_same_number_with_other_content_is_a_conflict_and_the_first_stays()
    {
        using var store = Open();
        store.Take([Event(1, "first")]);
        var taken = store.Take([Event(1, "second")]);
        Assert.Equal((0, 0, 1), (taken.Fresh.Count, taken.Duplicates, taken.Conflicts));
    }

    [Fact]
    public void Stores_and_epochs_have_numbers_of_their_own()
    {
        using var store = Open();
        var other = Guid.Parse("11111111-54b2-4e0b-9d4e-0d6c8e1d8a11");
        store.Take([Event(1), Event(2), Event(1, epoch: other), Event(1, store: "t")]);
        Assert.Equal((2L, 1L, 1L, 0L), (store.ContiguousSeq("s", Epoch), store.ContiguousSeq("s", other), store.ContiguousSeq("t", Epoch), store.ContiguousSeq("t", other)));
        Assert.Equal(3, store.Journals().Count);
    }

    [Fact]
    public void What_was_acknowledged_is_there_after_a_restart()
    {
        using (var store = Open()) store.Take([Event(1), Event(2), Event(4)]);
        using var again = Open();
        Assert.Equal(2, again.ContiguousSeq("s", Epoch));
        Assert.Equal(3, again.Count("s", Epoch));
        Assert.Equal(4, AckOf(again.Take([Event(3)])));
    }

    [Fact]
    public void A_new_table_takes_over_where_the_agent_says_an_earlier_one_ended_and_never_goes_back()
    {
        using var store = Open();
        Assert.Equal(0, AckOf(store.Take([Event(11), Event(12)])));
        Assert.Equal(12, store.TakeOver("s", Epoch, 10));
        Assert.Null(store.TakeOver("s", Epoch, 10));
        Assert.Equal(13, AckOf(store.Take([Event(13)])));
    }

    [Fact]
    public void Any_order_with_any_repeats_in_any_batches_ends_with_everything_held_once_and_acknowledged()
    {
        var orders = Gen.Choose(1, 40).SelectMany(n => Gen.Shuffle([.. Enumerable.Range(1, n), .. Enumerable.Range(1, n)])).SelectMany(
            order => Gen.Choose(1, 9).Select(size => (Order: order, Size: size)));
        Prop.ForAll(Arb.From(orders), c =>
        {
            using var store = JourneyStore.Open(":memory:");
            var (highestAck, fresh) = (0L, 0);
            foreach (var batch in c.Order.Chunk(c.Size))
            {
                var taken = store.Take([.. batch.Select(seq => Event(seq))]);
                Assert.True(AckOf(taken) >= highestAck);
                highestAck = AckOf(taken);
                fresh += taken.Fresh.Count;
            }

            return highestAck == c.Order.Max() && fresh == c.Order.Max() && store.Count("s", Epoch) == c.Order.Max();
        }).QuickCheckThrowOnFailure();
    }

    public void Dispose() => directory.Delete(recursive: true);

    private static long AckOf(TakenBatch taken) => Assert.Single(taken.Acknowledgements).Ack.Seq;

    private static ReceivedEvent Event(long seq, string payload = "x", Guid? epoch = null, string store = "s")
    {
        var at = new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
        return new(new(store, epoch ?? Epoch, seq, EventTypes.Dwell, at, at, "boot", 1, "synchronized", default), null, Encoding.UTF8.GetBytes($"{payload} {seq}"), at);
    }

    private JourneyStore Open() => JourneyStore.Open(Path.Combine(directory.FullName, "journey.db"));
}

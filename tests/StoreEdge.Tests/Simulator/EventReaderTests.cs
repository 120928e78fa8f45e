using System.Text;
using StoreEdge.Simulator.Journey;
using static StoreEdge.Tests.Simulator.JourneyEvents;

namespace StoreEdge.Tests.Simulator;

/// <summary>What comes from a broker is anybody's: it costs bounded memory, and what is wrong stops nothing else.</summary>
public sealed class EventReaderTests
{
    private readonly List<string> malformed = [];

    [Fact]
    public void A_batch_is_its_events_as_they_would_have_come_alone()
    {
        ReceivedEvent[] events = [Event(3), Event(1, epoch: Former), Event(2)];
        var read = Reader.Batch(Store, Batch(events));
        Assert.Equal(events.Select(e => e.Envelope.Id), read.Select(e => e.Envelope.Id));
        Assert.Equal(events.Select(e => Encoding.UTF8.GetString(e.Utf8.Span)), read.Select(e => Encoding.UTF8.GetString(e.Utf8.Span)));
        Assert.Empty(malformed);
    }

    [Fact]
    public void An_event_of_another_store_within_a_batch_is_left_out_and_the_others_are_taken()
    {
        Assert.Equal([1L, 3L], Reader.Batch(Store, Batch(Event(1), Event(2, store: "elsewhere"), Event(3))).Select(e => e.Envelope.Seq));
        Assert.Contains("of store 'elsewhere'", Assert.Single(malformed), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_of_a_gigabyte_is_refused_after_a_few_megabytes()
    {
        // A hundred rounds of 10 MB of spaces, packed a thousandfold: concatenated gzips are one gzip.
        var round = Gzip(new string(' ', 10_000_000));
        var bomb = Enumerable.Repeat(round, 100).SelectMany(r => r).ToArray();
        Assert.True(bomb.Length < 2_000_000);
        // The thread's own count, for other tests allocate beside this one.
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("unpacks to more than", Assert.Throws<FormatException>(() => Reader.Batch(Store, bomb)).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 5 * EventReader.LargestBatch);
    }

    [Theory]
    [InlineData("{}", "not a list")]
    [InlineData("[]", "of 0 events")]
    [InlineData("[", "not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("null", "not a list")]
    public void What_unpacks_to_no_list_is_refused(string text, string because) =>
        Assert.Contains(because, Assert.Throws<FormatException>(() => Reader.Batch(Store, Gzip(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_batch_of_more_than_500_is_refused_and_one_of_500_is_not()
    {
        Assert.Equal(500, Reader.Batch(Store, Batch(Enumerable.Range(1, 500).Select(i => Event(i)))).Count);
        Assert.Contains("501", Assert.Throws<FormatException>(() => Reader.Batch(Store, Batch(Enumerable.Range(1, 501).Select(i => Event(i))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_gzip_or_break_off_are_refused()
    {
        Assert.Throws<FormatException>(() => Reader.Batch(Store, Encoding.UTF8.GetBytes("[]")));
        var whole = Batch(Enumerable.Range(1, 50).Select(i => Event(i)));
        for (var length = 0; length < whole.Length; length += 7)
        {
            try
            {
                // Only the sum and the length at the very end can be missing without a part of the list missing too.
                Assert.Equal(50, Reader.Batch(Store, whole.AsMemory(0, length)).Count);
                Assert.True(length > whole.Length - 32);
            }
            catch (FormatException)
            {
                // Said why.
            }
        }
    }

    [Fact]
    public void Members_of_a_batch_that_are_no_envelopes_are_counted_and_the_others_are_taken()
    {
        var good = Encoding.UTF8.GetString(Event(1).Utf8.Span);
        Assert.Single(Reader.Batch(Store, Gzip($"[null, 1, \"\", [], {{}}, {good}, {good.Replace("\"1\"", "\"0\"", StringComparison.Ordinal)}]")));
        Assert.Equal(6, malformed.Count);
    }

    [Theory]
    [InlineData(9007199254740991, true)]
    [InlineData(9007199254740992, false)]
    [InlineData(long.MaxValue, false)]
    [InlineData(0, false)]
    public void Numbers_that_no_acknowledgement_could_say_are_refused(long seq, bool taken)
    {
        var utf8 = Utf8(Event(1).Envelope with { Seq = seq });
        if (taken) Assert.Equal(seq, Reader.Single(Store, "dwell", utf8).Envelope.Seq);
        else Assert.Contains("'sequence'", Assert.Throws<FormatException>(() => Reader.Single(Store, "dwell", utf8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_larger_than_any_of_the_contract_is_refused() =>
        Assert.Throws<FormatException>(() => Reader.Single(Store, "dwell", new byte[EventReader.LargestEvent + 1]));

    [Fact]
    public void Data_that_do_not_fit_their_type_are_a_fault_and_a_type_that_is_not_known_yet_is_none()
    {
        var broken = Reader.Single(Store, "dwell", Utf8(Event(1).Envelope with { Data = "{}"u8.ToArray() }));
        var later = Reader.Single(Store, "smell", Utf8(Event(2).Envelope with { Type = "smell", Data = "{}"u8.ToArray() }));
        Assert.NotNull(broken.Fault);
        Assert.Null(later.Fault);
        Assert.Null(later.Data);
    }

    [Fact]
    public void Random_bytes_and_random_changes_end_in_an_event_or_in_a_reason()
    {
        var random = new Random(5);
        var whole = Event(1).Utf8.ToArray();
        for (var i = 0; i < 5_000; i++)
        {
            var changed = whole.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            foreach (var read in new Action[] { () => Reader.Single(Store, "dwell", changed), () => Reader.Batch(Store, Gzip([(byte)'[', .. changed, (byte)']'])), () => Reader.Batch(Store, changed) })
            {
                try
                {
                    read();
                }
                catch (FormatException)
                {
                    // Said why.
                }
            }
        }
    }

    private EventReader Reader => new(malformed.Add, TimeProvider.System);
}

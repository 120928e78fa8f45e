using System.IO.Compression;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;
using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Outbox;

public class ParcelMakerTests
{
    private static readonly ParcelQueue Queue = new(ParcelOrigin.Journal, Guid.NewGuid());

    [Fact]
    public void A_batch_unpacks_to_the_envelopes_that_went_in()
    {
        var parcel = new ParcelMaker("store-1").Batch(Queue, new(1, 600), Events(500, 200), isAll: false);
        Assert.Equal((new SeqRun(1, 500), "stores/v1/store-1/evt-batch", EventEnvelope.BatchContentType), (parcel.Run, parcel.Message!.Topic, parcel.Message.ContentType));
        var unpacked = Unpack(parcel.Message.Payload);
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), unpacked.Select(e => e.Seq));
        Assert.All(unpacked, e => Assert.Equal(Queue.Epoch, e.Epoch));
    }

    [Fact]
    public void Numbers_without_an_event_go_with_those_around_them()
    {
        var parcel = new ParcelMaker("store-1").Batch(Queue, new(1, 90), [.. Events(50, 10).Where(e => e.Seq % 2 == 0)], isAll: true);
        Assert.Equal(new SeqRun(1, 90), parcel.Run);
    }

    [Fact]
    public void Events_that_do_not_compress_make_batches_that_a_broker_takes_all_the_same()
    {
        var events = Events(500, 2_000);
        var maker = new ParcelMaker("store-1");
        var (after, told) = (0, new List<long>());
        while (after < events.Count)
        {
            var parcel = maker.Batch(Queue, new(after + 1, 500), [.. events.Skip(after)], isAll: true);
            Assert.InRange(parcel.Message!.Payload.Length, 1, BatchSize.MostBytes);
            told.AddRange(Unpack(parcel.Message.Payload).Select(e => e.Seq));
            after = (int)parcel.Run.Last;
        }

        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), told);
    }

    [Fact]
    public void No_batch_unpacks_to_more_than_a_consumer_must_be_ready_for()
    {
        var zeros = new string('0', 8_000);
        var events = Enumerable.Range(1, 500).Select(i => Event(i, zeros)).ToList();
        var parcel = new ParcelMaker("store-1").Batch(Queue, new(1, 500), events, isAll: true);
        using var gzip = new GZipStream(new MemoryStream(parcel.Message!.Payload.ToArray()), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        gzip.CopyTo(raw);
        Assert.InRange(raw.Length, 1, BatchSize.MostRawBytes);
        Assert.True(parcel.IsBatch);
    }

    [Fact]
    public void One_event_alone_goes_on_its_own_topic()
    {
        var parcel = new ParcelMaker("store-1").Batch(Queue, new(1, 1), Events(1, 10), isAll: true);
        Assert.Equal(("stores/v1/store-1/evt/dwell", EventEnvelope.ContentType, false), (parcel.Message!.Topic, parcel.Message.ContentType, parcel.IsBatch));
    }

    private static List<StoredEvent> Events(int count, int noise)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(1, count).Select(i =>
        {
            var bytes = new byte[noise / 2];
            random.NextBytes(bytes);
            return Event(i, Convert.ToHexString(bytes));
        })];
    }

    private static StoredEvent Event(int seq, string visit) => new(
        seq, EventTypes.Dwell, Encoding.UTF8.GetBytes($$"""{"visitId":"{{visit}}"}"""), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "boot", seq, "synchronized");

    private static List<EventEnvelope> Unpack(ReadOnlyMemory<byte> payload)
    {
        using var gzip = new GZipStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
        using var json = JsonDocument.Parse(gzip);
        return [.. json.RootElement.EnumerateArray().Select(e => EventEnvelope.Parse(Encoding.UTF8.GetBytes(e.GetRawText())))];
    }
}

using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Simulator;

/// <summary>What the journey service asks of a store, over a real broker; the test is the store.</summary>
public sealed class JourneyReplayTests : IDisposable
{
    private const string Store = "s1";
    private static readonly Guid Epoch = Guid.Parse("0e6ff3c5-54b2-4e0b-9d4e-0d6c8e1d8a11");
    private static readonly Topics Topics = new(Store);
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-replay-").FullName;
    private readonly ConcurrentQueue<(string Topic, byte[] Payload)> heard = new();

    [Fact]
    public async Task What_is_missing_is_asked_for_and_what_the_store_gives_up_is_acknowledged()
    {
        await using var broker = await Broker.StartedAsync();
        await using var store = await StoreAsync(broker);
        await using var service = new JourneyProcess(directory, "--mqtt", $"{Broker.Host}:{broker.Port}", "--replay-after", "1").Start();
        await BatchAsync(store, Envelope(1), Envelope(4));
        await Eventually.Get(() => RepeatAsync(store, Envelope(4)), ack => ack == 1, "the first acknowledgement");
        var asked = await Eventually.Get(() => Task.FromResult(Commands("replay", ContractsJson.Default.ReplayMessage)), all => all.Count > 0, "the command");
        Assert.Equal((Epoch, 2L, 3L), (asked[0].Epoch, asked[0].From, asked[0].To));

        await SendAsync(store, Topics.Response("replay"), JsonSerializer.SerializeToUtf8Bytes(new ResponseMessage(asked[0].Id, "replay", "done", "1 event is sent again, 1 is not held any more", null), ContractsJson.Default.ResponseMessage));
        await BatchAsync(store, Envelope(2), Envelope(5, new GapData(Epoch, [new(3, 3)], GapData.Corrupt)));
        await Eventually.True(() => Ack() == 5, "the acknowledgement past the gap");
        await Eventually.True(() => JourneyProcess.Ask(directory, "SELECT answer FROM replay", row => row[0] as string).Single()?.Contains("not held any more", StringComparison.Ordinal) == true, "the answer in the table");
        var said = await service.StopAsync();
        Assert.Contains("4 events, contiguous to 5, 1 given up", said, StringComparison.Ordinal);
        Assert.Contains("answered: 1× replay done", said, StringComparison.Ordinal);
        Assert.Single(asked);
    }

    [Fact]
    public async Task With_the_option_an_event_that_breaks_the_contract_is_refused_and_without_it_kept_as_it_is()
    {
        await using var broker = await Broker.StartedAsync();
        broker.ExpectBad(topic => topic == Topics.EventBatch);
        await using var store = await StoreAsync(broker);
        await using var service = new JourneyProcess(directory, "--mqtt", $"{Broker.Host}:{broker.Port}", "--refuse").Start();
        var bad = Envelope(2) with { Data = """{"visitId":7}"""u8.ToArray() };
        await Eventually.Get(() => RepeatAsync(store, Envelope(1)), ack => ack == 1, "the first acknowledgement");
        await BatchAsync(store, bad, Envelope(3));
        var refused = await Eventually.Get(() => Task.FromResult(Commands("refuse", ContractsJson.Default.RefuseMessage)), all => all.Count > 0, "the command");
        Assert.Equal((Epoch, 2L), (refused[0].Epoch, refused[0].Seq));
        Assert.Equal(1, Ack());
        await BatchAsync(store, Envelope(4, new GapData(Epoch, [new(2, 2)], GapData.DeadLetter)));
        await Eventually.True(() => Ack() == 4, "the acknowledgement past the dead letter");
        await service.StopAsync();

        await using var lenient = new JourneyProcess(directory, "--mqtt", $"{Broker.Host}:{broker.Port}").Start();
        await BatchAsync(store, Envelope(5), bad with { Seq = 6 });
        await Eventually.Get(() => RepeatAsync(store, Envelope(5)), ack => ack == 6, "the acknowledgement of what was kept as it is");
    }

    [Fact]
    public async Task A_bomb_an_envelope_of_another_store_and_hostile_topics_are_counted_and_stop_nothing()
    {
        await using var broker = await Broker.StartedAsync();
        broker.ExpectBad(_ => true);
        await using var store = await StoreAsync(broker);
        await using var service = new JourneyProcess(directory, "--mqtt", $"{Broker.Host}:{broker.Port}").Start();
        await Eventually.Get(() => RepeatAsync(store, Envelope(1)), ack => ack == 1, "the first acknowledgement");
        var spaces = Gzip(Encoding.ASCII.GetBytes(new string(' ', 10_000_000)));
        await SendAsync(store, Topics.EventBatch, [.. Enumerable.Repeat(spaces, 100).SelectMany(s => s)]);
        await SendAsync(store, Topics.EventBatch, "no gzip"u8.ToArray());
        await SendAsync(store, Topics.EventBatch, Gzip("[]"u8.ToArray()));
        foreach (var topic in new[] { "stores/v1/S1/evt/dwell", "stores/v1/../evt/dwell", "stores/v1/s1/evt/\u0001", $"stores/v1/{new string('x', 60_000)}/evt/dwell", "stores/v1//evt/dwell", "stores/v1/s1/res/" })
            await SendAsync(store, topic, Write(Envelope(2)));
        await SendAsync(store, Topics.Event("dwell"), Write(Envelope(2) with { StoreId = "s2" }));
        await SendAsync(store, Topics.Event("arrival"), Write(Envelope(2)));
        await SendAsync(store, Topics.Response("replay"), "null"u8.ToArray());
        await SendAsync(store, Topics.Event("dwell"), "{\"specversion\":\"1.0\",\"id\":\"\\ud800\"}"u8.ToArray());
        await SendAsync(store, Topics.Event("dwell"), [.. "{\"specversion\":\"1.0\",\"id\":\""u8, 0xff, .. "\"}"u8]);
        await BatchAsync(store, Envelope(2), Envelope(3) with { StoreId = "s2" }, Envelope(3));
        await Eventually.True(() => Ack() == 3, "the acknowledgement of the good ones");
        var said = await service.StopAsync();
        Assert.Contains(" 1 connections", said, StringComparison.Ordinal);
        Assert.Contains("unpacks to more than", said, StringComparison.Ordinal);
        Assert.Equal([Store], JourneyProcess.Ask(directory, "SELECT DISTINCT store FROM event", row => row.GetString(0)));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private async Task<MosquittoClient> StoreAsync(Broker broker)
    {
        var store = new MosquittoClient(new(Store, Broker.Host, broker.Port), m => heard.Enqueue((m.Topic, m.Payload.ToArray())), TimeProvider.System);
        await store.ConnectAsync(CancellationToken.None);
        await store.SubscribeAsync(Topics.Ack, MqttQos.AtLeastOnce);
        await store.SubscribeAsync(Topics.AnyCommand, MqttQos.AtLeastOnce);
        return store;
    }

    /// <summary>The service subscribes some time after it starts: said until it is heard; repeats must not matter.</summary>
    private async Task<long> RepeatAsync(MosquittoClient store, EventEnvelope envelope)
    {
        await SendAsync(store, Topics.Event(envelope.Type), Write(envelope));
        if (envelope.Seq == 4) await SendAsync(store, Topics.Event("dwell"), Write(Envelope(1)));
        return Ack();
    }

    private long Ack() => heard.Where(h => h.Topic == Topics.Ack).Select(h => JsonSerializer.Deserialize(h.Payload, ContractsJson.Default.AckMessage)!.Seq).LastOrDefault(-1);

    private List<T> Commands<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        [.. heard.Where(h => h.Topic == Topics.Command(name)).Select(h => JsonSerializer.Deserialize(h.Payload, type)!)];

    private static async Task SendAsync(MosquittoClient store, string topic, byte[] payload) => Assert.True((await store.PublishAsync(new(topic, payload))).Code < 0x80);

    private static Task BatchAsync(MosquittoClient store, params IEnumerable<EventEnvelope> events) =>
        SendAsync(store, Topics.EventBatch, Gzip([(byte)'[', .. events.SelectMany((e, i) => i == 0 ? Write(e) : [(byte)',', .. Write(e)]), (byte)']']));

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal)) zip.Write(plain);
        return packed.ToArray();
    }

    private static byte[] Write(EventEnvelope envelope)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        envelope.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static EventEnvelope Envelope(long seq, GapData? gap = null)
    {
        IEventData data = gap as IEventData ?? new DwellData($"01938f2a-7c4e-7b1d-9a53-{seq:x12}", "visit-a", "door", 1, "involuntary", "low");
        var at = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);
        return new(Store, Epoch, seq, data.Type, at, at, "boot", seq, "synchronized", ContractsJson.Write(data));
    }
}

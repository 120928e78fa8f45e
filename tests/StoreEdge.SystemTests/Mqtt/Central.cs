using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Gate;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>A small journey service: upserts by (epoch, seq), acknowledges the unbroken row cumulatively when told to.</summary>
internal sealed class Central : IAsyncDisposable
{
    private readonly MosquittoClient client;
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, EventEnvelope> table = [];
    private readonly ConcurrentDictionary<string, byte[]> states = new(StringComparer.Ordinal);
    private readonly List<long> arrivals = [];
    private readonly List<int> batches = [];
    private readonly HashSet<long> declared = [];
    private long row;

    private Central(MosquittoOptions options) => client = new(options, Receive, TimeProvider.System);

    /// <summary>Whether it acknowledges; what it holds is acknowledged with the next event.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>Events to throw away unseen, as a full queue would.</summary>
    public Func<long, bool> Loses { get; set; } = _ => false;

    /// <summary>Every seq in the order of arrival, repeats included.</summary>
    public IReadOnlyList<long> Arrivals
    {
        get
        {
            lock (gate) return [.. arrivals];
        }
    }

    /// <summary>The events in each batch, in the order of arrival.</summary>
    public IReadOnlyList<int> Batches
    {
        get
        {
            lock (gate) return [.. batches];
        }
    }

    /// <summary>The numbers that were declared missing and have not come since.</summary>
    public IReadOnlyList<long> Declared
    {
        get
        {
            lock (gate) return [.. declared.Where(seq => !table.ContainsKey(seq)).Order()];
        }
    }

    /// <summary>Whether it holds an event.</summary>
    public bool Holds(long seq)
    {
        lock (gate) return table.ContainsKey(seq);
    }

    /// <summary>What it holds, in the order of the numbers.</summary>
    public IReadOnlyList<EventEnvelope> Held
    {
        get
        {
            lock (gate) return [.. table.Values];
        }
    }

    /// <summary>The last of the unbroken row from 1.</summary>
    public long Row => Interlocked.Read(ref row);

    public static async Task<Central> ConnectedAsync(int port, Func<MosquittoOptions, MosquittoOptions>? change = null, NetworkNamespace? inside = null)
    {
        var options = new MosquittoOptions("central", Broker.Host, port) { SessionExpiry = TimeSpan.FromMinutes(5) };
        var central = new Central(change is null ? options : change(options));
        await (inside is null ? central.client.ConnectAsync(CancellationToken.None) : inside.StartAsync(central.client));
        await central.client.SubscribeAsync(Topics.EveryStoresEvents, MqttQos.AtLeastOnce);
        await central.client.SubscribeAsync(Topics.EveryStoresBatches, MqttQos.AtLeastOnce);
        await central.client.SubscribeAsync($"{Topics.Root}/+/state/+", MqttQos.AtLeastOnce);
        return central;
    }

    public T? State<T>(string topic)
        where T : class =>
        states.TryGetValue(topic, out var json) ? (T?)JsonSerializer.Deserialize(json, ContractsJson.Default.GetTypeInfo(typeof(T))!) : null;

    public Task<MqttReason> SendAsync(string topic, byte[] payload, bool retain = false) => client.PublishAsync(new(topic, payload) { Retain = retain });

    public Task<MqttReason> AcknowledgeAsync(Guid epoch, long seq) =>
        SendAsync(LinkedStore.Topics.Ack, JsonSerializer.SerializeToUtf8Bytes(new AckMessage(epoch, seq), ContractsJson.Default.AckMessage), retain: true);

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private void Receive(MqttMessage message)
    {
        Assert.True(Topics.TryParse(message.Topic, out var topic));
        if (topic.Kind == "state")
        {
            states[message.Topic] = message.Payload.ToArray();
            return;
        }

        if (topic.Kind == "evt-batch")
        {
            var envelopes = Unpack(message);
            lock (gate) batches.Add(envelopes.Count);
            Take(envelopes);
            return;
        }

        var envelope = EventEnvelope.Parse(message.Payload);
        Assert.Equal(topic.Name, envelope.Type);
        Take([envelope]);
    }

    private static List<EventEnvelope> Unpack(MqttMessage message)
    {
        Assert.Equal(EventEnvelope.BatchContentType, message.ContentType ?? EventEnvelope.BatchContentType);
        Assert.InRange(message.Payload.Length, 1, BatchSize.MostBytes);
        using var gzip = new GZipStream(new MemoryStream(message.Payload.ToArray()), CompressionMode.Decompress);
        using var json = JsonDocument.Parse(gzip);
        return [.. json.RootElement.EnumerateArray().Select(e => EventEnvelope.Parse(JsonSerializer.SerializeToUtf8Bytes(e, ContractsJson.Default.JsonElement)))];
    }

    private void Take(List<EventEnvelope> envelopes)
    {
        lock (gate)
        {
            var before = row;
            foreach (var envelope in envelopes)
            {
                arrivals.Add(envelope.Seq);
                if (Loses(envelope.Seq)) continue;
                table[envelope.Seq] = envelope;
                if (ContractsJson.Read(envelope.Type, envelope.Data.Span) is not GapData gap) continue;
                foreach (var range in gap.Ranges)
                    for (var seq = range.From; seq <= range.To; seq++) declared.Add(seq);
            }

            while (table.ContainsKey(row + 1) || declared.Contains(row + 1)) row++;
            if (Acknowledges && row > before) _ = AcknowledgeAsync(envelopes[0].Epoch, row);
        }
    }
}

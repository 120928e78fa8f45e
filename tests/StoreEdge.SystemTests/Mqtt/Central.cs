using System.Collections.Concurrent;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>A small journey service: upserts by (epoch, seq), acknowledges the unbroken row cumulatively when told to.</summary>
internal sealed class Central : IAsyncDisposable
{
    private readonly MosquittoClient client;
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, EventEnvelope> table = [];
    private readonly ConcurrentDictionary<string, byte[]> states = new(StringComparer.Ordinal);
    private readonly List<long> arrivals = [];
    private long row;

    private Central(int port) =>
        client = new(new("central", Broker.Host, port) { Username = null, SessionExpiry = TimeSpan.FromMinutes(5) }, Receive, TimeProvider.System);

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

    /// <summary>The last of the unbroken row from 1.</summary>
    public long Row => Interlocked.Read(ref row);

    public static async Task<Central> ConnectedAsync(int port)
    {
        var central = new Central(port);
        await central.client.ConnectAsync(CancellationToken.None);
        await central.client.SubscribeAsync(Topics.EveryStoresEvents, MqttQos.AtLeastOnce);
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

        var envelope = EventEnvelope.Parse(message.Payload);
        Assert.Equal(topic.Name, envelope.Type);
        lock (gate)
        {
            arrivals.Add(envelope.Seq);
            if (Loses(envelope.Seq)) return;
            table[envelope.Seq] = envelope;
            var before = row;
            while (table.ContainsKey(row + 1)) row++;
            if (Acknowledges && row > before) _ = AcknowledgeAsync(envelope.Epoch, row);
        }
    }
}

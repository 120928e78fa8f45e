using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Gate;

/// <summary>Hears everything that a broker in a network of its own passes on, and when.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly ConcurrentQueue<Heard> heard = new();
    private readonly MosquittoClient client;

    private Subscriber(int port) => client = new(new("subscriber", Broker.Host, port), m => heard.Enqueue(new(Stopwatch.GetTimestamp(), m.Topic, m.Payload.ToArray())), TimeProvider.System);

    /// <summary>One message.</summary>
    /// <param name="At">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="Topic">Where.</param>
    /// <param name="Payload">As it came.</param>
    public sealed record Heard(long At, string Topic, byte[] Payload)
    {
        /// <summary>What is in it; of a batch, what it was before compression.</summary>
        public byte[] Content()
        {
            if (Payload is not [0x1F, 0x8B, ..]) return Payload;
            using var plain = new MemoryStream();
            using (var gzip = new GZipStream(new MemoryStream(Payload), CompressionMode.Decompress)) gzip.CopyTo(plain);
            return plain.ToArray();
        }
    }

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<Heard> All => heard;

    public static async Task<Subscriber> StartedAsync(NetworkNamespace where, int port)
    {
        var subscriber = new Subscriber(port);
        await where.StartAsync(subscriber.client);
        await subscriber.client.SubscribeAsync("#", MqttQos.AtLeastOnce);
        return subscriber;
    }

    /// <summary>When the events of a type came, in order: by themselves or in a batch.</summary>
    public IReadOnlyList<(long At, JsonNode Data)> Of(string type) =>
    [
        .. heard.Where(m => m.Topic.EndsWith($"/evt/{type}", StringComparison.Ordinal)).Select(m => (m.At, JsonNode.Parse(m.Payload)!["data"]!)),
    ];

    public ValueTask DisposeAsync() => client.DisposeAsync();
}

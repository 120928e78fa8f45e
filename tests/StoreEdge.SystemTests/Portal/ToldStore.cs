using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Portal;

/// <summary>A store with a broker and a central that listens and commands.</summary>
internal sealed class ToldStore : IAsyncDisposable
{
    private readonly Topics topics = new("demo");
    private MosquittoClient? central;
    private int commands;

    public Broker Broker { get; private init; } = null!;

    public AgentProcess Agent { get; private init; } = null!;

    /// <summary>Everything that passed the broker.</summary>
    public ConcurrentQueue<(string Topic, byte[] Payload)> Heard { get; } = new();

    /// <param name="configure">Changes the store's configuration.</param>
    /// <param name="broker">More lines for mosquitto.conf; then nobody judges what passes, since it may be refused on purpose.</param>
    public static async Task<ToldStore> OpenAsync(Action<JsonObject>? configure = null, string broker = "") => await OpenAsync(await Broker.StartedAsync(extra: broker, judged: broker.Length == 0), configure);

    private static async Task<ToldStore> OpenAsync(Broker broker, Action<JsonObject>? configure)
    {
        var store = new ToldStore
        {
            Broker = broker,
            Agent = new(broker.Port, configuration =>
            {
                configuration["store"]!["id"] = "demo";
                configuration["portal"]!["postsPerMinute"] = 1000;
                // The app's link, which proves who it is, needs a synchronized clock, which a machine under test may not have.
                configuration["portal"]!["typedIsProof"] = true;
                AgentProcess.EnrolFromFile(configuration);
                configure?.Invoke(configuration);
            }),
        };
        await store.ListenAsync();
        await store.Agent.StartAsync();
        await Eventually.Get(async () => (bool)(await store.Agent.StatusAsync())["link"]!["connected"]!, online => online, "a link");
        return store;
    }

    public async Task ListenAsync()
    {
        if (central is not null) await central.DisposeAsync();
        central = new(new("central", Broker.Host, Broker.Port), Hear, TimeProvider.System);
        await central.ConnectAsync(CancellationToken.None);
        await central.SubscribeAsync($"{Topics.Root}/#", MqttQos.AtLeastOnce);
    }

    private void Hear(MqttMessage message)
    {
        if (message.Topic != topics.EventBatch)
        {
            Heard.Enqueue((message.Topic, message.Payload.ToArray()));
            return;
        }

        using var unzipped = new GZipStream(new MemoryStream(message.Payload.ToArray()), CompressionMode.Decompress);
        foreach (var envelope in JsonNode.Parse(unzipped)!.AsArray())
            Heard.Enqueue((topics.Event(((string)envelope!["type"]!).Split('.')[1]), Encoding.UTF8.GetBytes(envelope.ToJsonString())));
    }

    /// <summary>Waits for the <paramref name="count"/>th event of a type at central.</summary>
    public async Task<JsonNode> HeardAsync(string type, int count = 1) => JsonNode.Parse((await Eventually.Get(
        () => Task.FromResult(Heard.Where(m => m.Topic == topics.Event(type)).ToList()), all => all.Count >= count, $"{type} {count} at central"))[count - 1].Payload)!;

    /// <summary>Has central say how a request for help goes on.</summary>
    /// <returns>What came of it.</returns>
    public async Task<string?> OrderAsync(JsonNode asked, string state) =>
        (string?)(await CommandAsync("help", $$"""{"id":"help-{{Interlocked.Increment(ref commands)}}","requestId":"{{(string)asked["requestId"]!}}","state":"{{state}}"}"""))["result"];

    public async Task<JsonNode> CommandAsync(string name, string json)
    {
        var id = (string)JsonNode.Parse(json)!["id"]!;
        Assert.True((await central!.PublishAsync(new(topics.Command(name), Encoding.UTF8.GetBytes(json)))).IsAccepted);
        return await Eventually.Get(
            () => Task.FromResult(Heard.Where(m => m.Topic == topics.Response(name)).Select(m => JsonNode.Parse(m.Payload)!).FirstOrDefault(m => (string?)m["id"] == id) ?? new JsonObject()),
            found => found["id"] is not null, $"an answer to {name}");
    }

    /// <summary>Has central hold everything up to an event that it has heard.</summary>
    public async Task AcknowledgeAsync(JsonNode envelope)
    {
        var ack = new AckMessage(Guid.Parse((string)envelope["epoch"]!, System.Globalization.CultureInfo.InvariantCulture), long.Parse((string)envelope["sequence"]!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True((await central!.PublishAsync(new(topics.Ack, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(ack, ContractsJson.Default.AckMessage)))).IsAccepted);
    }

    /// <summary>Has central say what it knows of a visit's customer.</summary>
    public async Task ToldOfAsync(string visit)
    {
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        string Said(string name, string value, string purpose) => $$"""{{name}}:{"value":{{value}},"asOf":"{{now}}","maxAgeSeconds":3600,"purpose":"{{purpose}}"}""";
        var json = $$"""
            {"visitId":"{{visit}}","attributes":{ {{Said("\"lifecycle\"", "\"customer\"", "service")}},{{Said("\"interest\"", "[\"coffee\",\"bread\"]", "marketing")}},{{Said("\"tier\"", "\"gold\"", "loyalty")}},
            {{Said("\"household\"", "\"k1-7z3q9w0m4x8rjt2c5hvbn6dkpe\"", "service")}},{{Said("\"commercialHold\"", "false", "service")}} } }
            """;
        Assert.True((await central!.PublishAsync(new(topics.Context(visit), Encoding.UTF8.GetBytes(json)))).IsAccepted);
    }

    public async ValueTask DisposeAsync()
    {
        if (central is not null) await central.DisposeAsync();
        await Agent.DisposeAsync();
        await Broker.DisposeAsync();
    }

    /// <summary>Has central tell the customer of a visit that their order is late.</summary>
    public async Task NoticeAsync(string visit)
    {
        var json = $$"""
            {"noticeId":"order-7","visitId":"{{visit}}","kind":"order-late","text":{"pt-BR":"Seu pedido 7 atrasou."},"remedy":{"pt-BR":"A entrega é por nossa conta."},
            "validUntil":"{{DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture)}}"}
            """;
        Assert.True((await central!.PublishAsync(new(topics.Notice(visit), Encoding.UTF8.GetBytes(json)))).IsAccepted);
    }
}

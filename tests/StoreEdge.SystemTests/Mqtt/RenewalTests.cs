using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>A store renews its own certificate over the link that it renews, at a real broker that lets nobody in without one, from an authority that is a process of its own.</summary>
public sealed class RenewalTests : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-renewal-").FullName;

    public RenewalTests() => Site = new(directory);

    private AuthorityProcess Site { get; }

    private string State => Path.Combine(directory, "state");

    private DeviceIdentity Identity => new(State);

    public async Task InitializeAsync() => await Site.MakeAsync();

    public async Task DisposeAsync()
    {
        await Site.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_running_store_takes_its_successor_over_its_own_link_and_neither_key_is_heard_by_anybody()
    {
        var heard = new ConcurrentQueue<(string Topic, byte[] Payload)>();
        await using var broker = await Broker.StartedAsync(extra: Site.Listeners());
        await using var listener = new MosquittoClient(new("listener", Broker.Host, broker.Port), m => heard.Enqueue((m.Topic, m.Payload.ToArray())), TimeProvider.System);
        await listener.ConnectAsync(CancellationToken.None);
        await listener.SubscribeAsync("#", MqttQos.AtLeastOnce);
        await EnrolAsync(broker.Port);
        await Site.ServeAsync(broker.Port, "--days", "365");
        var (former, formerFile) = (Identity.InForce()!, await File.ReadAllTextAsync(Identity.File));

        await using var store = Linked();
        // Of its ninety days seventy are over, but nobody here knows yet what time it is.
        DateTimeOffset? now = null;
        var loop = Opened(store, () => now);
        using var stop = new CancellationTokenSource();
        store.Run();
        await Eventually.True(() => store.Link.Status.IsOnline, "the store online");
        await loop.LookAsync(stop.Token);
        Assert.True(loop.Status.WaitsForTime);
        Assert.Single(heard, m => m.Topic.Contains("certificate-request", StringComparison.Ordinal)); // the claim's
        now = TimeProvider.System.GetUtcNow().AddDays(70);
        var running = loop.RunAsync(stop.Token);
        // The loop looks again within a minute; here it need not.
        await Eventually.True(() => loop.Status is { Renewed: 1 } || loop.Status.LastFailure is not null, "a renewal", TimeSpan.FromMinutes(2));
        Assert.Null(loop.Status.LastFailure);
        Assert.True(Identity.InForce()!.NotAfter > former.NotAfter.AddDays(200));
        var renewed = Identity.InForce()!;
        await Eventually.True(() => store.Link.Status is { IsOnline: true, Connections: 2 }, "a connection with the successor");
        Assert.Contains(store.Link.Status.Certificates, c => c.Role == "client" && c.NotAfter == renewed.NotAfter);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        var secrets = new[] { formerFile, await File.ReadAllTextAsync(Identity.File) }.SelectMany(pem =>
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            var number = key.ExportParameters(true).D!;
            return new[] { Encoding.Latin1.GetString(number), Convert.ToHexString(number), Convert.ToHexStringLower(number), key.ExportPkcs8PrivateKeyPem().Split('\n')[1] };
        }).ToList();
        var places = heard.Select(m => (Name: m.Topic, Bytes: m.Payload)).ToList();
        places.AddRange(Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(f => f != Identity.File && !f.EndsWith(".lock", StringComparison.Ordinal)).Select(f => (f, File.ReadAllBytes(f))));
        Assert.Equal(2, places.Count(p => p.Name.Contains("certificate-answer", StringComparison.Ordinal)));
        foreach (var (name, bytes) in places)
            foreach (var secret in secrets)
                Assert.True(bytes.AsSpan().IndexOf(Encoding.Latin1.GetBytes(secret)) < 0, $"a key is in {name}");
    }

    [Fact]
    public async Task What_the_broker_does_not_take_is_not_taken_and_the_standing_connection_notices_nothing()
    {
        using var stranger = new Authority(Path.Combine(directory, "stranger"), "Stranger");
        await using var broker = await Broker.StartedAsync(extra: Site.Listeners());
        await EnrolAsync(broker.Port);
        var kept = await File.ReadAllTextAsync(Identity.File);
        MosquittoClient? central = null;
        central = new(new("central", Broker.Host, broker.Port), m =>
        {
            var asked = JsonSerializer.Deserialize(m.Payload.Span, ContractsJson.Default.CertificateRequestMessage)!;
            var answer = new CertificateAnswerMessage(asked.Id, "issued", null, null, stranger.Sign(asked.Request, 400), null);
            _ = central!.PublishAsync(new(LinkedStore.Topics.CertificateAnswer(asked.Id), JsonSerializer.SerializeToUtf8Bytes(answer, ContractsJson.Default.CertificateAnswerMessage)));
        }, TimeProvider.System);
        await using var disposing = central;
        await central.ConnectAsync(CancellationToken.None);
        await central.SubscribeAsync(Topics.EveryStoresCertificateRequests, MqttQos.AtLeastOnce);

        await using var store = Linked();
        var loop = Opened(store, () => TimeProvider.System.GetUtcNow().AddDays(70));
        // Two loops, one after the other, so that none has to wait for its pause. Without a connection it is a failure as any other.
        var offline = Opened(store, () => TimeProvider.System.GetUtcNow().AddDays(70));
        await offline.LookAsync(CancellationToken.None);
        Assert.Equal("There was no connection to the broker.", offline.Status.LastFailure);
        store.Run();
        await Eventually.True(() => store.Link.Status.IsOnline, "the store online");
        await loop.LookAsync(CancellationToken.None);
        Assert.StartsWith("The broker does not take the new certificate:", loop.Status.LastFailure, StringComparison.Ordinal);
        Assert.Equal(kept, await File.ReadAllTextAsync(Identity.File));
        Assert.Equal((true, 1), (store.Link.Status.IsOnline, (int)store.Link.Status.Connections));
        Assert.Equal(["device.pem", "renewal.key"], Directory.GetFiles(Path.GetDirectoryName(Identity.File)!).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }

    /// <summary>By a claim, as a device of the field is.</summary>
    private async Task EnrolAsync(int port)
    {
        await Site.ServeAsync(port, "--days", "90");
        var claim = await Site.ClaimAsync(LinkedStore.Id);
        await using var device = new AgentProcess(Site.Mutual, configuration =>
        {
            configuration["store"]!["id"] = LinkedStore.Id;
            configuration["state"]!["directory"] = State;
            (configuration["mqtt"]!["caFile"], configuration["mqtt"]!["certificateFile"], configuration["mqtt"]!["keyFile"]) = (Site.CertificateFile, Identity.File, Identity.File);
            (configuration["mqtt"]!["tls"], configuration["mqtt"]!["claimPort"]) = (true, Site.Claims);
        });
        Directory.CreateDirectory(State);
        var (code, output, error) = await device.RunAsync(claim.Text, "enroll", "--config", device.ConfigurationFile, "--claim-file", "-");
        Assert.True(code == 0, output + error + Site.ReadLog());
        await Site.StopAsync();
    }

    private BrokerOptions Secured(BrokerOptions options) => options with
    {
        Tls = new(Site.CertificateFile, Identity.File, Identity.File), Renews = true, FilesEvery = TimeSpan.FromMilliseconds(200),
    };

    private LinkedStore Linked() => new(Site.Mutual, State, Secured);

    private RenewalLoop Opened(LinkedStore store, Func<DateTimeOffset?> now) => RenewalParts.Open(
        Secured(new(Broker.Host, Site.Mutual)), new(LinkedStore.Id), State, store.Link, now, VerificationClock.Of(TimeProvider.System), store.Health, TimeProvider.System, NullLoggerFactory.Instance)!;
}

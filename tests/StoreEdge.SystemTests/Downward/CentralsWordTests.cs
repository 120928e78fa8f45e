using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Core.Signing;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Downward;

/// <summary>The real agent, a real mosquitto, and a central that signs documents and sends commands.</summary>
public sealed class CentralsWordTests : IAsyncLifetime, IDisposable
{
    private static readonly Topics Topics = new("demo");
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, JsonNode> retained = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<MqttMessage> answers = new();
    private Broker broker = null!;
    private AgentProcess agent = null!;
    private MosquittoClient central = null!;

    public async Task InitializeAsync()
    {
        broker = await Broker.StartedAsync(persistence: true);
        agent = new(broker.Port, configuration =>
        {
            configuration["store"]!["id"] = "demo";
            AgentProcess.EnrolFromFile(configuration);
            var file = Path.Combine((string)configuration["state"]!["directory"]!, "..", "central.pub.pem");
            File.WriteAllText(file, key.ExportSubjectPublicKeyInfoPem());
            configuration["central"] = new JsonObject { ["publicKeyFile"] = file, ["trial"] = "15s" };
            configuration["mqtt"]!["retryFirst"] = "200ms";
            configuration["mqtt"]!["retryMost"] = "1s";
        });
        await agent.StartAsync();
        await ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await central.DisposeAsync();
        await agent.DisposeAsync();
        await broker.DisposeAsync();
    }

    public void Dispose() => key.Dispose();

    [Fact]
    public async Task A_configuration_proves_itself_and_an_outage_takes_the_next_one_back()
    {
        await DesireAsync("config", 1, """{"presence":{"zoneMargin":8}}""");
        await StateAsync("config", "applied", 1);
        Assert.Contains("to read its configuration again", agent.Log, StringComparison.Ordinal);

        await DesireAsync("config", 2, """{"presence":{"zoneMargin":7}}""");
        await Eventually.True(() => FileOf("config").Contains("\"begun\": true", StringComparison.Ordinal), "a trial");
        await broker.StopAsync();
        await Eventually.True(() => FileOf("config").Contains("\"state\": \"reverted\"", StringComparison.Ordinal), "the end of the trial");
        await broker.StartAsync();
        await central.DisposeAsync();
        await ConnectAsync();
        var state = await StateAsync("config", "reverted", 2);
        Assert.Equal(1, (long)state["inForceVersion"]!);
        Assert.Contains("no link to central", (string)state["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_or_forbidden_document_changes_nothing_and_is_told()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await DesireAsync("displays", 1, """{"displays":[]}""", stranger);
        Assert.Contains("no pinned key", (string)(await StateAsync("displays", "refused", 0))["reason"]!, StringComparison.Ordinal);
        await DesireAsync("config", 1, """{"http":{"listen":"0.0.0.0:1"}}""");
        Assert.Contains("may not set", (string)(await StateAsync("config", "refused", 1))["reason"]!, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(agent.State, "desired", "config.json")));
    }

    [Fact]
    public async Task The_tool_signs_what_the_store_takes()
    {
        var (pem, bundle) = (Path.Combine(agent.Directory, "key.pem"), Path.Combine(Checkout.Root, "deploy/examples/bundle.json"));
        await File.WriteAllTextAsync(pem, key.ExportECPrivateKeyPem());
        var (code, message, error) = await agent.RunAsync(null, "desired", "sign", "--key", pem, "--kind", "bundle", "--store", "*", "--version", "3", bundle);
        Assert.True(code == 0, error);
        await central.PublishAsync(new(Topics.Desired("bundle"), Encoding.UTF8.GetBytes(message)) { Retain = true });
        await StateAsync("bundle", "applied", 3);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    public async Task A_command_is_answered_where_it_asks_and_the_same_id_twice_alike(string protocol)
    {
        for (var i = 0; i < 2; i++)
        {
            if (protocol == "5")
            {
                using var rr = Process.Start(new ProcessStartInfo("mosquitto_rr", [
                    "-V", "5", "-q", "1", "-p", $"{broker.Port}", "-t", Topics.Command("ping"), "-e", "central/answers", "-W", "30", "-D", "publish", "correlation-data", "c-7",
                    "-F", "%t %D %p", "-m", """{"id":"ping-1","expiresAt":null}""",
                ])
                { RedirectStandardOutput = true })!;
                var said = await rr.StandardOutput.ReadToEndAsync();
                await rr.WaitForExitAsync();
                Assert.StartsWith("central/answers c-7 {", said, StringComparison.Ordinal);
                Assert.Contains("\"result\":\"done\"", said, StringComparison.Ordinal);
                continue;
            }

            using var pub = Process.Start("mosquitto_pub", ["-V", "mqttv311", "-q", "1", "-p", $"{broker.Port}", "-t", Topics.Command("ping"), "-m", """{"id":"ping-2","expiresAt":null}"""]);
            await pub.WaitForExitAsync();
            var wanted = i + 1;
            await Eventually.True(() => answers.Count(a => a.Topic == Topics.Response("ping")) == wanted, "an answer on res/ping");
        }
    }

    [Fact]
    public async Task What_is_said_of_one_visit_is_not_taken_for_another()
    {
        await using var visitor = await Visitor.ComesInAsync(agent);
        var visit = (string)(await agent.KeptAsync(EventTypes.Arrival))["visitId"]!;
        async Task SaysAsync(string topic)
        {
            var notice = new NoticeMessage("n1", visit, "order-ready", new Dictionary<string, string> { ["en"] = "Your order is at the counter." }, TimeProvider.System.GetUtcNow().AddHours(1));
            await central.PublishAsync(new(topic, JsonSerializer.SerializeToUtf8Bytes(notice, ContractsJson.Default.NoticeMessage)));
        }

        bool Warns() => retained.GetValueOrDefault(Topics.HealthState)?.ToJsonString().Contains("names another visit", StringComparison.Ordinal) ?? false;
        await SaysAsync(Topics.Notice("somebody-else"));
        await Eventually.True(Warns, "a warning about the wrong topic");
        await SaysAsync(Topics.Notice(visit));
        await Eventually.True(() => !Warns(), "the all-clear");
    }

    [SlowFact]
    public async Task Killed_at_any_moment_of_a_trial_the_store_has_the_old_or_the_new()
    {
        var random = new Random(20261122);
        for (var version = 1; version <= 20; version++)
        {
            await DesireAsync("config", version, $$$"""{"presence":{"zoneMargin":{{{version % 20 + 1}}}}}""");
            await Task.Delay(random.Next(0, 3000));
            await agent.KillAsync();
            await agent.StartAsync();
            var record = JsonNode.Parse(FileOf("config") is { Length: > 0 } text ? text : """{"good":null,"trial":null,"highest":0}""")!;
            Assert.True((long)record["highest"]! >= version - 1);
            var wanted = version;
            await Eventually.Get(() => Task.FromResult(retained.GetValueOrDefault(Topics.ConfigState)?.ToJsonString() ?? ""),
                s => s.Contains($"\"version\":{wanted}", StringComparison.Ordinal) && (s.Contains("applied", StringComparison.Ordinal) || s.Contains("reverted", StringComparison.Ordinal)), $"the end of trial {version}");
        }
    }

    private string FileOf(string kind) => Path.Combine(agent.State, "desired", $"{kind}.json") is var file && File.Exists(file) ? File.ReadAllText(file) : "";

    private async Task ConnectAsync()
    {
        central = new(new("central", Broker.Host, broker.Port), message =>
        {
            if (message.Topic.Contains("/state/", StringComparison.Ordinal)) retained[message.Topic] = JsonNode.Parse(message.Payload.Span)!;
            else answers.Enqueue(message);
        }, TimeProvider.System);
        await central.ConnectAsync(CancellationToken.None);
        await central.SubscribeAsync($"{Topics.Root}/+/state/+", MqttQos.AtLeastOnce);
        await central.SubscribeAsync(Topics.EveryStoresResponses, MqttQos.AtLeastOnce);
    }

    private Task<MqttReason> DesireAsync(string kind, long version, string document, ECDsa? with = null) => central.PublishAsync(new(
        Topics.Desired(kind),
        JsonSerializer.SerializeToUtf8Bytes(new DesiredMessage(document, DetachedSignature.Sign(document, new(kind, "demo", version, null), with ?? key)), ContractsJson.Default.DesiredMessage))
    {
        Retain = true,
    });

    private async Task<JsonNode> StateAsync(string kind, string state, long version)
    {
        JsonNode? Find() => retained.GetValueOrDefault(Topics.ConfigState)?["documents"]!.AsArray().FirstOrDefault(d => (string)d!["document"]! == kind);
        var found = await Eventually.Get(
            () => Task.FromResult(Find()), d => d is not null && (string)d["state"]! == state && (long)d["version"]! == version, $"{kind} {version} {state}", TimeSpan.FromSeconds(120));
        return found!;
    }
}

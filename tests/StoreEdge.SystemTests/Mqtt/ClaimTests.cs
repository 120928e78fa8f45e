using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core.Claims;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>A device gets its certificate with a code that somebody types, at a broker where others listen and speak.</summary>
public sealed class ClaimTests : IAsyncLifetime
{
    private const string Store = "demo-store";

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-claim-").FullName;
    private readonly ConcurrentQueue<(string Topic, byte[] Payload)> heard = new();
    private readonly List<AgentProcess> devices = [];

    public ClaimTests() => Site = new(directory);

    private AuthorityProcess Site { get; }

    public async Task InitializeAsync() => await Site.MakeAsync();

    public async Task DisposeAsync()
    {
        foreach (var device in devices) await device.DisposeAsync();
        await Site.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_device_is_enrolled_by_a_claim_under_the_access_list_of_the_guide_and_goes_online()
    {
        var list = Path.Combine(directory, "access.acl");
        File.Copy(Path.Combine(Checkout.Root, "deploy/broker/access.acl"), list);
        await using var broker = await Broker.StartedAsync(extra: Site.Listeners() + $"acl_file {list}\n", judged: false);
        await Site.ServeAsync(Site.Mutual, "--tls");
        var claim = await Site.ClaimAsync(Store);
        // Somebody else at the door for strangers.
        await using var stranger = Stranger("stranger");
        await stranger.ConnectAsync(CancellationToken.None);
        foreach (var filter in new[] { "#", "stores/v1/+/certificate-answer/+", "stores/v1/+/certificate-request/+" }) await stranger.SubscribeAsync(filter, MqttQos.AtLeastOnce);
        var file = Path.Combine(directory, "code");
        await File.WriteAllTextAsync(file, claim.Text + "\n");
        var device = Device();

        var (code, output, error) = await device.RunAsync(null, "enroll", "--config", device.ConfigurationFile, "--claim-file", file);
        Assert.True(code == 0, output + error + Site.ReadLog() + broker.ReadLog());
        Assert.Contains("in force until", output, StringComparison.Ordinal);
        Assert.Contains($"Asked with claim {claim.Id}", error, StringComparison.Ordinal);
        await device.StartAsync();
        await Eventually.Get(async () => (bool)(await device.StatusAsync())["link"]!["connected"]!, yes => yes, "the device online");
        Assert.Contains($"claim {claim.Id}", Site.ReadLog(), StringComparison.Ordinal);
        // What there was for it comes before the answer to its next question.
        await stranger.SubscribeAsync("stores/v1/stranger/#", MqttQos.AtLeastOnce);
        Assert.Empty(heard);
        foreach (var topic in new[] { $"stores/v1/{Store}/evt/arrival", $"stores/v1/{Store}/certificate-answer/speaker", $"stores/v1/{Store}/certificate-request/else" })
        {
            // One each: with max_queued_messages 0, as tests have it, mosquitto 2.0.11 ends the connection after it has refused.
            await using var speaker = Stranger("speaker");
            await speaker.ConnectAsync(CancellationToken.None);
            Assert.True((await speaker.PublishAsync(new(topic, "{}"u8.ToArray()))).IsRefused, topic);
        }
    }

    [Fact]
    public async Task A_claim_is_for_one_device_and_for_a_time_and_a_replay_gets_nothing_and_no_secret_is_anywhere()
    {
        await using var broker = await Broker.StartedAsync(extra: Site.Listeners());
        await using var listener = await ListenerAsync(broker.Port);
        await Site.ServeAsync(broker.Port);
        var claim = await Site.ClaimAsync(Store);
        var (first, second) = (Device(), Device());

        var (code, output, error) = await first.RunAsync(claim.Text, Enroll(first, "--claim-file", "-"));
        Assert.True(code == 0, output + error + Site.ReadLog());
        var kept = await File.ReadAllTextAsync(IdentityOf(first));
        var request = Assert.Single(heard, m => m.Topic.Contains("/certificate-request/", StringComparison.Ordinal));

        // Again with the same code: another device is refused by somebody who knows the claim.
        (code, _, error) = await second.RunAsync(null, Enroll(second, "--claim", claim.Text));
        Assert.Equal(1, code);
        Assert.Contains($"Refused: claim {claim.Id} was used by another device (used).", error, StringComparison.Ordinal);
        Assert.False(File.Exists(IdentityOf(second)));

        // What was overheard, said once more by somebody else.
        await listener.PublishAsync(new(request.Topic, request.Payload));
        var again = await Eventually.Get(
            () => Task.FromResult(Answers().LastOrDefault(a => request.Topic.EndsWith(a.Id, StringComparison.Ordinal))), a => a?.Reason is not null, "the answer to a replay");
        Assert.Equal(("refused", CertificateRefusals.Replayed, null), (again!.Result, again.Reason, again.Certificate));
        Assert.Equal(kept, await File.ReadAllTextAsync(IdentityOf(first)));

        var late = await Site.ClaimAsync(Store, "1ms");
        (code, _, error) = await second.RunAsync(late.Text, Enroll(second, "--claim-file", "-"));
        Assert.Equal(1, code);
        Assert.Contains("(expired).", error, StringComparison.Ordinal);

        var places = heard.Select(m => (m.Topic, Bytes: m.Payload)).ToList();
        foreach (var device in devices) places.AddRange(Directory.EnumerateFiles(device.Directory, "*", SearchOption.AllDirectories).Select(f => (f, File.ReadAllBytes(f))));
        places.Add((Site.Log, await File.ReadAllBytesAsync(Site.Log)));
        places.Add((broker.Log, Encoding.UTF8.GetBytes(broker.ReadLog())));
        foreach (var one in new[] { claim, late }) AssertNowhere(places, Encoding.ASCII.GetString(one.Secret)[..12], one.Text[10..24], one.Text.Replace("-", "", StringComparison.Ordinal)[8..20]);
        using var key = ECDsa.Create();
        key.ImportFromPem(kept);
        AssertNowhere([.. places.Where(p => p.Topic != IdentityOf(first))], Secrets(key));
    }

    [Fact]
    public async Task A_code_that_was_mistyped_is_told_at_once_and_one_that_nobody_issued_is_never_believed_to_be_refused()
    {
        await using var broker = await Broker.StartedAsync(extra: Site.Listeners());
        await Site.ServeAsync(broker.Port);
        var device = Device();
        var (code, _, error) = await device.RunAsync(null, Enroll(device, "--claim", "0000-1111"));
        Assert.Equal(2, code);
        Assert.Contains("a claim has 36 letters and digits, and this has 8", error, StringComparison.Ordinal);

        var nobodys = ClaimCode.Of(RandomNumberGenerator.GetBytes(ClaimCode.RandomBytes));
        (code, _, error) = await device.RunAsync(null, Enroll(device, "--claim", nobodys.Text, "--wait", "10"));
        Assert.Equal(1, code);
        Assert.Contains("not believed. Waiting goes on.", error, StringComparison.Ordinal);
        Assert.Contains($"could not prove it: unknown, there is no claim {nobodys.Id}.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_certificate_and_a_forged_refusal_are_not_believed_and_the_true_answer_is()
    {
        using var stranger = new Authority(Path.Combine(directory, "stranger"), "Stranger");
        await using var broker = await Broker.StartedAsync(extra: Site.Listeners());
        // It has a session at the broker, so it will hear what was asked while it is away.
        await Site.ServeAsync(broker.Port);
        await Site.StopAsync();
        await using var listener = await ListenerAsync(broker.Port);
        var claim = await Site.ClaimAsync(Store);
        var device = Device();
        var enrolling = device.RunAsync(null, Enroll(device, "--claim", claim.Text));
        var (topic, asked) = await RequestAsync();
        foreach (var forged in new[]
        {
            new CertificateAnswerMessage(asked.Id, "refused", "used", "go\u001b[2Jaway", null, null),
            new CertificateAnswerMessage(asked.Id, "issued", null, null, stranger.Sign(asked.Request), new string('A', 43)),
            new CertificateAnswerMessage(asked.Id, "issued", null, null, stranger.Sign(asked.Request), asked.Proof.Length == 43 ? asked.Proof : null),
        })
            await AnswerAsync(listener, topic, forged);
        Assert.False(enrolling.IsCompleted);
        await Site.ServeAsync(broker.Port);
        var (code, output, error) = await enrolling;
        Assert.True(code == 0, output + error + Site.ReadLog());
        Assert.Contains("without proof of knowing the claim (used, go [2Jaway): not believed", error, StringComparison.Ordinal);
        using var taken = X509Certificate2.CreateFromPemFile(IdentityOf(device), IdentityOf(device));
        Assert.Equal("CN=StoreEdge trial authority", taken.Issuer);
    }

    [Fact]
    public async Task A_certificate_for_another_key_is_refused_even_from_somebody_who_knows_the_claim_and_silence_ends_in_time()
    {
        using var other = new Authority(Path.Combine(directory, "other"), "Other");
        await using var broker = await Broker.StartedAsync(extra: Site.Listeners());
        await using var listener = await ListenerAsync(broker.Port);
        var claim = ClaimCode.Of(RandomNumberGenerator.GetBytes(ClaimCode.RandomBytes));
        var device = Device();
        var enrolling = device.RunAsync(null, Enroll(device, "--claim", claim.Text));
        var (topic, asked) = await RequestAsync();
        var pem = await File.ReadAllTextAsync(other.Issue(Store).Certificate);
        await AnswerAsync(listener, topic, new(asked.Id, "issued", null, null, pem, CertificateProof.By(claim, CertificateProof.OfAnswer(Store, asked.Id, asked.Request, "issued", null, null, pem))));
        var (code, _, error) = await enrolling;
        Assert.Equal(1, code);
        Assert.Contains("is for another key", error, StringComparison.Ordinal);
        Assert.False(File.Exists(IdentityOf(device)));

        (code, _, error) = await device.RunAsync(null, Enroll(device, "--claim", claim.Text, "--wait", "2"));
        Assert.Equal(1, code);
        Assert.Contains("Nobody who knows the claim answered within 2 s.", error, StringComparison.Ordinal);
        Assert.Contains("the same claim may be tried again", error, StringComparison.Ordinal);
    }

    private static string[] Enroll(AgentProcess device, params string[] more) => ["enroll", "--config", device.ConfigurationFile, .. more];

    private static string IdentityOf(AgentProcess device) => Path.Combine(device.State, "identity/device.pem");

    /// <summary>The key in the forms in which a program might leave it somewhere: its number, and the middle of its PEM.</summary>
    private static string[] Secrets(ECDsa key)
    {
        var number = key.ExportParameters(true).D!;
        return [Encoding.Latin1.GetString(number), Convert.ToHexString(number), Convert.ToHexStringLower(number), Convert.ToBase64String(number)[..40], key.ExportPkcs8PrivateKeyPem().Split('\n')[1]];
    }

    private static void AssertNowhere(IReadOnlyList<(string Name, byte[] Bytes)> places, params string[] secrets)
    {
        foreach (var (name, bytes) in places)
            foreach (var secret in secrets)
                Assert.True(bytes.AsSpan().IndexOf(Encoding.Latin1.GetBytes(secret)) < 0, $"a secret is in {name}");
    }

    private IEnumerable<CertificateAnswerMessage> Answers() =>
        heard.Where(m => m.Topic.Contains("/certificate-answer/", StringComparison.Ordinal)).Select(m => JsonSerializer.Deserialize(m.Payload, ContractsJson.Default.CertificateAnswerMessage)!);

    private async Task<(string AnswerTopic, CertificateRequestMessage Asked)> RequestAsync()
    {
        await Eventually.True(() => heard.Any(m => m.Topic.Contains("/certificate-request/", StringComparison.Ordinal)), "a request");
        var (topic, payload) = heard.First(m => m.Topic.Contains("/certificate-request/", StringComparison.Ordinal));
        return (topic.Replace("request", "answer", StringComparison.Ordinal), JsonSerializer.Deserialize(payload, ContractsJson.Default.CertificateRequestMessage)!);
    }

    private static async Task AnswerAsync(MosquittoClient client, string topic, CertificateAnswerMessage answer) =>
        Assert.True((await client.PublishAsync(new(topic, JsonSerializer.SerializeToUtf8Bytes(answer, ContractsJson.Default.CertificateAnswerMessage)))).IsAccepted);

    private async Task<MosquittoClient> ListenerAsync(int port)
    {
        var listener = new MosquittoClient(new("listener", Broker.Host, port), m => heard.Enqueue((m.Topic, m.Payload.ToArray())), TimeProvider.System);
        await listener.ConnectAsync(CancellationToken.None);
        await listener.SubscribeAsync("#", MqttQos.AtLeastOnce);
        return listener;
    }

    private MosquittoClient Stranger(string name) => new(
        new(name, Broker.Host, Site.Claims) { Tls = new(Site.CertificateFile, null, null) }, m => heard.Enqueue((m.Topic, m.Payload.ToArray())), TimeProvider.System);

    private AgentProcess Device()
    {
        var device = new AgentProcess(Site.Mutual, configuration =>
        {
            var file = Path.Combine((string)configuration["state"]!["directory"]!, "identity/device.pem");
            (configuration["mqtt"]!["caFile"], configuration["mqtt"]!["certificateFile"], configuration["mqtt"]!["keyFile"]) = (Site.CertificateFile, file, file);
            (configuration["mqtt"]!["tls"], configuration["mqtt"]!["claimPort"]) = (true, Site.Claims);
        });
        Directory.CreateDirectory(device.State);
        devices.Add(device);
        return device;
    }
}

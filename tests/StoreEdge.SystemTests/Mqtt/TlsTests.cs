using StoreEdge.Agent.Mqtt;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>TLS against a real mosquitto: what works, and that each fault is called by its name, with evidence and a next action of its own.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly DateTimeOffset Today = DateTimeOffset.UtcNow;

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-tls-").FullName;
    private readonly Authority authority;

    public TlsTests() => authority = new(Path.Combine(directory, "ca"));

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData(MqttProtocol.V5, false)]
    [InlineData(MqttProtocol.V311, true)]
    public async Task A_private_authority_and_client_certificates_work(MqttProtocol protocol, bool rsa)
    {
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker", rsa: rsa)));
        await using var client = Client(broker.Port, authority.Trusting(authority.Issue("store-1", rsa: rsa)), o => o with { Protocol = protocol });
        var session = await client.ConnectAsync(CancellationToken.None);
        Assert.Equal("broker", session.Server?.CommonName);
        Assert.True((await client.PublishAsync(new("a", new byte[100_000]))).IsAccepted);
    }

    [Fact]
    public async Task A_broker_of_another_authority_is_named_with_both()
    {
        using var other = new Authority(Path.Combine(directory, "other"), "Somebody else");
        await using var broker = await Broker.StartedAsync(extra: other.Listener(other.Issue("broker"), wantsClients: false));
        var failure = await FailureOf(broker.Port, authority.Trusting());
        Has(failure, MqttFailureKind.TlsAuthority, "CN=broker", "CN=Somebody else", "CN=Test authority");
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_named_with_both()
    {
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker", host: "mqtt.example"), wantsClients: false));
        Has(await FailureOf(broker.Port, authority.Trusting()), MqttFailureKind.TlsName, "mqtt.example", "127.0.0.1");
    }

    [Fact]
    public async Task A_brokers_certificate_out_of_its_time_is_named_with_its_dates()
    {
        await using (var late = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("late", new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero)), wantsClients: false)))
            Has(await FailureOf(late.Port, authority.Trusting(), o => o with { VerificationTime = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) }), MqttFailureKind.TlsExpired, "CN=late", "2026-01-31");
        await using var early = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("early", Today.AddDays(40), Today.AddDays(400)), wantsClients: false));
        Has(await FailureOf(early.Port, authority.Trusting()), MqttFailureKind.TlsNotYetValid, "CN=early", $"{Today.AddDays(40):yyyy-MM-dd}");
    }

    [Fact]
    public async Task A_client_certificate_that_the_broker_refuses_is_told_from_one_that_has_expired()
    {
        using var other = new Authority(Path.Combine(directory, "other"), "Somebody else");
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker")));
        Has(await FailureOf(broker.Port, authority.Trusting(authority.Issue("old", Today.AddDays(-90), Today.AddDays(-2)))), MqttFailureKind.TlsClientExpired, "CN=old", $"{Today.AddDays(-2):yyyy-MM-dd}");
        Has(await FailureOf(broker.Port, authority.Trusting(other.Issue("stranger"))), MqttFailureKind.TlsClientRefused, "CN=stranger", "Somebody else");
        Has(await FailureOf(broker.Port, authority.Trusting()), MqttFailureKind.TlsClientRefused, "none is configured");
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_named_before_anything_is_sent()
    {
        var (certificate, _) = authority.Issue("store-1");
        var (_, otherKey) = authority.Issue("store-2");
        var (_, rsaKey) = authority.Issue("store-3", rsa: true);
        var nobody = Checkout.FreePort();
        Has(await FailureOf(nobody, authority.Trusting((certificate, otherKey))), MqttFailureKind.TlsKeyMismatch, "store-1.pem", "store-2.key");
        Has(await FailureOf(nobody, authority.Trusting((certificate, rsaKey))), MqttFailureKind.TlsKeyMismatch, "store-1.pem", "store-3.key");
        Has(await FailureOf(nobody, authority.Trusting((certificate, certificate))), MqttFailureKind.TlsFiles, "store-1.pem", "no private key");
        Has(await FailureOf(nobody, new("/no/such/ca.pem", null, null)), MqttFailureKind.TlsFiles, "/no/such/ca.pem");
        var empty = Path.Combine(directory, "empty.pem");
        await File.WriteAllTextAsync(empty, "");
        Has(await FailureOf(nobody, new(empty, null, null)), MqttFailureKind.TlsFiles, "empty.pem");
    }

    [Fact]
    public async Task TLS_to_a_plain_broker_and_the_reverse_are_named()
    {
        await using var plain = await Broker.StartedAsync();
        Has(await FailureOf(plain.Port, authority.Trusting()), MqttFailureKind.TlsNotSpoken, "without TLS");
        await using var secret = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker"), wantsClients: false));
        Has(await FailureOf(secret.Port, null), MqttFailureKind.TlsExpected, "CN=broker");
    }

    [Fact]
    public async Task A_machine_that_believes_it_is_1970_connects_by_the_time_that_is_known_to_be_past()
    {
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker"), wantsClients: false));
        await using (var client = Client(broker.Port, authority.Trusting(), o => o with { VerificationTime = Today }))
            await client.ConnectAsync(CancellationToken.None);
        // That it is this time which counts, and not the machine's clock:
        Has(await FailureOf(broker.Port, authority.Trusting(), o => o with { VerificationTime = DateTimeOffset.UnixEpoch }), MqttFailureKind.TlsNotYetValid, "1970-01-01");
    }

    /// <summary>Found in the lab: a store without a clock, whose authority is younger than the program. That it is at least so late speaks against no beginning, only against ends.</summary>
    [Fact]
    public async Task A_machine_that_knows_no_time_takes_a_certificate_that_begins_later_and_none_that_has_ended()
    {
        await using (var young = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("young"))))
        await using (var client = Client(young.Port, authority.Trusting(authority.Issue("store-1")), o => o with { VerificationTime = Today.AddYears(-1), TimeIsSure = false }))
            Assert.Equal("young", (await client.ConnectAsync(CancellationToken.None)).Server?.CommonName);
        await using var ended = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("ended", Today.AddDays(-90), Today.AddDays(-30)), wantsClients: false));
        Has(await FailureOf(ended.Port, authority.Trusting(), o => o with { VerificationTime = Today.AddDays(-2), TimeIsSure = false }), MqttFailureKind.TlsClock, "CN=ended", "has expired");
        // Neither does it become anybody else's, nor for another name.
        using var other = new Authority(Path.Combine(directory, "other"), "Somebody else");
        await using var stranger = await Broker.StartedAsync(extra: other.Listener(other.Issue("broker"), wantsClients: false));
        Has(await FailureOf(stranger.Port, authority.Trusting(), o => o with { VerificationTime = Today.AddYears(-1), TimeIsSure = false }), MqttFailureKind.TlsAuthority);
        await using var elsewhere = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker", host: "mqtt.example"), wantsClients: false));
        Has(await FailureOf(elsewhere.Port, authority.Trusting(), o => o with { VerificationTime = Today.AddYears(-1), TimeIsSure = false }), MqttFailureKind.TlsName);
    }

    [Fact]
    public async Task A_machine_that_believes_it_is_three_years_later_is_told_to_look_at_its_clock()
    {
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker"), wantsClients: false));
        var ahead = Today.AddYears(3);
        var failure = await FailureOf(broker.Port, authority.Trusting(), o => o with { VerificationTime = ahead, TimeIsSure = false });
        Has(failure, MqttFailureKind.TlsClock, "clock", $"{ahead:yyyy-MM-dd}", "CN=broker");
        Assert.Contains("timedatectl", LinkAdvice.NextAction(failure.Kind, new("b", 1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_at_once_and_an_unusable_one_changes_nothing()
    {
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker")) + "use_subject_as_username true\n");
        var files = authority.Issue(LinkedStore.Id, notAfter: Today.AddDays(20));
        await using var store = Store(broker.Port, authority.Trusting(files)).Run();
        await store.Link.OnlineAsync(CancellationToken.None);
        await Eventually.True(() => store.Warns("broker-client-certificate-expires"), "the warning of the end");
        Assert.Contains(store.Link.Status.Certificates, c => c is { Role: "client", Subject: "CN=store-1" });
        Assert.Contains(store.Link.Status.Certificates, c => c is { Role: "server", Subject: "CN=broker" });

        // Half a file, then a key of somebody else: neither costs the connection.
        var former = await File.ReadAllTextAsync(files.Certificate);
        await File.WriteAllTextAsync(files.Certificate, former[..(former.Length / 2)]);
        await Eventually.True(() => store.Warns("broker-tls-new-files"), "the warning about half a file");
        Assert.True(store.Link.Status is { IsOnline: true, Connections: 1 });
        await File.WriteAllTextAsync(files.Certificate, former);
        await Eventually.True(() => !store.Warns("broker-tls-new-files"), "the all-clear");
        Assert.Equal(1, store.Link.Status.Connections);

        authority.Issue(LinkedStore.Id, notAfter: Today.AddDays(300));
        await Eventually.True(() => store.Link.Status is { IsOnline: true, Connections: 2 }, "the second connection");
        Assert.False(store.Warns("broker-client-certificate-expires"));
        Assert.Null(store.Link.Status.LastFailure);
    }

    [Fact]
    public async Task A_bad_set_of_files_does_not_keep_a_store_from_coming_back_after_the_broker_was_away()
    {
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker")));
        var files = authority.Issue(LinkedStore.Id);
        await using var store = Store(broker.Port, authority.Trusting(files)).Run();
        await store.Link.OnlineAsync(CancellationToken.None);
        await File.WriteAllTextAsync(files.Key, "");
        await Eventually.True(() => store.Warns("broker-tls-new-files"), "the warning");
        await broker.RestartAsync();
        await Eventually.True(() => store.Link.Status is { IsOnline: true, Connections: 2 }, "the second connection");
    }

    [Fact]
    public async Task A_certificate_of_another_name_and_ends_within_a_month_are_told_before_they_hurt()
    {
        using var ending = new Authority(Path.Combine(directory, "ending"), "Ending authority", Today.AddDays(25));
        await using var broker = await Broker.StartedAsync(extra: ending.Listener(ending.Issue("broker", notAfter: Today.AddDays(10))));
        await using var store = Store(broker.Port, ending.Trusting(ending.Issue("store-9", notAfter: Today.AddDays(24)))).Run();
        await store.Link.OnlineAsync(CancellationToken.None);
        foreach (var code in new[] { "broker-client-certificate-expires", "broker-authority-expires", "broker-server-certificate-expires", "broker-certificate-name" })
            await Eventually.True(() => store.Warns(code), code);
        var name = store.Health.Warnings.Single(w => w.Code == "broker-certificate-name");
        Assert.Contains("store-9", name.Text, StringComparison.Ordinal);
        Assert.Contains("CN=store-1", name.NextAction, StringComparison.Ordinal);
    }

    private LinkedStore Store(int port, MosquittoTls tls) => new(port, directory, o => o with { Tls = tls, FilesEvery = TimeSpan.FromMilliseconds(50) });

    private static MosquittoClient Client(int port, MosquittoTls? tls, Func<MosquittoOptions, MosquittoOptions>? change = null)
    {
        var options = new MosquittoOptions("store-1", Broker.Host, port) { ConnectTimeout = TimeSpan.FromSeconds(30), Tls = tls };
        return new(change is null ? options : change(options), _ => { }, TimeProvider.System);
    }

    private static async Task<MqttFailure> FailureOf(int port, MosquittoTls? tls, Func<MosquittoOptions, MosquittoOptions>? change = null)
    {
        await using var client = Client(port, tls, change);
        return (await Assert.ThrowsAsync<MqttFailureException>(() => client.ConnectAsync(CancellationToken.None))).Failure;
    }

    private static void Has(MqttFailure failure, MqttFailureKind kind, params string[] evidence)
    {
        Assert.True(failure.Kind == kind, $"{failure}");
        foreach (var word in evidence) Assert.Contains(word, failure.Detail, StringComparison.Ordinal);
    }
}

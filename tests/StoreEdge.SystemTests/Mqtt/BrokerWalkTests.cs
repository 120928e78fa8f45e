using StoreEdge.Agent.Health;
using StoreEdge.Agent.Mqtt;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>The way to a real broker, gone step by step, and what the checks call the step at which it ends.</summary>
public sealed class BrokerWalkTests : IDisposable
{
    private const string Store = "store-0042";

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-walk-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_good_way_passes_every_step_and_the_message_comes_back()
    {
        using var authority = new Authority(directory);
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("server")), judged: false);
        var begun = new List<BrokerStep>();
        var options = new BrokerOptions("localhost", broker.Port) { Tls = authority.Trusting(authority.Issue(Store)) };
        var trail = await new BrokerWalk(options, Store, BrokerWalk.FiltersOf(Store), TimeProvider.System).WalkAsync(begun.Add, CancellationToken.None);

        Assert.Null(trail.Failure);
        Assert.Equal([BrokerStep.Name, BrokerStep.Tcp, BrokerStep.Tls, BrokerStep.Access, BrokerStep.RoundTrip], begun);
        Assert.InRange(trail.RoundTrip!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.Contains("127.0.0.1", trail.Addresses);
        Assert.All(BrokerSteps.Of(trail, options), check => Assert.Equal(CheckVerdict.Pass, check.Verdict));
    }

    [Fact]
    public async Task The_stores_own_session_notices_nothing_of_it()
    {
        await using var broker = await Broker.StartedAsync();
        await using var store = new LinkedStore(broker.Port, directory, id: Store).Run();
        await store.Link.OnlineAsync(CancellationToken.None);
        var checks = await WalkAsync(new("127.0.0.1", broker.Port));
        Assert.Equal(CheckVerdict.NotApplicable, checks["broker-tls"].Verdict);
        Assert.Equal(CheckVerdict.Pass, checks["broker-round-trip"].Verdict);
        Assert.Equal(1, store.Link.Status.Connections);
        Assert.True(store.Link.Status.IsOnline);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_ends_it_at_the_first_step() =>
        await EndsAsync(new("no-such-broker.invalid", 8883), "broker-dns", "broker-name-not-resolved", "mqtt.host");

    [Fact]
    public async Task A_port_where_nobody_listens_ends_it_at_the_second() =>
        await EndsAsync(new("127.0.0.1", Checkout.FreePort()), "broker-tcp", "broker-connection-refused", "listens on port");

    [Fact]
    public async Task An_unknown_authority_an_ended_certificate_and_a_wrong_password_are_told_apart()
    {
        using var authority = new Authority(Path.Combine(directory, "right"));
        using var other = new Authority(Path.Combine(directory, "wrong"));
        await using (var broker = new Broker(extra: authority.Listener(authority.Issue("server"), wantsClients: false), judged: false))
        {
            await broker.StartAsync();
            await EndsAsync(new("127.0.0.1", broker.Port) { Tls = other.Trusting() }, "broker-tls", "broker-tls-authority", "mqtt.caFile");
        }

        var ended = authority.Issue("ended", DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(-1));
        await using (var broker = new Broker(extra: authority.Listener(ended, wantsClients: false), judged: false))
        {
            await broker.StartAsync();
            await EndsAsync(new("127.0.0.1", broker.Port) { Tls = authority.Trusting() }, "broker-tls", "broker-tls-expired", "renew");
        }

        await using var locked = await Broker.StartedAsync(login: ("somebody", "secret"), judged: false);
        await EndsAsync(new("127.0.0.1", locked.Port) { Username = "nobody" }, "broker-login", "broker-login-refused", "mqtt.username");
    }

    [Fact]
    public async Task What_the_access_list_denies_is_named_whether_the_broker_says_so_or_not()
    {
        var list = Path.Combine(directory, "acl");
        await File.WriteAllTextAsync(list, $"topic read stores/v1/{Store}/#\n");
        await using (var broker = await Broker.StartedAsync(extra: $"acl_file {list}", judged: false))
        {
            var checks = await WalkAsync(new("127.0.0.1", broker.Port));
            Assert.Equal((CheckVerdict.Fail, "broker-access-refused"), (checks["broker-access"].Verdict, checks["broker-access"].Fault));
            Assert.Contains($"stores/v1/{Store}/echo (135)", checks["broker-access"].Evidence.Portuguese, StringComparison.Ordinal);
            Assert.Equal(CheckVerdict.Unknown, checks["broker-round-trip"].Verdict);
        }

        // Mosquitto says yes to a subscription that its list forbids, and then brings nothing.
        await File.WriteAllTextAsync(list, $"topic write stores/v1/{Store}/#\n");
        await using var silent = await Broker.StartedAsync(extra: $"acl_file {list}", judged: false);
        var back = (await WalkAsync(new("127.0.0.1", silent.Port)))["broker-round-trip"];
        Assert.Equal((CheckVerdict.Fail, "broker-access-refused"), (back.Verdict, back.Fault));
        Assert.NotEqual(back.NextAction.English, back.NextAction.Portuguese);
    }

    private static async Task EndsAsync(BrokerOptions options, string step, string fault, string action)
    {
        var checks = await WalkAsync(options);
        var check = checks[step];
        Assert.Equal((CheckVerdict.Warn, fault), (check.Verdict, check.Fault));
        Assert.Contains(action, check.NextAction.English, StringComparison.Ordinal);
        Assert.NotEqual(check.NextAction.English, check.NextAction.Portuguese);
        var after = checks.Values.SkipWhile(c => c.Code != step).Skip(1).Where(c => c.Verdict != CheckVerdict.NotApplicable);
        Assert.All(after, c => Assert.Equal(CheckVerdict.Unknown, c.Verdict));
    }

    private static async Task<Dictionary<string, HealthCheck>> WalkAsync(BrokerOptions options)
    {
        var trail = await new BrokerWalk(options, Store, BrokerWalk.FiltersOf(Store), TimeProvider.System).WalkAsync(_ => { }, CancellationToken.None);
        return BrokerSteps.Of(trail, options).ToDictionary(c => c.Code, StringComparer.Ordinal);
    }
}

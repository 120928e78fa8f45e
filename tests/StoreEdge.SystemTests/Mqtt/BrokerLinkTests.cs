using System.Text;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Mqtt;

public sealed class BrokerLinkTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-link-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_store_is_born_and_says_goodbye_under_the_same_number()
    {
        await using var broker = await Broker.StartedAsync();
        await using var central = await Central.ConnectedAsync(broker.Port);
        var store = new LinkedStore(broker.Port, directory).Run();
        await Eventually.True(() => central.State<StatusMessage>(LinkedStore.Topics.Status)?.State == "online", "birth");
        var birth = central.State<StatusMessage>(LinkedStore.Topics.Status)!;
        Assert.Equal((1L, store.Journal.Epoch), (birth.Birth, birth.Epoch));
        await store.DisposeAsync();
        await Eventually.True(() => central.State<StatusMessage>(LinkedStore.Topics.Status)?.State == "offline", "goodbye");
        Assert.Equal(birth with { State = "offline" }, central.State<StatusMessage>(LinkedStore.Topics.Status));
    }

    [Fact]
    public async Task After_the_broker_returns_the_store_is_born_again_and_hears_what_it_subscribed_to()
    {
        await using var broker = await Broker.StartedAsync();
        broker.ExpectBad(topic => topic == LinkedStore.Topics.Notice("v1"));
        await using var store = new LinkedStore(broker.Port, directory);
        var heard = 0;
        store.Link.Handle(LinkedStore.Topics.AnyNotice, (_, _) =>
        {
            heard++;
            return ValueTask.CompletedTask;
        });
        store.Run();
        await store.Link.OnlineAsync(CancellationToken.None);
        await broker.KillAsync();
        await Eventually.True(() => store.Warns("broker-connection-refused"), "the warning");
        Assert.False(store.Link.Status.IsOnline);
        Assert.Equal(MqttReason.Unanswered, await store.Link.PublishAsync(new("x", new byte[1]), CancellationToken.None));

        await broker.StartAsync();
        await store.Link.OnlineAsync(CancellationToken.None);
        await using var central = await Central.ConnectedAsync(broker.Port);
        await Eventually.True(() => central.State<StatusMessage>(LinkedStore.Topics.Status) is { State: "online", Birth: > 1 }, "the second birth");
        Assert.True((await central.SendAsync(LinkedStore.Topics.Notice("v1"), "{}"u8.ToArray())).IsAccepted);
        await Eventually.True(() => heard == 1, "the notice");
        await Eventually.True(() => store.Health.Verdict == "ok", "the all-clear", TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task A_refused_login_is_named_and_a_corrected_password_file_is_enough()
    {
        await using var broker = await Broker.StartedAsync(login: (LinkedStore.Id, "right"));
        var file = Path.Combine(directory, "password");
        await File.WriteAllTextAsync(file, "wrong\n");
        await using var store = new LinkedStore(broker.Port, directory, o => o with { Username = LinkedStore.Id, PasswordFile = file }).Run();
        await Eventually.True(() => store.Warns("broker-login-refused"), "the warning");
        var failure = store.Link.Status.LastFailure!;
        Assert.Equal((MqttFailureKind.LoginRefused, 135), (failure.Kind, failure.Code));
        Assert.DoesNotContain("wrong", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("password file", store.Link.Status.NextAction, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "right\n");
        await store.Link.OnlineAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(store.Warns("broker-login-refused"));
    }

    [Fact]
    public async Task A_message_that_is_not_as_agreed_is_counted_named_and_passed_over()
    {
        await using var broker = await Broker.StartedAsync();
        broker.ExpectBad(topic => topic == LinkedStore.Topics.Ack);
        await using var central = await Central.ConnectedAsync(broker.Port);
        await using var store = new LinkedStore(broker.Port, directory).Run();
        await store.AppendAsync(3);
        await store.Link.OnlineAsync(CancellationToken.None);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 3, "the first acknowledgement");
        string[] bad = ["", "{", "null", "[]", """{"epoch":"x","seq":1}""", """{"seq":1}""", $$"""{"epoch":"{{store.Journal.Epoch}}","seq":-1}""", "\0\u00ff"];
        foreach (var payload in bad) await central.SendAsync(LinkedStore.Topics.Ack, Encoding.UTF8.GetBytes(payload));
        await Eventually.True(() => store.Link.BadMessages == bad.Length - 1, "all but the empty one to be counted");
        var warning = store.Health.Warnings.Single(w => w.Code == $"central-message-bad:{LinkedStore.Topics.Ack}");
        Assert.Contains(LinkedStore.Topics.Ack, warning.Text, StringComparison.Ordinal);
        await store.AppendAsync(1);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 4, "the next good acknowledgement");
        await Eventually.True(() => !store.Warns(warning.Code), "the warning to pass");
    }

    [Fact]
    public async Task Two_machines_with_one_id_slow_down_instead_of_throwing_each_other_out_in_a_storm()
    {
        await using var broker = await Broker.StartedAsync();
        await using var one = new LinkedStore(broker.Port, directory, o => o with { RetryMost = TimeSpan.FromMinutes(5) }).Run();
        await one.Link.OnlineAsync(CancellationToken.None);
        await using var other = new LinkedStore(broker.Port, Directory.CreateDirectory(Path.Combine(directory, "other")).FullName, o => o with { RetryMost = TimeSpan.FromMinutes(5) }).Run();
        await other.Link.OnlineAsync(CancellationToken.None);
        await Eventually.True(() => one.Link.Status.Connections + other.Link.Status.Connections >= 6, "a few take-overs");
        // Every attempt succeeds, so nothing but the take-overs makes the pauses longer: they begin at 0.1 s at most, and in a storm they stay there.
        static bool Rests(LinkStatus status) => status.NextAttemptAt - status.LastFailureAt >= TimeSpan.FromSeconds(1);
        await Eventually.True(() => Rests(one.Link.Status) || Rests(other.Link.Status), "a pause of a second");
        Assert.InRange(one.Link.Status.Connections + other.Link.Status.Connections, 6, 24);
    }
}

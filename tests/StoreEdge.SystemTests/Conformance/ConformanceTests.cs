using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.SystemTests.Mqtt;

namespace StoreEdge.SystemTests.Conformance;

/// <summary>One suite over every broker: the real link, outbox and messages from central.</summary>
public sealed class ConformanceTests(Brokers brokers) : IClassFixture<Brokers>, IDisposable
{
    private static readonly CancellationToken NoStop = CancellationToken.None;
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-conformance-").FullName;

    public static TheoryData<string> Every => [.. Brokers.Asked.Select(b => b.Name)];

    public static TheoryData<string> ThatExpire => [.. Brokers.Asked.Where(b => b.Expires).Select(b => b.Name)];

    public static TheoryData<string> ThatKeepSessions => [.. Brokers.Asked.Where(b => b.KeepsSessions).Select(b => b.Name)];

    public static TheoryData<string> ThatRetainForWildcards => [.. Brokers.Asked.Where(b => b.RetainsForWildcards).Select(b => b.Name)];

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_store_is_born_and_its_last_will_is_told_when_it_vanishes(string name)
    {
        var place = await PlaceAsync(name);
        await using var central = await place.CentralAsync();
        await using var line = new Line(place.Port);
        await using var store = place.Store(directory, line.Port).Run();
        await Eventually.True(() => central.State<StatusMessage>(LinkedStore.Topics.Status)?.State == "online", "birth");
        var birth = central.State<StatusMessage>(LinkedStore.Topics.Status)!.Birth;
        line.Cut();
        await Eventually.True(() => central.State<StatusMessage>(LinkedStore.Topics.Status) is { State: "offline" } will && will.Birth == birth, "the last will");
    }

    [Theory]
    [MemberData(nameof(ThatRetainForWildcards))]
    public async Task A_consumer_that_comes_later_finds_who_is_online(string name)
    {
        var place = await PlaceAsync(name);
        await using var store = place.Store(directory).Run();
        await store.Link.OnlineAsync(NoStop);
        await using var central = await place.CentralAsync();
        await Eventually.True(() => central.State<StatusMessage>(LinkedStore.Topics.Status)?.State == "online", "the retained birth");
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task Events_arrive_in_order_and_are_acknowledged(string name)
    {
        var place = await PlaceAsync(name);
        await using var central = await place.CentralAsync();
        await using var store = place.Store(directory).Run();
        // What is older than the connection goes on a lane of its own and may come later: the order is that of what is committed while the store is heard.
        await store.AppendAsync(1);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 1, "the first acknowledgement");
        await store.AppendAsync(999);
        await Eventually.True(() => store.Journal.AcknowledgedSeq == 1000, "the last acknowledgement");
        Assert.Equal(central.Arrivals.Distinct().Order(), central.Arrivals.Distinct());
        var session = await store.Link.OnlineAsync(NoStop);
        Assert.InRange(session.Window, 1, 50);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task What_was_sent_to_an_absent_store_waits_for_it(string name)
    {
        var place = await PlaceAsync(name);
        await using var central = await place.CentralAsync();
        await using var line = new Line(place.Port);
        await using var store = place.Store(directory, line.Port);
        var heard = new ConcurrentQueue<string>();
        store.Link.Handle(LinkedStore.Topics.AnyNotice, (message, _) =>
        {
            heard.Enqueue(Encoding.UTF8.GetString(message.Payload.Span));
            return ValueTask.CompletedTask;
        });
        store.Run();
        await store.Link.OnlineAsync(NoStop);
        line.Cut();
        await Eventually.True(() => central.State<StatusMessage>(LinkedStore.Topics.Status)?.State == "offline", "the broker to notice");
        var sent = Enumerable.Range(0, 20).Select(NoticeOf).ToList();
        foreach (var (visit, notice) in sent) Assert.True((await central.SendAsync(LinkedStore.Topics.Notice(visit), Encoding.UTF8.GetBytes(notice))).IsAccepted);
        line.Mend();
        await Eventually.True(() => heard.Distinct().Count() == 20, "what waited");
        Assert.Equal(sent.Select(s => s.Notice), heard.Distinct());

        static (string Visit, string Notice) NoticeOf(int i) => ($"01938f2a-7c4e-7b1d-9a53-{i:x12}",
            $$"""{"noticeId":"n-{{i}}","visitId":"01938f2a-7c4e-7b1d-9a53-{{i:x12}}","kind":"order-late","text":{"pt-BR":"{{i}}"},"validUntil":"2036-01-01T00:00:00Z"}""");
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task What_is_retained_for_a_store_comes_when_it_subscribes(string name)
    {
        var place = await PlaceAsync(name);
        await using var store = place.Store(directory);
        await store.AppendAsync(3);
        await using (var central = await place.CentralAsync())
        {
            Assert.True((await central.SendAsync(LinkedStore.Topics.DesiredEnrolment, """{"version":1,"entries":[]}"""u8.ToArray(), retain: true)).IsAccepted);
            Assert.True((await central.AcknowledgeAsync(store.Journal.Epoch, 2)).IsAccepted);
        }

        var desired = 0;
        store.Link.Handle(LinkedStore.Topics.DesiredEnrolment, (_, _) =>
        {
            desired++;
            return ValueTask.CompletedTask;
        });
        store.Run();
        await Eventually.True(() => desired > 0 && store.Journal.AcknowledgedSeq >= 2, "the retained list and acknowledgement");
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task The_later_of_two_with_one_id_stays_and_the_earlier_is_told_or_cut_off(string name)
    {
        var place = await PlaceAsync(name);
        await using var one = place.Client("twin");
        await one.ConnectAsync(NoStop);
        await using var other = place.Client("twin");
        await other.ConnectAsync(NoStop);
        var end = await one.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(end.Kind is MqttFailureKind.ConnectionLost or MqttFailureKind.SessionTakenOver or MqttFailureKind.Dismissed, $"{end}");
        Assert.True((await other.PublishAsync(new("a/b", new byte[1]))).IsAccepted);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_large_message_arrives_whole(string name)
    {
        var place = await PlaceAsync(name);
        var inbox = new ConcurrentQueue<byte[]>();
        await using var reader = place.Client("reader", m => inbox.Enqueue(m.Payload.ToArray()));
        await reader.ConnectAsync(NoStop);
        await reader.SubscribeAsync("large/+", MqttQos.AtLeastOnce);
        await using var writer = place.Client("writer");
        await writer.ConnectAsync(NoStop);
        var payload = new byte[500_000];
        new Random(1).NextBytes(payload);
        Assert.True((await writer.PublishAsync(new("large/one", payload))).IsAccepted);
        await Eventually.True(() => !inbox.IsEmpty, "the message");
        Assert.True(inbox.First().AsSpan().SequenceEqual(payload));
    }

    [Theory]
    [MemberData(nameof(ThatExpire))]
    public async Task What_has_expired_is_not_delivered(string name)
    {
        var place = await PlaceAsync(name);
        await using (var absent = place.Client("absent"))
        {
            await absent.ConnectAsync(NoStop);
            await absent.SubscribeAsync("expiring/+", MqttQos.AtLeastOnce);
        }

        await using var writer = place.Client("writer");
        await writer.ConnectAsync(NoStop);
        var started = Stopwatch.GetTimestamp();
        Assert.True((await writer.PublishAsync(new("expiring/a", "short"u8.ToArray()) { Expiry = TimeSpan.FromSeconds(1) })).IsAccepted);
        Assert.True((await writer.PublishAsync(new("expiring/a", "long"u8.ToArray()) { Expiry = TimeSpan.FromHours(1) })).IsAccepted);
        await Eventually.True(() => Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(2.5), "the message's own life to end");
        var heard = new ConcurrentQueue<string>();
        await using var back = place.Client("absent", m => heard.Enqueue(Encoding.UTF8.GetString(m.Payload.Span)));
        Assert.True((await back.ConnectAsync(NoStop)).SessionPresent);
        await Eventually.True(() => !heard.IsEmpty, "the other message");
        Assert.Equal(["long"], heard);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_broker_that_restarts_costs_no_event_and_doubles_none_in_the_consumers_table(string name)
    {
        var place = await PlaceAsync(name);
        await using var store = place.Store(directory).Run();
        var table = new List<long>();
        await using (var central = await place.CentralAsync())
        {
            await store.AppendAsync(300);
            await Eventually.True(() => central.Row >= 100, "the first hundred");
            await store.AppendAsync(300);
            table.AddRange(central.Arrivals);
        }

        await place.Broker.StopAsync();
        await store.AppendAsync(300);
        await place.Broker.StartAsync();
        await (await place.PatientAsync("writer", _ => { })).DisposeAsync();
        await using var again = await place.CentralAsync();
        // The consumer's table is both together, one row for each number; only what it acknowledged may not come again.
        await Eventually.True(() => table.Concat(again.Arrivals).Distinct().Count() == 900, "all rows", TimeSpan.FromSeconds(90));
        Assert.True(store.Journal.AcknowledgedSeq <= table.Concat(again.Arrivals).Distinct().Order().TakeWhile((seq, i) => seq == i + 1).Count());
    }

    [Theory]
    [MemberData(nameof(ThatKeepSessions))]
    public async Task A_session_and_what_waits_in_it_survive_an_orderly_restart_of_the_broker(string name)
    {
        var place = await PlaceAsync(name);
        await using (var absent = place.Client("sleeper"))
        {
            await absent.ConnectAsync(NoStop);
            await absent.SubscribeAsync("sleep/+", MqttQos.AtLeastOnce);
        }

        await using (var writer = place.Client("writer"))
        {
            await writer.ConnectAsync(NoStop);
            Assert.True((await writer.PublishAsync(new("sleep/a", "x"u8.ToArray()))).IsAccepted);
        }

        await place.Broker.StopAsync();
        await place.Broker.StartAsync();
        var heard = 0;
        await using var back = await place.PatientAsync("sleeper", _ => heard++);
        await Eventually.True(() => heard > 0, "what waited");
    }

    /// <summary>The broker, with nothing left of what other rows did to it.</summary>
    private async Task<Place> PlaceAsync(string name)
    {
        var kind = Brokers.Asked.Single(b => b.Name == name);
        var place = new Place(kind, await brokers.RunningAsync(kind), directory);
        foreach (var id in new[] { LinkedStore.Id, "central", "twin", "reader", "writer", "absent", "sleeper" })
        {
            await using var former = await place.PatientAsync(id, _ => { }, o => o with { CleanStart = true, SessionExpiry = TimeSpan.Zero });
            if (id != "writer") continue;
            foreach (var topic in new[] { LinkedStore.Topics.Status, LinkedStore.Topics.Ack, LinkedStore.Topics.DesiredEnrolment }) await former.PublishAsync(new(topic, Array.Empty<byte>()) { Retain = true });
        }

        return place;
    }

    /// <summary>Clients of one broker.</summary>
    private sealed class Place(BrokerKind kind, IBroker broker, string directory)
    {
        public IBroker Broker { get; } = broker;

        public int Port => Broker.Port;

        public MosquittoClient Client(string id, Action<MqttMessage>? received = null, Func<MosquittoOptions, MosquittoOptions>? change = null)
        {
            var options = Login(new(id, SystemTests.Broker.Host, Port));
            return new(change is null ? options : change(options), received ?? (_ => { }), TimeProvider.System);
        }

        /// <summary>A connected client of a broker that may listen before it is ready.</summary>
        public async Task<MosquittoClient> PatientAsync(string id, Action<MqttMessage> received, Func<MosquittoOptions, MosquittoOptions>? change = null) =>
            (await Eventually.Get(
                async () =>
                {
                    var client = Client(id, received, change);
                    try
                    {
                        await client.ConnectAsync(NoStop);
                        return client;
                    }
                    catch (MqttFailureException)
                    {
                        await client.DisposeAsync();
                        return null;
                    }
                },
                client => client is not null, $"a connection of {id}"))!;

        public Task<Central> CentralAsync() => Central.ConnectedAsync(Port, o => Login(o) with { SessionExpiry = TimeSpan.FromMinutes(5) });

        public LinkedStore Store(string state, int? port = null)
        {
            var file = Path.Combine(directory, "password");
            File.WriteAllText(file, "any");
            return new(port ?? Port, state, o => o with { Protocol = kind.Protocol, Username = kind.WantsLogin ? "store-1" : null, PasswordFile = kind.WantsLogin ? file : null });
        }

        private MosquittoOptions Login(MosquittoOptions options) =>
            options with { Protocol = kind.Protocol, Username = kind.WantsLogin ? options.ClientId : null, Password = kind.WantsLogin ? "any" : null, SessionExpiry = TimeSpan.FromHours(1) };
    }
}

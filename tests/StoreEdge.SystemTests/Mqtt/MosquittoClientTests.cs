using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Mqtt;

public class MosquittoClientTests
{
    private static readonly CancellationToken NoStop = CancellationToken.None;

    private static MosquittoClient Client(int port, string id, Action<MqttMessage>? received = null, Func<MosquittoOptions, MosquittoOptions>? change = null)
    {
        var options = new MosquittoOptions(id, Broker.Host, port) { ConnectTimeout = TimeSpan.FromSeconds(30) };
        return new(change is null ? options : change(options), received ?? (_ => { }), TimeProvider.System);
    }

    [Theory]
    [InlineData(MqttProtocol.V5)]
    [InlineData(MqttProtocol.V311)]
    public async Task What_is_published_is_received(MqttProtocol protocol)
    {
        await using var broker = await Broker.StartedAsync();
        var inbox = new ConcurrentQueue<MqttMessage>();
        await using var one = Client(broker.Port, "one", inbox.Enqueue, o => o with { Protocol = protocol });
        Assert.False((await one.ConnectAsync(NoStop)).SessionPresent);
        Assert.Equal(1, (await one.SubscribeAsync("a/+", MqttQos.AtLeastOnce)).Code);
        await using var other = Client(broker.Port, "other", change: o => o with { Protocol = protocol });
        await other.ConnectAsync(NoStop);
        var reason = await other.PublishAsync(new("a/b", "olá"u8.ToArray()));
        Assert.True(reason.IsAccepted);
        await Eventually.True(() => !inbox.IsEmpty, "the message");
        var message = inbox.Single();
        Assert.Equal(("a/b", "olá", MqttQos.AtLeastOnce, false), (message.Topic, Encoding.UTF8.GetString(message.Payload.Span), message.Qos, message.Retain));
    }

    [Fact]
    public async Task Properties_of_MQTT_5_arrive()
    {
        await using var broker = await Broker.StartedAsync();
        var inbox = new ConcurrentQueue<MqttMessage>();
        await using var client = Client(broker.Port, "one", inbox.Enqueue);
        await client.ConnectAsync(NoStop);
        await client.SubscribeAsync("cmd", MqttQos.AtLeastOnce);
        await client.PublishAsync(new("cmd", new byte[] { 0, 1, 2 })
        {
            Expiry = TimeSpan.FromSeconds(89.5),
            ContentType = "application/json",
            ResponseTopic = "res/x",
            CorrelationData = new byte[] { 9, 0, 255 },
        });
        await Eventually.True(() => !inbox.IsEmpty, "the message");
        var message = inbox.Single();
        Assert.Equal(("application/json", "res/x"), (message.ContentType, message.ResponseTopic));
        Assert.Equal(new byte[] { 9, 0, 255 }, message.CorrelationData.ToArray());
        Assert.Equal(new byte[] { 0, 1, 2 }, message.Payload.ToArray());
        Assert.InRange(message.Expiry!.Value.TotalSeconds, 85, 90);
    }

    [Fact]
    public async Task The_brokers_receive_maximum_is_told()
    {
        await using var broker = await Broker.StartedAsync(extra: "max_inflight_messages 7");
        await using var client = Client(broker.Port, "one");
        Assert.Equal(7, (await client.ConnectAsync(NoStop)).ReceiveMaximum);
    }

    [Fact]
    public async Task A_client_that_says_goodbye_leaves_no_will_and_one_that_vanishes_does()
    {
        await using var broker = await Broker.StartedAsync();
        var wills = new ConcurrentQueue<string>();
        await using var watcher = Client(broker.Port, "watcher", m => wills.Enqueue(Encoding.UTF8.GetString(m.Payload.Span)));
        await watcher.ConnectAsync(NoStop);
        await watcher.SubscribeAsync("will", MqttQos.AtLeastOnce);

        var polite = Client(broker.Port, "polite", change: o => o with { Will = new("will", "polite"u8.ToArray()) });
        await polite.ConnectAsync(NoStop);
        await polite.DisposeAsync();
        Assert.Equal(MqttFailureKind.Stopped, (await polite.Ended).Kind);

        // The same client id again: the broker throws the first out, which counts as vanishing.
        await using var taken = Client(broker.Port, "twin", change: o => o with { Will = new("will", "taken"u8.ToArray()), SessionExpiry = TimeSpan.Zero });
        await taken.ConnectAsync(NoStop);
        await using var taker = Client(broker.Port, "twin", change: o => o with { CleanStart = true });
        await taker.ConnectAsync(NoStop);
        // mosquitto 2.0 closes the older connection without a word.
        Assert.Equal(MqttFailureKind.ConnectionLost, (await taken.Ended).Kind);
        await Eventually.True(() => !wills.IsEmpty, "the will");
        Assert.Equal(["taken"], wills);
    }

    [Fact]
    public async Task Twenty_thousand_messages_arrive_in_order()
    {
        const int Count = 20_000, Window = 50;
        await using var broker = await Broker.StartedAsync();
        var next = 0;
        var disorder = 0;
        await using var reader = Client(broker.Port, "reader", m =>
        {
            if (BitConverter.ToInt32(m.Payload.Span) != Volatile.Read(ref next)) Interlocked.Increment(ref disorder);
            Interlocked.Increment(ref next);
        });
        await reader.ConnectAsync(NoStop);
        await reader.SubscribeAsync("n", MqttQos.AtLeastOnce);
        await using var writer = Client(broker.Port, "writer");
        await writer.ConnectAsync(NoStop);
        var answers = new Queue<Task<MqttReason>>();
        for (var i = 0; i < Count; i++)
        {
            if (answers.Count == Window) Assert.True((await answers.Dequeue()).IsAccepted);
            answers.Enqueue(writer.PublishAsync(new("n", BitConverter.GetBytes(i))));
        }

        foreach (var answer in answers) Assert.True((await answer).IsAccepted);
        await Eventually.True(() => Volatile.Read(ref next) >= Count, "the last message");
        Assert.Equal((0, Count), (disorder, next));
    }

    [Fact]
    public async Task Each_failure_has_its_own_name()
    {
        Assert.Equal(MqttFailureKind.ConnectionRefused, await FailureOf(Checkout.FreePort()));
        Assert.Equal(MqttFailureKind.NameNotResolved, await FailureOf(1883, o => o with { Host = "no-such-host.invalid" }));

        await using var strict = await Broker.StartedAsync(login: ("store-1", "right"));
        Assert.Equal(MqttFailureKind.LoginRefused, await FailureOf(strict.Port));
        Assert.Equal(MqttFailureKind.LoginRefused, await FailureOf(strict.Port, o => o with { Username = "store-1", Password = "wrong" }));
        Assert.Equal(MqttFailureKind.LoginRefused, await FailureOf(strict.Port, o => o with { Username = "store-1", Password = "wrong", Protocol = MqttProtocol.V311 }));
        Assert.Equal(MqttFailureKind.TlsNotSpoken, await FailureOf(strict.Port, o => o with { Tls = new(null, null, null) }));
        Assert.Equal(MqttFailureKind.TlsFiles, await FailureOf(strict.Port, o => o with { Tls = new("/no/such/ca.pem", null, null) }));
        Assert.Equal(MqttFailureKind.TlsFiles, await FailureOf(strict.Port, o => o with { Tls = new(strict.Log, null, null) }));

        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        Assert.Equal(MqttFailureKind.TimedOut, await FailureOf(((IPEndPoint)mute.LocalEndpoint).Port, o => o with { ConnectTimeout = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public async Task A_black_hole_is_given_up_in_time()
    {
        // A listener whose backlog is full drops every further SYN, as a firewall would.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var fillers = Enumerable.Range(0, 4).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }).ToList();
        foreach (var filler in fillers)
        {
            try
            {
                filler.Connect(full.LocalEndPoint!);
            }
            catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
            }
        }

        var attempt = FailureOf(((IPEndPoint)full.LocalEndPoint!).Port, o => o with { ConnectTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(MqttFailureKind.TimedOut, await attempt.WaitAsync(TimeSpan.FromSeconds(60)));
        fillers.ForEach(f => f.Dispose());
    }

    // CONNACK (§3.2) and DISCONNECT (§3.14) of MQTT 5 byte by byte, for what no broker here sends on request.
    [Theory]
    [InlineData(new byte[] { 0x20, 0x03, 0x00, 0x84, 0x00 }, MqttFailureKind.ProtocolRefused, 0x84)]
    [InlineData(new byte[] { 0x20, 0x03, 0x00, 0x89, 0x00 }, MqttFailureKind.Refused, 0x89)]
    [InlineData(new byte[] { 0x20, 0x02, 0x00, 0x01 }, MqttFailureKind.ProtocolRefused, 0x84)]
    [InlineData(new byte[] { }, MqttFailureKind.ProtocolRefused, 7)]
    [InlineData(new byte[] { 0x20, 0x03, 0x00, 0x00, 0x00, 0xE0, 0x01, 0x8E }, MqttFailureKind.SessionTakenOver, 0x8E)]
    [InlineData(new byte[] { 0x20, 0x03, 0x00, 0x00, 0x00, 0xE0, 0x01, 0x97 }, MqttFailureKind.Dismissed, 0x97)]
    [InlineData(new byte[] { 0x20, 0x03, 0x00, 0x00, 0x00 }, MqttFailureKind.ConnectionLost, 7)]
    public async Task What_a_broker_says_before_it_closes_names_the_failure(byte[] answer, MqttFailureKind kind, int code)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var peer = await listener.AcceptSocketAsync();
            await peer.ReceiveAsync(new byte[4096]);
            await peer.SendAsync(answer);
            peer.Shutdown(SocketShutdown.Send);
            // Closing with unread bytes would send a reset and destroy what was just sent.
            while (await peer.ReceiveAsync(new byte[4096]) > 0)
            {
            }
        });
        await using var client = Client(((IPEndPoint)listener.LocalEndpoint).Port, "one");
        try
        {
            await client.ConnectAsync(NoStop);
        }
        catch (MqttFailureException)
        {
        }

        var end = await client.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((kind, code), (end.Kind, end.Code));
        await serving;
    }

    [Fact]
    public async Task A_broker_that_dies_answers_nothing_more()
    {
        await using var broker = await Broker.StartedAsync();
        await using var client = Client(broker.Port, "one");
        await client.ConnectAsync(NoStop);
        await broker.KillAsync();
        Assert.Equal(MqttFailureKind.ConnectionLost, (await client.Ended.WaitAsync(TimeSpan.FromSeconds(60))).Kind);
        Assert.Equal(MqttReason.Unanswered, await client.PublishAsync(new("a", new byte[1])));
    }

    [Fact]
    public async Task An_exception_in_the_message_callback_ends_the_connection_and_not_the_process()
    {
        await using var broker = await Broker.StartedAsync();
        await using var client = Client(broker.Port, "one", _ => throw new InvalidOperationException("mine"));
        await client.ConnectAsync(NoStop);
        await client.SubscribeAsync("a", MqttQos.AtLeastOnce);
        await client.PublishAsync(new("a", new byte[1]));
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => client.Ended.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("mine", thrown.Message);
    }

    private static async Task<MqttFailureKind> FailureOf(int port, Func<MosquittoOptions, MosquittoOptions>? change = null)
    {
        await using var client = Client(port, "store-1", change: change);
        var thrown = await Assert.ThrowsAsync<MqttFailureException>(() => client.ConnectAsync(NoStop));
        Assert.Equal(thrown.Failure, await client.Ended);
        Assert.DoesNotContain("wrong", thrown.Message, StringComparison.Ordinal);
        return thrown.Failure.Kind;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using StoreEdge.Core;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Fleet.Wire;

namespace StoreEdge.SystemTests.Fleet;

/// <summary>The fleet's own client at the wire: against a real mosquitto in both versions, and against peers that are none.</summary>
public sealed class FleetLinkTests
{
    private static readonly CancellationToken NoStop = CancellationToken.None;

    private static FleetLinkOptions Options(int port, MqttProtocol protocol) => new(new(IPAddress.Loopback, port), "store-1")
    {
        Protocol = protocol,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        Will = new("stores/v1/store-1/state/status", "gone"u8.ToArray()) { Retain = true },
    };

    [Theory]
    [InlineData(MqttProtocol.V5)]
    [InlineData(MqttProtocol.V311)]
    public async Task What_a_store_says_arrives_and_what_central_says_comes_back(MqttProtocol protocol)
    {
        await using var broker = await Broker.StartedAsync();
        // The wire carries any bytes; what they say is not what is tried here.
        broker.ExpectBad(_ => true);
        broker.ExpectBad(_ => true);
        var (heard, packets) = (new ConcurrentQueue<MqttMessage>(), new ConcurrentQueue<MqttPacket>());
        await using var central = new MosquittoClient(new("central", Broker.Host, broker.Port), m => heard.Enqueue(m with { Payload = m.Payload.ToArray() }), TimeProvider.System);
        await central.ConnectAsync(NoStop);
        await central.SubscribeAsync("stores/#", MqttQos.AtLeastOnce);
        await using var link = await FleetLink.ConnectAsync(Options(broker.Port, protocol) with { From = IPAddress.Parse("127.0.2.9") }, TimeProvider.System, NoStop);
        Assert.False(link.ConnAck.SessionPresent);
        // 20 is what mosquitto grants in MQTT 5; the older version knows no bound.
        Assert.Equal(protocol == MqttProtocol.V5 ? 20 : 65_535, link.ConnAck.ReceiveMaximum);
        link.Listen(p => packets.Enqueue(p.Message is { } m ? p with { Message = m with { Payload = m.Payload.ToArray() } } : p));
        link.Send(MqttWriter.Subscribe(1, ["stores/v1/store-1/ack", "stores/v1/store-1/cmd/+"], protocol));
        await Eventually.True(() => packets.Any(p => p is { Kind: MqttPacketKind.SubAck, Id: 1, Reason: 1 }), "the subscription");

        // One byte of length, two and three.
        foreach (var (id, size) in new[] { (2, 10), (3, 5_000), (4, 60_000) })
        {
            link.Send(MqttWriter.Publish(new("stores/v1/store-1/evt/dwell", new byte[size]) { ContentType = "application/json" }, (ushort)id, protocol));
            await Eventually.True(() => packets.Any(p => p.Kind == MqttPacketKind.PubAck && p.Id == id && p.Reason < MqttPacket.FirstRefusal), $"PUBACK {id}");
        }

        await Eventually.True(() => heard.Count(m => m.Topic.EndsWith("/dwell", StringComparison.Ordinal)) == 3, "three events");
        Assert.Equal([10, 5_000, 60_000], heard.Select(m => m.Payload.Length));
        Assert.Equal(protocol == MqttProtocol.V5 ? "application/json" : null, heard.First().ContentType);

        await central.PublishAsync(new("stores/v1/store-1/cmd/ping", "{}"u8.ToArray()) { ResponseTopic = "r/1", CorrelationData = new byte[] { 9 } });
        await central.PublishAsync(new("stores/v1/store-1/ack", new byte[9_000]) { Retain = true });
        await Eventually.True(() => packets.Count(p => p.Kind == MqttPacketKind.Publish) == 2, "command and acknowledgement");
        var command = packets.First(p => p.Kind == MqttPacketKind.Publish).Message!;
        Assert.Equal(("{}", protocol == MqttProtocol.V5 ? "r/1" : null), (Encoding.UTF8.GetString(command.Payload.Span), command.ResponseTopic));
    }

    [Theory]
    [InlineData(MqttProtocol.V5)]
    [InlineData(MqttProtocol.V311)]
    public async Task The_broker_keeps_the_session_and_tells_the_will_of_who_was_cut_off(MqttProtocol protocol)
    {
        await using var broker = await Broker.StartedAsync();
        // The wire carries any bytes; what they say is not what is tried here.
        broker.ExpectBad(_ => true);
        broker.ExpectBad(_ => true);
        var wills = new ConcurrentQueue<string>();
        await using var central = new MosquittoClient(new("central", Broker.Host, broker.Port), m => wills.Enqueue(Encoding.UTF8.GetString(m.Payload.Span)), TimeProvider.System);
        await central.ConnectAsync(NoStop);
        await central.SubscribeAsync("stores/+/+/state/status", MqttQos.AtLeastOnce);
        var packets = new ConcurrentQueue<MqttPacket>();
        await using (var first = await FleetLink.ConnectAsync(Options(broker.Port, protocol), TimeProvider.System, NoStop))
        {
            first.Listen(packets.Enqueue);
            first.Send(MqttWriter.Subscribe(1, ["stores/v1/store-1/ack"], protocol));
            await Eventually.True(() => packets.Any(p => p.Kind == MqttPacketKind.SubAck), "the subscription");
        }

        await central.PublishAsync(new("stores/v1/store-1/ack", "{}"u8.ToArray()));
        await using var second = await FleetLink.ConnectAsync(Options(broker.Port, protocol), TimeProvider.System, NoStop);
        Assert.True(second.ConnAck.SessionPresent);
        second.Listen(packets.Enqueue);
        await Eventually.True(() => packets.Any(p => p.Kind == MqttPacketKind.Publish), "what was kept");
        Assert.Empty(wills);
        second.Cut();
        await Eventually.True(() => wills.Contains("gone"), "the will");
    }

    [Fact]
    public async Task A_peer_that_answers_nothing_to_a_ping_is_left()
    {
        using var peer = Listen(out var port);
        var accepting = peer.AcceptSocketAsync();
        var connecting = FleetLink.ConnectAsync(Options(port, MqttProtocol.V5) with { KeepAlive = TimeSpan.FromSeconds(1) }, TimeProvider.System, NoStop);
        using var socket = await accepting;
        await socket.SendAsync(new byte[] { 0x20, 3, 0, 0, 0 });
        await using var link = await connecting;
        link.Listen(_ => { });
        await Eventually.True(
            () =>
            {
                link.KeepUp(Instant.Now(TimeProvider.System));
                return link.Ended.IsCompleted;
            },
            "the end");
        Assert.Equal("no answer to a ping", await link.Ended);
    }

    [Fact]
    public async Task A_peer_that_never_answers_is_given_up()
    {
        using var peer = Listen(out var port);
        await Assert.ThrowsAsync<TimeoutException>(() =>
            FleetLink.ConnectAsync(Options(port, MqttProtocol.V5) with { ConnectTimeout = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, NoStop));
    }

    [Fact]
    public async Task Hostile_bytes_end_the_connection_and_nothing_else()
    {
        var random = new Random(7);
        using var peer = Listen(out var port);
        for (var i = 0; i < 50; i++)
        {
            var accepting = peer.AcceptSocketAsync();
            var connecting = FleetLink.ConnectAsync(Options(port, MqttProtocol.V5), TimeProvider.System, NoStop);
            using var socket = await accepting;
            var garbage = new byte[random.Next(1, 3_000)];
            random.NextBytes(garbage);
            // Half of them are let in first and go mad afterwards.
            if (i % 2 == 0) await socket.SendAsync(new byte[] { 0x20, 3, 0, 0, 0 });
            await socket.SendAsync(garbage);
            socket.Shutdown(SocketShutdown.Send);
            try
            {
                await using var link = await connecting;
                link.Listen(_ => { });
                Assert.NotEmpty(await link.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
            }
            catch (Exception fault) when (fault is MqttWireException or SocketException)
            {
                // Not let in, with a reason.
            }
        }
    }

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, Checkout.FreePort());
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }
}

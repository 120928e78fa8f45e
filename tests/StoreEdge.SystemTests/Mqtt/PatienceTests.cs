using System.Net;
using System.Net.Sockets;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>However a broker misbehaves, attempts become rarer.</summary>
public sealed class PatienceTests : IDisposable
{
    // CONNACK of MQTT 5 (§3.2): accepted, no properties.
    private static readonly byte[] Welcome = [0x20, 3, 0, 0, 0];

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-patience-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("mute", MqttFailureKind.TimedOut)]
    [InlineData("garbage", MqttFailureKind.ProtocolRefused)]
    [InlineData("closes-after-subscribe", MqttFailureKind.ConnectionLost)]
    public async Task A_broker_that_misbehaves_is_asked_ever_less_often(string how, MqttFailureKind kind)
    {
        await using var broker = new BadBroker(how);
        await using var store = new LinkedStore(broker.Port, directory, o => o with { RetryMost = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        store.Link.Handle(LinkedStore.Topics.AnyNotice, (_, _) => ValueTask.CompletedTask);
        store.Run();
        await RestsAsync(store, kind);
        // Ceilings of 0.1 s, 0.2 s … reach a second at the fourth; an unlucky draw needs a few more. Two connections an attempt, because a failed one is looked into.
        Assert.InRange(broker.Connections, 4, 40);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_asked_for_ever_less_often()
    {
        await using var store = new LinkedStore(1, directory, o => o with { Host = "no-such-host.invalid", RetryMost = TimeSpan.FromMinutes(5) }).Run();
        await RestsAsync(store, MqttFailureKind.NameNotResolved);
    }

    private static async Task RestsAsync(LinkedStore store, MqttFailureKind kind)
    {
        await Eventually.True(() => store.Link.Status is var s && s.NextAttemptAt - s.LastFailureAt >= TimeSpan.FromSeconds(1), "a pause of a second");
        Assert.Equal(kind, store.Link.Status.LastFailure!.Kind);
    }

    private sealed class BadBroker : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();
        private readonly string how;
        private readonly Task serving;
        private int connections;

        public BadBroker(string how)
        {
            this.how = how;
            listener.Start();
            serving = ServeAsync();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public int Connections => Volatile.Read(ref connections);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await serving;
            listener.Dispose();
            stop.Dispose();
        }

        private async Task ServeAsync()
        {
            var talks = new List<Task>();
            try
            {
                while (true)
                {
                    var peer = await listener.AcceptSocketAsync(stop.Token);
                    Interlocked.Increment(ref connections);
                    talks.Add(TalkAsync(peer));
                }
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(talks);
            }
        }

        private async Task TalkAsync(Socket peer)
        {
            using var _ = peer;
            var buffer = new byte[4096];
            try
            {
                await peer.ReceiveAsync(buffer, stop.Token);
                if (how == "garbage") await peer.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stop.Token);
                if (how == "closes-after-subscribe")
                {
                    await peer.SendAsync(Welcome, stop.Token);
                    // Birth first: PUBACK (§3.4) with the packet id that stands after the topic.
                    while (await peer.ReceiveAsync(buffer, stop.Token) is > 0)
                    {
                        if (buffer[0] >> 4 == 8) return;
                        // The remaining length takes two bytes when the packet is longer than 127.
                        var at = buffer[1] < 0x80 ? 2 : 3;
                        var topic = (buffer[at] << 8) | buffer[at + 1];
                        await peer.SendAsync(new byte[] { 0x40, 2, buffer[at + 2 + topic], buffer[at + 3 + topic] }, stop.Token);
                    }
                }

                if (how == "garbage") return;
                while (await peer.ReceiveAsync(buffer, stop.Token) > 0)
                {
                }
            }
            catch (Exception over) when (over is SocketException or OperationCanceledException)
            {
            }
        }
    }
}

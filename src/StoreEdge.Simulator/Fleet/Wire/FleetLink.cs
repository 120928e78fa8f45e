using System.Buffers;
using System.Net.Sockets;
using StoreEdge.Core;

namespace StoreEdge.Simulator.Fleet.Wire;

/// <summary>
/// One connection to a broker over a socket, without a thread of its own: thousands of them fit in a process. libmosquitto, which the agent uses, needs a
/// thread for each and select(2), which ends at 1,024 descriptors. Packets are handed to <c>received</c> one at a time; it must be quick and must not throw.
/// </summary>
internal sealed class FleetLink : IAsyncDisposable
{
    /// <summary>What may wait for the socket; a window of the largest batches fits several times.</summary>
    private const int MostPending = 16 << 20;

    /// <summary>Enough for acknowledgements; grows up to <see cref="MqttReader.MostBytes"/> while something larger comes.</summary>
    private const int SmallBuffer = 1024;

    private readonly Lock gate = new();
    private readonly Socket socket;
    private readonly FleetLinkOptions options;
    private readonly TimeProvider time;
    private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte>? pending;
    private bool flushing;
    private byte[] buffer = new byte[SmallBuffer];
    private int filled;
    private Instant lastSent;
    private Instant? pinged;
    private Task receiving = Task.CompletedTask;

    private FleetLink(Socket socket, FleetLinkOptions options, TimeProvider time) =>
        (this.socket, this.options, this.time, lastSent, KeepAlive) = (socket, options, time, Instant.Now(time), options.KeepAlive);

    /// <summary>What the broker said to CONNECT; it let us in.</summary>
    public MqttPacket ConnAck { get; private set; }

    /// <summary>The agreed one.</summary>
    public TimeSpan KeepAlive { get; private set; }

    /// <summary>Completes with the reason when the connection is over; never faults.</summary>
    public Task<string> Ended => ended.Task;

    /// <summary>Connects and waits until the broker lets us in.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="MqttWireException">The broker refused, or does not speak MQTT.</exception>
    public static async Task<FleetLink> ConnectAsync(FleetLinkOptions options, TimeProvider time, CancellationToken stop)
    {
        var socket = new Socket(options.Broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            if (options.From is { } from) socket.Bind(new System.Net.IPEndPoint(from, 0));
            await socket.ConnectAsync(options.Broker, both.Token).ConfigureAwait(false);
            await socket.SendAsync(MqttWriter.Connect(options), both.Token).ConfigureAwait(false);
            var link = new FleetLink(socket, options, time);
            await link.TakeConnAckAsync(both.Token).ConfigureAwait(false);
            return link;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"no answer within {options.ConnectTimeout.TotalSeconds:0.#} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to hand over what comes; once.</summary>
    public void Listen(Action<MqttPacket> received) => receiving = ReceiveAsync(received);

    /// <summary>Puts a packet into the queue of the socket; after the end it goes nowhere.</summary>
    public void Send(ReadOnlySpan<byte> packet)
    {
        lock (gate)
        {
            if (ended.Task.IsCompleted) return;
            lastSent = Instant.Now(time);
            pending ??= new(Math.Max(packet.Length, SmallBuffer));
            pending.Write(packet);
            if (pending.WrittenCount > MostPending)
            {
                End($"the broker takes nothing; more than {MostPending} bytes wait");
                return;
            }

            if (flushing) return;
            flushing = true;
        }

        _ = FlushAsync();
    }

    /// <summary>Pings when it is time.</summary>
    /// <returns>When to be asked again, at the latest.</returns>
    public Instant KeepUp(Instant now)
    {
        Instant due;
        lock (gate)
        {
            if (pinged is { } at)
            {
                if (now - at >= KeepAlive) End("no answer to a ping");
                return at + KeepAlive;
            }

            due = lastSent + KeepAlive;
            if (now < due) return due;
            pinged = now;
        }

        Send(MqttWriter.PingReq);
        return now + KeepAlive;
    }

    /// <summary>Ends it at once, as a cut cable does: the broker tells the will when it notices.</summary>
    public void Cut() => End("cut");

    /// <summary>Says goodbye, if there is somebody to say it to.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!ended.Task.IsCompleted)
        {
            Send(MqttWriter.Disconnect);
            // A peer that reads nothing must not hold up the end.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
            while (IsFlushing && !ended.Task.IsCompleted && !patience.IsCancellationRequested)
                await Task.Delay(TimeSpan.FromMilliseconds(10), time, CancellationToken.None).ConfigureAwait(false);
            End("goodbye");
        }

        await receiving.ConfigureAwait(false);
    }

    private bool IsFlushing
    {
        get
        {
            lock (gate) return flushing;
        }
    }

    private void End(string reason)
    {
        if (!ended.TrySetResult(reason)) return;
        // Also ends what waits on the socket.
        socket.Dispose();
    }

    private async Task TakeConnAckAsync(CancellationToken stop)
    {
        MqttPacket packet;
        int taken;
        while (!MqttReader.TryTake(buffer.AsMemory(0, filled), options.Protocol, out packet, out taken)) await FillAsync(stop).ConfigureAwait(false);
        Forget(taken);
        if (packet.Kind != MqttPacketKind.ConnAck) throw new MqttWireException($"{packet.Kind} before CONNACK");
        if (packet.Reason >= MqttPacket.FirstRefusal) throw new MqttWireException($"refused with {packet.Reason}");
        (ConnAck, KeepAlive) = (packet, packet.ServerKeepAlive is { Ticks: > 0 } wish ? wish : options.KeepAlive);
    }

    private async Task ReceiveAsync(Action<MqttPacket> received)
    {
        try
        {
            while (true)
            {
                var at = 0;
                while (MqttReader.TryTake(buffer.AsMemory(at, filled - at), options.Protocol, out var packet, out var taken))
                {
                    at += taken;
                    if (packet.Kind == MqttPacketKind.ConnAck) throw new MqttWireException("a second CONNACK");
                    if (packet.Kind == MqttPacketKind.PingResp)
                        lock (gate) pinged = null;
                    received(packet);
                    if (packet is { Kind: MqttPacketKind.Publish, Id: > 0 }) Send(MqttWriter.PubAck(packet.Id));
                    if (packet.Kind == MqttPacketKind.Disconnect) throw new MqttWireException($"dismissed with {packet.Reason}");
                }

                Forget(at);
                await FillAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or MqttWireException)
        {
            End(fault.Message);
        }
    }

    private void Forget(int taken)
    {
        if (taken == 0) return;
        buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
        filled -= taken;
        // A large packet came once; a thousand idle links need not remember its size.
        if (filled == 0 && buffer.Length > SmallBuffer) buffer = new byte[SmallBuffer];
    }

    private async Task FillAsync(CancellationToken stop)
    {
        if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        var count = await socket.ReceiveAsync(buffer.AsMemory(filled), stop).ConfigureAwait(false);
        if (count == 0) throw new MqttWireException("the broker closed the connection");
        filled += count;
    }

    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                ArrayBufferWriter<byte> now;
                lock (gate)
                {
                    if (pending is null)
                    {
                        flushing = false;
                        return;
                    }

                    (now, pending) = (pending, null);
                }

                for (var sent = 0; sent < now.WrittenCount;)
                    sent += await socket.SendAsync(now.WrittenMemory[sent..], CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            lock (gate) flushing = false;
            End(fault.Message);
        }
    }
}

using System.Net.Sockets;
using System.Threading.Channels;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Simulator.Radio;

/// <summary>
/// One radio on its Unix socket: connects to the listening agent, sends a btsnoop header and then records, and connects again when the agent goes away.
/// Like a real radio it keeps nothing for later: what is heard while nobody listens is gone, and counted.
/// </summary>
internal sealed class ReceiverFeed(string name, string path, TimeProvider time)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly Channel<(DateTimeOffset At, byte[] Packet)> frames = Channel.CreateBounded<(DateTimeOffset, byte[])>(
        new BoundedChannelOptions(4096) { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isConnected;
    private long sent, dropped, connections;

    public string Name => name;

    public string Path => path;

    public long Sent => Interlocked.Read(ref sent);

    public long Dropped => Interlocked.Read(ref dropped);

    public long Connections => Interlocked.Read(ref connections);

    /// <summary>Completes with the first connection.</summary>
    public Task Connected => connected.Task;

    public void Offer(DateTimeOffset at, byte[] packet)
    {
        if (!isConnected || !frames.Writer.TryWrite((at, packet))) Interlocked.Increment(ref dropped);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop).ConfigureAwait(false);
                Interlocked.Increment(ref connections);
                await StreamAsync(socket, stop).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // The agent is away; try again.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                isConnected = false;
            }

            while (frames.Reader.TryRead(out _)) Interlocked.Increment(ref dropped);
            await Task.Delay(Retry, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StreamAsync(Socket socket, CancellationToken stop)
    {
        using var buffer = new MemoryStream();
        var writer = new BtsnoopWriter(buffer);
        writer.WriteHeader();
        await FlushAsync(socket, buffer, stop).ConfigureAwait(false);
        isConnected = true;
        connected.TrySetResult();
        while (await frames.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            var count = 0;
            for (; count < 64 && frames.Reader.TryRead(out var frame); count++) writer.Write(frame.At, frame.Packet);
            await FlushAsync(socket, buffer, stop).ConfigureAwait(false);
            Interlocked.Add(ref sent, count);
        }
    }

    private static async Task FlushAsync(Socket socket, MemoryStream buffer, CancellationToken stop)
    {
        for (var rest = buffer.GetBuffer().AsMemory(0, (int)buffer.Length); rest.Length > 0;)
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, stop).ConfigureAwait(false)..];
        buffer.SetLength(0);
    }
}

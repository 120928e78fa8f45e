using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Conformance;

/// <summary>A wire between a store and its broker that can be cut: to the broker it then looks as if the store had been killed.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Socket> ends = [];
    private readonly int broker;
    private readonly Task accepting;
    private volatile bool isCut;

    public Line(int broker)
    {
        this.broker = broker;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Cut()
    {
        isCut = true;
        while (ends.TryTake(out var end)) end.Dispose();
    }

    public void Mend() => isCut = false;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Cut();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var store = await listener.AcceptSocketAsync(stop.Token);
                if (isCut)
                {
                    store.Dispose();
                    continue;
                }

                var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                ends.Add(store);
                ends.Add(far);
                store.NoDelay = true;
                _ = JoinAsync(store, far);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task JoinAsync(Socket store, Socket far)
    {
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, broker, stop.Token);
            await Task.WhenAny(PumpAsync(store, far), PumpAsync(far, store));
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
        finally
        {
            store.Dispose();
            far.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, stop.Token) is > 0 and var count) await to.SendAsync(buffer.AsMemory(0, count), stop.Token);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }
}

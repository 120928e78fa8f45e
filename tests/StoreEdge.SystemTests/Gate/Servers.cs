using System.Net;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>What the Internet offers: TCP at the usual ports, of both protocols; whoever connects is answered, sent to without end, or listened to.</summary>
internal sealed class Servers : IDisposable
{
    private readonly List<Socket> listeners = [];

    public Servers(GuestNetwork guests, params int[] ports)
    {
        foreach (var port in ports.Length > 0 ? ports : [80, 443, 853, 53, 22, 8080])
        {
            var listener = guests.Internet.Listen(IPAddress.IPv6Any, port);
            listeners.Add(listener);
            _ = Task.Run(() => AcceptAsync(listener));
        }
    }

    /// <summary>A server that sends to whoever connects for as long as they take it.</summary>
    public const int Fountain = 9001;

    /// <summary>A server that takes whatever is sent.</summary>
    public const int Sink = 9002;

    public void Dispose() => listeners.ForEach(l => l.Dispose());

    private static async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync();
                _ = Task.Run(() => ServeAsync(connection, ((IPEndPoint)listener.LocalEndPoint!).Port));
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(Socket connection, int port)
    {
        using (connection)
        {
            var buffer = new byte[16 << 10];
            try
            {
                if (port == Fountain)
                    while (true) await connection.SendAsync(buffer);
                while (await connection.ReceiveAsync(buffer) is > 0 and var length)
                    if (port != Sink) await connection.SendAsync(buffer.AsMemory(0, length));
            }
            catch (SocketException)
            {
                // They went, or were cut off.
            }
        }
    }
}

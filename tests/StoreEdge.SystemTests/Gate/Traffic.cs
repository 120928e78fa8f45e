using System.Diagnostics;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>A connection in use: takes or sends as fast as it goes, and knows when the last byte moved.</summary>
internal sealed class Traffic : IDisposable
{
    private readonly Socket socket;
    private long bytes;
    private long lastAt = Stopwatch.GetTimestamp();

    /// <param name="name">For the reader.</param>
    /// <param name="socket">Connected.</param>
    /// <param name="receives">Whether it takes, or sends.</param>
    /// <param name="most">Ends after so many bytes.</param>
    public Traffic(string name, Socket socket, bool receives, long most = long.MaxValue)
    {
        (Name, this.socket, Receives) = (name, socket, receives);
        _ = Task.Run(async () =>
        {
            var buffer = new byte[8 << 10];
            try
            {
                while (Bytes < most)
                {
                    var length = receives ? await socket.ReceiveAsync(buffer) : await socket.SendAsync(buffer);
                    if (length == 0) break;
                    Interlocked.Add(ref bytes, length);
                    Interlocked.Exchange(ref lastAt, Stopwatch.GetTimestamp());
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // Cut off, or the test is over.
            }
        });
    }

    public string Name { get; }

    public bool Receives { get; }

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>A timestamp of <see cref="Stopwatch"/>.</summary>
    public long LastAt => Interlocked.Read(ref lastAt);

    public void Dispose() => socket.Dispose();
}

using System.Diagnostics;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>A connection on which a word goes to and fro every few milliseconds, as a call's does: too little for any quota, and it knows when the last answer came.</summary>
internal sealed class Talk : IDisposable
{
    private readonly Socket socket;
    private int answers;
    private long lastAt = Stopwatch.GetTimestamp();

    /// <param name="socket">Connected to somebody who repeats what is said.</param>
    public Talk(Socket socket)
    {
        this.socket = socket;
        _ = Task.Run(async () =>
        {
            using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            var word = new byte[1];
            try
            {
                while (await beat.WaitForNextTickAsync())
                {
                    await socket.SendAsync(word);
                    if (await socket.ReceiveAsync(word) == 0) break;
                    Interlocked.Increment(ref answers);
                    Interlocked.Exchange(ref lastAt, Stopwatch.GetTimestamp());
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // Cut off, or the test is over.
            }
        });
    }

    public int Answers => Volatile.Read(ref answers);

    /// <summary>A timestamp of <see cref="Stopwatch"/>.</summary>
    public long LastAt => Interlocked.Read(ref lastAt);

    /// <summary>Waits until no answer has come for a second.</summary>
    public Task SilenceAsync() => Eventually.True(() => Stopwatch.GetElapsedTime(LastAt) > TimeSpan.FromSeconds(1), "silence on a connection");

    public void Dispose() => socket.Dispose();
}

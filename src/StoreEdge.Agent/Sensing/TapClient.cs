using System.Net.Sockets;
using System.Text;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>Takes one event that passed a tap; its bytes are valid until it returns.</summary>
internal delegate void TakeTapped(long microseconds, uint lost, ReadOnlySpan<byte> packet);

/// <summary>A technician's tool at the other end of <see cref="TapLoop"/>.</summary>
internal sealed class TapClient : IDisposable
{
    // Less than the two seconds after which a signal ends the process whatever it does.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly BtsnoopReader reader;
    private readonly TimeProvider time;

    private TapClient(Socket socket, TimeProvider time)
    {
        this.socket = socket;
        this.time = time;
        stream = new(socket, ownsSocket: false);
        reader = new(stream);
    }

    /// <summary>Why the stream ended; null where it broke off.</summary>
    public string? Ended { get; private set; }

    /// <summary>Asks the agent that listens at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">There is none, or it refuses; the message says what to do.</exception>
    public static async Task<TapClient> ConnectAsync(string path, TapRequest request, TimeProvider time, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            await socket.SendAsync(Encoding.ASCII.GetBytes(request + "\n"), SocketFlags.None, stop);
            var answer = await ReadLineAsync(socket, stop);
            if (answer != "ok") throw new IOException($"the agent does not let itself be tapped: {(answer.Length > 0 ? answer : "it hung up")}");
            return new(socket, time);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new IOException($"{path}: {fault.Message}. " + (fault.SocketErrorCode == SocketError.AccessDenied
                ? "Run this as root or as the agent's user."
                : "No agent of this configuration runs on this machine; start it, or name --source to listen to a radio without it."), fault);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes events until the agent ends the stream, or until told to stop: then what is still on its way is taken too.</summary>
    /// <exception cref="IOException">Whatever <paramref name="take"/> throws comes out as it is.</exception>
    public async Task ReadAsync(TakeTapped take, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var asked = stop.Register(() =>
        {
            socket.Shutdown(SocketShutdown.Send);
            late.CancelAfter(Goodbye);
        });
        while (Ended is null)
        {
            var result = reader.TryRead(out var record);
            if (result == BtsnoopRead.Malformed) throw new InvalidDataException($"the agent sent no btsnoop at byte {reader.Position}");
            if (result == BtsnoopRead.Done)
            {
                Ended = Tap.EndOf(record.Event);
                take(record.Microseconds, record.Lost, record.Event);
            }
            else if (!await FillAsync(late.Token))
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }

    private async Task<bool> FillAsync(CancellationToken late)
    {
        try
        {
            return await reader.FillAsync(late);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The agent was killed, or does not answer: what came is kept.
            return false;
        }
    }

    /// <summary>A byte at a time, so that nothing of the stream behind the line is taken with it.</summary>
    private static async Task<string> ReadLineAsync(Socket socket, CancellationToken stop)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < 1024 && await socket.ReceiveAsync(one, SocketFlags.None, stop) == 1 && one[0] != '\n') line.Add(one[0]);
        return Encoding.UTF8.GetString([.. line]);
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>
/// Where a technician's tools listen to the radios that the running agent owns: a Unix socket in the state directory, for the agent's own user and root alone. One
/// connection taps one receiver, for a bounded time. As long as somebody records everybody, the health board says so.
/// </summary>
internal sealed class TapLoop(string path, IReadOnlyList<Receiver> receivers, TimeProvider time, HealthBoard health, ILogger<TapLoop> log)
{
    /// <summary>The socket's name in the state directory.</summary>
    public const string SocketName = "tap.sock";

    private const string Unavailable = "tap-unavailable";
    private const int MostPeers = 16;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly List<Task> serving = [];

    /// <summary>Serves until stopped. A socket that cannot be had is a warning, never the end of the store.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await ListenAsync(stop);
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
                {
                    // ArgumentException: a path that is longer than a socket's may be.
                    health.Raise(Unavailable, Severity.Warning, $"Recording and calibrating are not possible: {path}: {fault.Message}",
                        "Check the rights and the length of the state directory's path (at most 98 bytes); it is tried again by itself.");
                }

                await Task.Delay(RetryAfter, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        using var listener = UnixListener.Open(path, Mode, backlog: 4);
        health.Clear(Unavailable);
        try
        {
            while (true)
            {
                var peer = await listener.AcceptAsync(stop);
                serving.RemoveAll(s => s.IsCompleted);
                serving.Add(ServeAsync(peer, serving.Count >= MostPeers, stop));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task ServeAsync(Socket peer, bool tooMany, CancellationToken stop)
    {
        using var _ = peer;
        try
        {
            if (tooMany)
            {
                await SendAsync(peer, $"refused: {MostPeers} taps are open already\n", stop);
                return;
            }

            var line = await ReadLineAsync(peer, stop);
            if (!TapRequest.TryParse(line, out var request)) await SendAsync(peer, $"refused: this agent understands: {TapRequest.Allowed}\n", stop);
            else if (receivers.FirstOrDefault(r => r.Place.Id == request.Receiver) is { } receiver) await StreamAsync(peer, receiver, request, stop);
            else await SendAsync(peer, $"refused: no receiver {request.Receiver} runs here; there are {string.Join(", ", receivers.Select(r => r.Place.Id))}\n", stop);
        }
        catch (SocketException)
        {
            // The peer is gone; whatever it had asked for is over.
        }
        catch (OperationCanceledException)
        {
            // It asked for nothing in time, or takes nothing any more, or the agent stops.
        }
    }

    private async Task StreamAsync(Socket peer, Receiver receiver, TapRequest request, CancellationToken stop)
    {
        using var timeUp = new CancellationTokenSource(request.For, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, stop);
        var tap = new Tap(request.Filter, request.Beacon, time);
        var who = Who(peer);
        log.LogInformation("{Who} taps receiver {Receiver}: {Whom}, {Seconds} s at most", who, request.Receiver, request.Filter, request.For.TotalSeconds);
        receiver.Attach(tap);
        Warn(receiver, who, request);
        // A peer that shuts down its half wants no more; one that is gone reads as the same.
        var hungUp = HangUpAsync(peer, over);
        using var buffer = new MemoryStream();
        var writer = new BtsnoopWriter(buffer);
        try
        {
            buffer.Write("ok\n"u8);
            writer.WriteHeader();
            await FlushAsync(peer, buffer, over.Token);
            while (await tap.Events.WaitToReadAsync(over.Token)) await ForwardAsync(peer, tap, writer, buffer, over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            receiver.Detach(tap);
            using var goodbye = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
            await FlushAsync(peer, buffer, goodbye.Token);
            await ForwardAsync(peer, tap, writer, buffer, goodbye.Token);
            var why = stop.IsCancellationRequested ? "the agent stops" : timeUp.IsCancellationRequested ? "the time is up" : "as asked";
            writer.Write(tap.MicrosecondsAt(Instant.Now(time)), Tap.EndNote(why), tap.Lost);
            await FlushAsync(peer, buffer, goodbye.Token);
        }
        finally
        {
            receiver.Detach(tap);
            if (!receiver.RecordsEverybody) health.Clear(WarningOf(receiver));
            await over.CancelAsync();
            await hungUp;
            log.LogInformation("The tap of {Who} on receiver {Receiver} is over: {Events} events, {Lost} lost", who, request.Receiver, tap.Passed, tap.Lost);
        }
    }

    private static string WarningOf(Receiver receiver) => $"strangers-recorded:{receiver.Place.Id}";

    private void Warn(Receiver receiver, string who, TapRequest request)
    {
        if (request.Filter != TapFilter.Everybody) return;
        health.Raise(WarningOf(receiver), Severity.Warning,
            string.Create(CultureInfo.InvariantCulture, $"Receiver {receiver.Place.Id} is being recorded by {who} with the addresses of everybody near, until {time.GetUtcNow() + request.For:yyyy-MM-dd HH:mm:ss} UTC at the latest."),
            "If nobody of yours is looking for a fault here, end that process and delete its recording.");
    }

    private static async Task ForwardAsync(Socket peer, Tap tap, BtsnoopWriter writer, MemoryStream buffer, CancellationToken stop)
    {
        while (tap.Events.TryPeek(out _))
        {
            for (var i = 0; i < 64 && tap.Events.TryRead(out var passed); i++) writer.Write(passed.Microseconds, passed.Packet, passed.Lost);
            await FlushAsync(peer, buffer, stop);
        }
    }

    /// <summary>Sends what is in the buffer; what was not sent when it is told to stop stays in it, so that no record is sent by half.</summary>
    private static async Task FlushAsync(Socket peer, MemoryStream buffer, CancellationToken stop)
    {
        var sent = 0;
        try
        {
            while (sent < buffer.Length) sent += await peer.SendAsync(buffer.GetBuffer().AsMemory(sent, (int)buffer.Length - sent), SocketFlags.None, stop);
        }
        finally
        {
            var bytes = buffer.GetBuffer();
            var rest = (int)buffer.Length - sent;
            bytes.AsSpan(sent, rest).CopyTo(bytes);
            buffer.SetLength(rest);
            buffer.Position = rest;
        }
    }

    private static async Task HangUpAsync(Socket peer, CancellationTokenSource over)
    {
        var nothing = new byte[64];
        try
        {
            while (await peer.ReceiveAsync(nothing, SocketFlags.None, over.Token) > 0)
            {
                // After its line a peer has nothing to say.
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            // Gone, or over by itself.
        }

        await over.CancelAsync();
    }

    private async Task<string> ReadLineAsync(Socket peer, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        var line = new byte[TapRequest.LongestLine];
        var length = 0;
        while (length < line.Length && line.AsSpan(0, length).IndexOf((byte)'\n') < 0)
        {
            var read = await peer.ReceiveAsync(line.AsMemory(length), SocketFlags.None, over.Token);
            if (read == 0) break;
            length += read;
        }

        return Encoding.ASCII.GetString(line, 0, length);
    }

    private static async Task SendAsync(Socket peer, string text, CancellationToken stop) => await peer.SendAsync(Encoding.UTF8.GetBytes(text), SocketFlags.None, stop);

    /// <summary>Who is at the other end, as the kernel knows (struct ucred: pid, uid, gid). Numbers, as a name would be somebody's.</summary>
    private static string Who(Socket peer)
    {
        const int SolSocket = 1, SoPeerCred = 17;
        Span<byte> credentials = stackalloc byte[12];
        return peer.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == credentials.Length
            ? string.Create(CultureInfo.InvariantCulture, $"process {BinaryPrimitives.ReadInt32LittleEndian(credentials)} of user {BinaryPrimitives.ReadInt32LittleEndian(credentials[4..])}")
            : "an unknown process";
    }
}

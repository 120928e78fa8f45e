using System.Net.Sockets;
using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>
/// Listens on a Unix stream socket for a peer that sends a btsnoop stream; peers come one after another. Live events are stamped on receipt, because a peer's clock is
/// not ours. A broken stream ends its connection and nothing else.
/// </summary>
internal sealed class SocketSource(string path, TimeProvider time, HealthBoard health) : IAdvertisementSource
{
    public async Task RunAsync(Receiver receiver, CancellationToken stop)
    {
        using var listener = Listen();
        health.Clear(SensingLoop.FaultOf(receiver));
        try
        {
            while (true)
            {
                receiver.Close("no peer is connected", Instant.Now(time));
                using var peer = await listener.AcceptAsync(stop);
                receiver.Open(Instant.Now(time));
                await ReadAsync(peer, receiver, stop);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task ReadAsync(Socket peer, Receiver receiver, CancellationToken stop)
    {
        var code = $"receiver-stream:{receiver.Place.Id}";
        await using var stream = new NetworkStream(peer, ownsSocket: false);
        var reader = new BtsnoopReader(stream);
        var heard = false;
        try
        {
            while (await reader.FillAsync(stop))
            {
                BtsnoopRead result;
                while ((result = TakeOne(reader, receiver)) == BtsnoopRead.Done)
                {
                    if (heard) continue;
                    heard = true;
                    health.Clear(code);
                }

                if (result == BtsnoopRead.NeedMore) continue;
                // The warning first: whoever sees the count finds the reason.
                health.Raise(code, Severity.Warning, $"A peer of receiver {receiver.Place.Id} sent something that is no btsnoop at byte {reader.Position}; the connection was closed.",
                    $"Check what is connected to {path}: it must send a btsnoop header and records of datalink 1002.");
                receiver.CountMalformed();
                return;
            }
        }
        catch (IOException) when (!stop.IsCancellationRequested)
        {
            // The peer broke the connection off; the next one is awaited like after an orderly end.
        }
    }

    private BtsnoopRead TakeOne(BtsnoopReader reader, Receiver receiver)
    {
        var result = reader.TryRead(out var record);
        if (result == BtsnoopRead.Done && record.Event.Length > 0) receiver.Hear(record.Event, Instant.Now(time));
        return result;
    }

    private Socket Listen()
    {
        RemoveStale();
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory) Directory.CreateDirectory(directory);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            listener.Listen(4);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Removes a socket that a killed agent left; never one that somebody listens on, nor anything that is not a socket.</summary>
    private void RemoveStale()
    {
        var file = new FileInfo(path);
        if (!file.Exists) return;
        if (file.Length > 0) throw new IOException($"{path} is a file, not a socket; remove it or name another path");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new IOException($"another process listens on {path}; stop it or name another path");
    }
}

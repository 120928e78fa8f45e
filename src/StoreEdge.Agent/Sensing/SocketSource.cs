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
    // The peer may run as another user of the agent's group.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public async Task RunAsync(Receiver receiver, CancellationToken stop)
    {
        using var listener = UnixListener.Open(path, Mode, backlog: 4);
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
}

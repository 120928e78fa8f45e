using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>Plays a btsnoop file at its own pace, once; each event is stamped with the moment at which it is due.</summary>
internal sealed class RecordingSource(string path, TimeProvider time, HealthBoard health) : IAdvertisementSource
{
    public async Task RunAsync(Receiver receiver, CancellationToken stop)
    {
        await using var file = File.OpenRead(path);
        var reader = new BtsnoopReader(file);
        var start = Instant.Now(time);
        long? first = null;
        receiver.Open(start);
        health.Clear(SensingLoop.FaultOf(receiver));
        while (true)
        {
            var result = Next(reader, ref first, out var since);
            if (result == BtsnoopRead.Malformed) throw new InvalidDataException($"{path}: no btsnoop at byte {reader.Position}");
            if (result == BtsnoopRead.NeedMore)
            {
                if (await reader.FillAsync(stop)) continue;
                receiver.End(reader.IsMidway ? "the recording was cut in the middle of a record" : "the recording is over", Instant.Now(time));
                return;
            }

            var due = start + since;
            var wait = due - Instant.Now(time);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, stop);
            if (packetLength > 0) receiver.Hear(packet.AsSpan(0, packetLength), due);
        }
    }

    // A view into the reader's buffer cannot be kept over the wait.
    private readonly byte[] packet = new byte[258];
    private int packetLength;

    private BtsnoopRead Next(BtsnoopReader reader, ref long? first, out TimeSpan since)
    {
        var result = reader.TryRead(out var record);
        since = default;
        if (result != BtsnoopRead.Done) return result;
        first ??= record.Microseconds;
        since = TimeSpan.FromMicroseconds(Math.Max(record.Microseconds - first.Value, 0));
        packetLength = record.Event.Length <= packet.Length ? record.Event.Length : 0;
        record.Event[..packetLength].CopyTo(packet);
        return result;
    }
}

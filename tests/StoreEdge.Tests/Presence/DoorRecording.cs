using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Scoring;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Presence;

/// <summary>A recording of the door on the road that the agent has for recordings: btsnoop files through its own sensing and presence.</summary>
internal static class DoorRecording
{
    /// <summary>What one receiver heard, as a btsnoop file of legacy advertising reports.</summary>
    public static MemoryStream ToBtsnoop(Trace recording, int receiver)
    {
        var file = new MemoryStream();
        var writer = new BtsnoopWriter(file);
        writer.WriteHeader();
        foreach (var heard in recording.Packets.Where(p => p.Receiver == receiver))
            writer.Write(Btsnoop.UnixEpoch + 1_700_000_000_000_000 + (long)Math.Round(heard.At * 1e6), Frames.Legacy(Frames.IBeacon, $"{(byte)heard.Rssi:X2}"));
        file.Position = 0;
        return file;
    }

    public static IReadOnlyList<Crossing> Replay(Trace recording)
    {
        var lanes = recording.Receivers.Select((place, i) => new ReplayLane(place, place.Id.Value, ToBtsnoop(recording, i))).ToList();
        List<Crossing> events = [];
        new Replay(lanes, new AnyBeacon().TryFind, new()).Run(e =>
        {
            if (e is Arrival or Departure) events.Add(new(e.At.Nanoseconds / 1e9, e is Arrival));
        });
        return events;
    }
}

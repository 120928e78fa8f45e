using System.Buffers.Binary;
using System.Threading.Channels;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary>One receiver of a replay and the recording that it heard.</summary>
internal sealed record ReplayLane(ReceiverPlace Place, string Name, Stream Recording);

/// <summary>
/// Runs recordings through the agent's own <see cref="Receiver"/> and <see cref="PresenceTracker"/>, as fast as they can be read, on a clock that the recordings' time
/// stamps drive. Time ends with the last frame: the end of a recording says nothing about who left.
/// </summary>
/// <param name="lanes">The receivers.</param>
/// <param name="lookup">Whose beacons they are.</param>
/// <param name="options">The rules.</param>
/// <param name="timePasses">Told of every tenth of a second before what was heard in it.</param>
internal sealed class Replay(IReadOnlyList<ReplayLane> lanes, BeaconLookup lookup, PresenceOptions options, Action<Instant>? timePasses = null)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private readonly RecordingMerge merge = new(lanes.Select(l => (l.Name, l.Recording)));
    private readonly List<PresenceEvent> events = [];
    private Receiver[] receivers = [];
    private long visits;

    /// <summary>Recordings that end in the middle of a record.</summary>
    public IEnumerable<string> Cut => merge.Cut;

    /// <summary>What each receiver has counted.</summary>
    public IEnumerable<ReceiverStatus> Status => receivers.Select(r => r.Status);

    /// <summary>Runs to the end, telling each event in order.</summary>
    /// <exception cref="InvalidDataException">A recording is no btsnoop.</exception>
    public void Run(Action<PresenceEvent> tell)
    {
        var sightings = Channel.CreateBounded<Sighting>(256);
        receivers = [.. lanes.Select(l => new Receiver(l.Place, lookup, sightings.Writer))];
        merge.Open();
        var tracker = new PresenceTracker(lanes.Select(l => l.Place), options, NewVisit);
        var tick = Instant.Origin + Step;
        while (merge.TryNext(out var lane, out var packet, out var at))
        {
            for (; tick <= at; tick += Step)
            {
                timePasses?.Invoke(tick);
                tracker.Tick(tick, events);
            }

            receivers[lane].Hear(packet, at);
            while (sightings.Reader.TryRead(out var sighting)) tracker.Observe(sighting, events);
            foreach (var happened in events) tell(happened);
            events.Clear();
        }
    }

    private VisitId NewVisit(Instant at)
    {
        Span<byte> counted = stackalloc byte[10];
        counted.Clear();
        BinaryPrimitives.WriteInt64BigEndian(counted[2..], ++visits);
        return VisitIds.Create(merge.Origin + (at - Instant.Origin), counted);
    }
}

using StoreEdge.Core;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Commands;

/// <summary>Several recordings as one, in the order of their time stamps, on a clock that starts with the first frame of all. Holds one frame of each in memory.</summary>
internal sealed class RecordingMerge
{
    private readonly Lane[] lanes;

    public RecordingMerge(IEnumerable<(string Name, Stream Stream)> recordings) => lanes = [.. recordings.Select(r => new Lane(r.Name, r.Stream))];

    /// <summary>µs since the start of the year 0 at the clock's origin; 0 where no recording holds an event.</summary>
    public long OriginMicroseconds { get; private set; }

    /// <summary>The wall clock at the clock's origin; the years that a DateTimeOffset can say.</summary>
    public DateTimeOffset Origin => DateTimeOffset.UnixEpoch.AddMicroseconds(Math.Clamp(OriginMicroseconds - Btsnoop.UnixEpoch, 0, 253_402_300_799_000_000));

    /// <summary>Recordings that end in the middle of a record, as after a power cut; everything before is used.</summary>
    public IEnumerable<string> Cut => lanes.Where(l => l.IsCut).Select(l => l.Name);

    /// <summary>Reads the first frames.</summary>
    /// <exception cref="InvalidDataException">A recording is no btsnoop; the message names it and the byte.</exception>
    public void Open()
    {
        foreach (var lane in lanes) lane.Advance();
        OriginMicroseconds = lanes.Where(l => l.HasFrame).Select(l => l.Microseconds).DefaultIfEmpty().Min();
    }

    /// <summary>The next frame of all: which recording it is from, and its bytes until the next call. False at the end of all.</summary>
    /// <exception cref="InvalidDataException">As with <see cref="Open"/>.</exception>
    public bool TryNext(out int lane, out ReadOnlySpan<byte> packet, out Instant at)
    {
        lane = -1;
        packet = default;
        at = default;
        if (due is { } used) lanes[used].Advance();
        for (var i = 0; i < lanes.Length; i++)
            if (lanes[i].HasFrame && (lane < 0 || lanes[i].Microseconds < lanes[lane].Microseconds))
                lane = i;
        due = lane < 0 ? null : lane;
        if (lane < 0) return false;
        packet = lanes[lane].Packet;
        at = new((lanes[lane].Microseconds - OriginMicroseconds) * 1000);
        return true;
    }

    private int? due;

    private sealed class Lane(string name, Stream stream)
    {
        private readonly BtsnoopReader reader = new(stream);
        private readonly byte[] packet = new byte[258];
        private int length;

        public string Name => name;

        public bool HasFrame { get; private set; }

        public bool IsCut { get; private set; }

        public long Microseconds { get; private set; }

        public ReadOnlySpan<byte> Packet => packet.AsSpan(0, length);

        public void Advance()
        {
            HasFrame = false;
            while (true)
            {
                switch (reader.TryRead(out var record))
                {
                    case BtsnoopRead.Malformed:
                        throw new InvalidDataException($"{name}: no btsnoop of datalink 1001, 1002 or 2001 at byte {reader.Position}");
                    case BtsnoopRead.NeedMore when !reader.Fill():
                        IsCut = reader.IsMidway;
                        return;
                    case BtsnoopRead.Done when record.Event.Length is > 0 and <= 258:
                        record.Event.CopyTo(packet);
                        length = record.Event.Length;
                        // A clock that was set back while recording must not turn time round.
                        Microseconds = Math.Max(Microseconds, record.Microseconds);
                        HasFrame = true;
                        return;
                }
            }
        }
    }
}

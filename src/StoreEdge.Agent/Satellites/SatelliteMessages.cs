using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Satellites;

/// <summary>What a frame is. Below 16 the satellite says it, from 16 the store, 32 either.</summary>
internal enum FrameKind : byte
{
    Hello = 1,
    Sightings = 2,
    State = 3,
    Pong = 4,
    Welcome = 16,
    Ping = 17,
    Known = 18,
    Goodbye = 32,
}

/// <summary>Why one side ends a connection.</summary>
internal enum GoodbyeReason : byte
{
    Stopping = 1,
    NotPaired = 2,
    Replaced = 3,
    OtherVersion = 4,
    NotUnderstood = 5,
    TooMany = 6,
}

/// <summary>The satellite's first word.</summary>
/// <param name="Version">Of this wire; the first byte of the body in every version.</param>
/// <param name="Program">The satellite's build, for the technician.</param>
/// <param name="Receivers">Its receivers; later words name them by their place in this list.</param>
internal sealed record Hello(byte Version, string Program, IReadOnlyList<string> Receivers);

/// <summary>Somebody was heard.</summary>
/// <param name="Receiver">Place in the list of the <see cref="Hello"/>.</param>
/// <param name="Sighting">Who and how; its instant is on the satellite's clock, its receiver the satellite's.</param>
internal readonly record struct HeardElsewhere(int Receiver, Sighting Sighting);

/// <summary>One receiver of the satellite.</summary>
/// <param name="Sees">Whether it is open and not blind.</param>
/// <param name="Fault">Why not, or null.</param>
/// <param name="Counts">Since the satellite started.</param>
/// <param name="Heard">When it heard last, ns on the satellite's clock; null before the first.</param>
internal readonly record struct ReceiverState(bool Sees, string? Fault, RemoteCounts Counts, long? Heard);

/// <summary>The satellite's heartbeat.</summary>
/// <param name="Dropped">Sightings that found no room on the way out.</param>
/// <param name="Receivers">In the order of the <see cref="Hello"/>.</param>
internal sealed record SatelliteState(long Dropped, IReadOnlyList<ReceiverState> Receivers);

/// <summary>The store asks for the time, and tells it.</summary>
/// <param name="Sent">The store's monotonic clock, ns.</param>
/// <param name="UtcTicks">The store's wall clock.</param>
internal readonly record struct Ping(long Sent, long UtcTicks);

/// <summary>The satellite's answer.</summary>
/// <param name="Sent">The ping's own.</param>
/// <param name="Taken">When it came, on the satellite's monotonic clock, ns.</param>
/// <param name="Answered">When this left.</param>
/// <param name="UtcTicks">The satellite's wall clock, which nothing depends on: shown to the technician.</param>
internal readonly record struct Pong(long Sent, long Taken, long Answered, long UtcTicks);

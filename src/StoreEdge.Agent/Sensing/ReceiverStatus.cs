using StoreEdge.Core;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Radio;

namespace StoreEdge.Agent.Sensing;

/// <summary>What one receiver has done since the start. Counts only: nothing here tells one device from another.</summary>
/// <param name="Place">Which receiver.</param>
/// <param name="Connected">Whether its source is open.</param>
/// <param name="Fault">Why it is not, or null.</param>
/// <param name="Frames">HCI events received.</param>
/// <param name="Advertisements">Advertisements in them.</param>
/// <param name="Enrolled">Advertisements of enrolled devices, staff and fixed ones included.</param>
/// <param name="NotEnrolled">Advertisements of everybody else, dropped at once.</param>
/// <param name="Overflowed">Sightings of customers that were lost because presence did not keep up.</param>
/// <param name="Malformed">Events and advertisements that could not be decoded, and broken streams.</param>
/// <param name="LastHeard">When the last event came; null before the first.</param>
/// <param name="Link">How a source outside this machine reaches us; null for one of its own.</param>
internal sealed record ReceiverStatus(
    ReceiverPlace Place, bool Connected, string? Fault, long Frames, long Advertisements, long Enrolled, long NotEnrolled, long Overflowed, long Malformed, Instant? LastHeard,
    string? Link = null)
{
    /// <summary>Why it hears nobody, or null while it does.</summary>
    public Blindness? Blind { get; init; }

    /// <summary>How many fixed beacons it would miss.</summary>
    public int Canaries { get; init; }

    /// <summary>What is known of the radio itself; null for sources that are none of this machine's.</summary>
    public RadioStatus? Radio { get; init; }

    /// <summary>What was tried to make it hear again; null where nothing can be.</summary>
    public RecoveryLadder? Ladder { get; init; }
}

/// <summary>What is known of a radio of this machine.</summary>
/// <param name="Adapter">Its present number, such as <c>hci0</c>.</param>
/// <param name="Dropped">Packets that the kernel dropped because the agent did not read in time.</param>
internal sealed record RadioStatus(string Adapter, long Dropped);

/// <summary>A receiver that could not hear anybody, whoever is there: its silence is no sign that somebody left.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Why">What is wrong, for a person.</param>
internal sealed record Blindness(Instant Since, string Why);

/// <summary>What a receiver of another device has counted there; as in <see cref="ReceiverStatus"/>.</summary>
internal readonly record struct RemoteCounts(long Frames, long Advertisements, long Enrolled, long NotEnrolled, long Overflowed, long Malformed);

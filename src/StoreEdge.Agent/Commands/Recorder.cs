using System.Globalization;
using System.Threading.Channels;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary>One receiver of a recording: its file, and what is in it.</summary>
/// <param name="place">The receiver.</param>
/// <param name="file">Its file.</param>
/// <param name="lookup">Who is enrolled.</param>
internal sealed class Recorder(ReceiverPlace place, RecordingFile file, BeaconLookup lookup)
{
    // About as much as a card must not lose when the power fails.
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(5);
    private readonly HashSet<Pseudonym> enrolled = [];
    private Receiver? counting;
    private long first = -1, last = -1, keptAt;

    public ReceiverPlace Place => place;

    public RecordingFile File => file;

    /// <summary>Whose enrolled devices are in it.</summary>
    public IReadOnlySet<Pseudonym> Enrolled => enrolled;

    /// <summary>Events that are missing because this program or the agent did not keep up.</summary>
    public uint Lost { get; private set; }

    /// <summary>From the first event to the last.</summary>
    public TimeSpan Span => first < 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(last - first);

    /// <summary>Writes one event.</summary>
    /// <exception cref="IOException">The disk takes no more.</exception>
    public void Take(long microseconds, uint lost, ReadOnlySpan<byte> packet)
    {
        file.Write(microseconds, lost, packet);
        Lost = Math.Max(Lost, lost);
        last = microseconds;
        if (first < 0) (first, keptAt) = (microseconds, microseconds);
        // The same code decodes here that decodes in the agent; its sightings go nowhere.
        counting ??= new(place, Known, Channel.CreateBounded<Sighting>(1).Writer);
        counting.Hear(packet, Instant.Origin);
        if (TimeSpan.FromMicroseconds(microseconds - keptAt) < KeepEvery) return;
        file.Keep();
        keptAt = microseconds;
    }

    /// <summary>A sentence about it.</summary>
    public string Told() => string.Create(CultureInfo.InvariantCulture,
        $"{place.Id}: {file.Events} events in {Span.TotalSeconds:0.0} s, {enrolled.Count} enrolled devices, {counting?.Status.NotEnrolled ?? 0} advertisements of strangers, {Lost} events lost → {file.Path}");

    private bool Known(in Heard heard, out BeaconOwner owner)
    {
        if (!lookup(heard, out owner)) return false;
        enrolled.Add(owner.Subject);
        return true;
    }
}

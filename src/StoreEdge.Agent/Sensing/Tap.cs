using System.Text;
using System.Threading.Channels;
using StoreEdge.Core;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>One event that passed a tap.</summary>
/// <param name="Microseconds">When it was received: µs since the start of the year 0, on a wall clock that does not jump while the tap lasts.</param>
/// <param name="Lost">Events lost before it because whoever taps did not keep up.</param>
/// <param name="Packet">The HCI event with its type byte.</param>
internal readonly record struct TappedEvent(long Microseconds, uint Lost, byte[] Packet);

/// <summary>
/// A technician's tap on one receiver: what passes <paramref name="filter"/> waits in a bounded queue, and what does not fit is counted and lost. Fed on the receiver's
/// thread, read on another.
/// </summary>
internal sealed class Tap(TapFilter filter, BeaconId beacon, TimeProvider time)
{
    // Four seconds of the busiest air that is expected, as in SensingLoop.
    internal const int Capacity = 4096;

    private const string EndWord = "storeedge tap over: ";

    private readonly Channel<TappedEvent> queue = Channel.CreateBounded<TappedEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Instant startedAt = Instant.Now(time);
    private readonly long startedMicroseconds = Btsnoop.UnixEpoch + (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    private long lost;
    private long passed;

    public bool TakesEverybody => filter == TapFilter.Everybody;

    public ChannelReader<TappedEvent> Events => queue.Reader;

    /// <summary>Events lost because the queue was full.</summary>
    public uint Lost => (uint)Math.Min(Volatile.Read(ref lost), uint.MaxValue);

    /// <summary>Events that passed.</summary>
    public long Passed => Volatile.Read(ref passed);

    /// <summary>A moment of the store's monotonic clock as it stands in the stream.</summary>
    public long MicrosecondsAt(Instant at) => startedMicroseconds + (at.Nanoseconds - startedAt.Nanoseconds) / 1000;

    /// <summary>
    /// The event that ends a stream in order: a vendor's own (code FF), which every reader of btsnoop skips. It carries the count of what was lost to the end, and brings the
    /// clock of a replay to where the recording ended.
    /// </summary>
    public static byte[] EndNote(string why) => [0x04, 0xFF, (byte)(EndWord.Length + why.Length), .. Encoding.ASCII.GetBytes(EndWord + why)];

    /// <summary>Why the stream ends, where the event is an <see cref="EndNote"/>; else null.</summary>
    public static string? EndOf(ReadOnlySpan<byte> packet) =>
        packet.Length > 3 && packet[1] == 0xFF && packet[3..].StartsWith("storeedge tap over: "u8) ? Encoding.ASCII.GetString(packet[(3 + EndWord.Length)..]) : null;

    /// <summary>Takes a whole event as it came, where everybody passes.</summary>
    public void TakeEvent(ReadOnlySpan<byte> packet, Instant at)
    {
        if (TakesEverybody) Queue(packet, at);
    }

    /// <summary>Takes one advertisement, where it passes the filter: alone, without whatever else came in its event.</summary>
    public void TakeAdvertisement(in AdvertisingReport report, ReadOnlySpan<byte> payload, BeaconId whose, bool isEnrolled, Instant at)
    {
        if (filter == TapFilter.One ? whose != beacon : filter == TapFilter.Everybody || !isEnrolled) return;
        Write(report, payload, at);
    }

    /// <summary>Takes a report that came as such, without an event around it.</summary>
    public void TakeReport(in AdvertisingReport report, ReadOnlySpan<byte> payload, Instant at)
    {
        if (TakesEverybody) Write(report, payload, at);
    }

    private void Write(in AdvertisingReport report, ReadOnlySpan<byte> payload, Instant at)
    {
        Span<byte> packet = stackalloc byte[HciEventWriter.MaximumLength];
        do
        {
            var length = HciEventWriter.Write(report, payload, packet, out var taken);
            Queue(packet[..length], at);
            payload = payload[taken..];
        }
        while (!payload.IsEmpty);
    }

    private void Queue(ReadOnlySpan<byte> packet, Instant at)
    {
        if (queue.Writer.TryWrite(new(MicrosecondsAt(at), Lost, packet.ToArray()))) Volatile.Write(ref passed, passed + 1);
        else Volatile.Write(ref lost, lost + 1);
    }
}

using System.Buffers;
using System.IO.Compression;
using System.Text;
using StoreEdge.Contracts;
using StoreEdge.Simulator.Journey;

namespace StoreEdge.Tests.Simulator;

/// <summary>Events as a store would write them, for the journey service's tests.</summary>
internal static class JourneyEvents
{
    public const string Store = "s1";

    public const string Boot = "b-1";

    public static Guid Epoch { get; } = Guid.Parse("0e6ff3c5-54b2-4e0b-9d4e-0d6c8e1d8a11");

    public static Guid Former { get; } = Guid.Parse("11111111-2222-4333-8444-555555555555");

    public static DateTimeOffset Noon { get; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>An event; one that dwells where no data are given.</summary>
    /// <param name="milliseconds">On the boot's monotonic clock; by default, seconds after noon are what its number says.</param>
    public static ReceivedEvent Event(
        long seq, IEventData? data = null, Guid? epoch = null, string store = Store, string quality = "synchronized", DateTimeOffset? at = null, long? milliseconds = null)
    {
        data ??= new DwellData($"v{seq}", "k1-test", "door", 1, "involuntary", "low");
        var envelope = new EventEnvelope(
            store, epoch ?? Epoch, seq, data.Type, at ?? Noon.AddSeconds(seq % 1000), Noon, Boot, milliseconds ?? seq % 1000 * 1000, quality, ContractsJson.Write(data));
        return new(envelope, data, Utf8(envelope), Noon);
    }

    public static byte[] Utf8(EventEnvelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>();
        envelope.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The gzip of a JSON list.</summary>
    public static byte[] Batch(params IEnumerable<ReceivedEvent> events) => Gzip($"[{string.Join(",", events.Select(e => Encoding.UTF8.GetString(e.Utf8.Span)))}]");

    public static byte[] Gzip(string text) => Gzip(Encoding.UTF8.GetBytes(text));

    public static byte[] Gzip(ReadOnlySpan<byte> plain)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal)) zip.Write(plain);
        return packed.ToArray();
    }
}

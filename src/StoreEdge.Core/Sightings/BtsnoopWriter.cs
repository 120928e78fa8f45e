namespace StoreEdge.Core.Sightings;

/// <summary>Writes HCI events as a btsnoop stream of datalink 1002. Not for use by several threads.</summary>
public sealed class BtsnoopWriter
{
    private readonly Stream stream;
    private readonly byte[] buffer = new byte[Btsnoop.RecordHeaderLength + 258];

    /// <summary>Takes the stream, which stays the caller's to flush and close.</summary>
    public BtsnoopWriter(Stream stream) => this.stream = stream;

    /// <summary>Writes the file header; once, before any event.</summary>
    public void WriteHeader()
    {
        Btsnoop.WriteHeader(buffer);
        stream.Write(buffer, 0, Btsnoop.HeaderLength);
    }

    /// <summary>Writes one event.</summary>
    /// <param name="at">When it was received.</param>
    /// <param name="packet">The event with its type byte 04, at most 258 bytes.</param>
    public void Write(DateTimeOffset at, ReadOnlySpan<byte> packet) =>
        Write(Btsnoop.UnixEpoch + (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, packet);

    /// <summary>Writes one event.</summary>
    /// <param name="microseconds">µs since the start of the year 0.</param>
    /// <param name="packet">The event with its type byte 04, at most 258 bytes.</param>
    /// <param name="lost">Packets lost since the stream began.</param>
    public void Write(long microseconds, ReadOnlySpan<byte> packet, uint lost = 0)
    {
        Btsnoop.WriteRecordHeader(buffer, packet.Length, microseconds, lost);
        packet.CopyTo(buffer.AsSpan(Btsnoop.RecordHeaderLength));
        stream.Write(buffer, 0, Btsnoop.RecordHeaderLength + packet.Length);
    }
}

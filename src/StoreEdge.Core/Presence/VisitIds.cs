using System.Buffers.Binary;
using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>Makes visit ids: UUID version 7 (RFC 9562, section 5.7), so that they sort by time. Randomness is supplied, so that a replay repeats itself exactly.</summary>
public static class VisitIds
{
    /// <summary>Builds one id.</summary>
    /// <param name="time">The wall clock at the arrival; to the millisecond.</param>
    /// <param name="random">10 bytes that differ from id to id.</param>
    public static VisitId Create(DateTimeOffset time, ReadOnlySpan<byte> random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        random[..10].CopyTo(bytes[6..]);
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x70);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new(new Guid(bytes, bigEndian: true).ToString("D"));
    }
}

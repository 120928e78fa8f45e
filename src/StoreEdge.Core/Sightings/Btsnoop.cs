using System.Buffers.Binary;

namespace StoreEdge.Core.Sightings;

/// <summary>What a stretch of a btsnoop stream turned out to be.</summary>
public enum BtsnoopRead
{
    /// <summary>A whole element was read.</summary>
    Done,

    /// <summary>More bytes are needed.</summary>
    NeedMore,

    /// <summary>The bytes are no btsnoop; nothing after them can be trusted.</summary>
    Malformed,
}

/// <summary>The packet framings of a btsnoop file that are understood.</summary>
public enum BtsnoopDatalink
{
    /// <summary>1001: packets without their type byte; the record's flags tell events apart.</summary>
    UnencapsulatedHci = 1001,

    /// <summary>1002: packets with their H4 type byte in front; what is written here.</summary>
    Uart = 1002,

    /// <summary>2001: the Linux monitor channel, as <c>btmon -w</c> writes it; the flags hold adapter and opcode.</summary>
    LinuxMonitor = 2001,
}

/// <summary>
/// The btsnoop capture format (RFC 1761's snoop with its own datalinks), which Wireshark, btmon and Android phones read and write: a 16-byte header, then records of a
/// 24-byte header and a packet. All numbers are big-endian; time is µs since the start of the year 0.
/// </summary>
public static class Btsnoop
{
    /// <summary>Length of the file header.</summary>
    public const int HeaderLength = 16;

    /// <summary>Length of a record's header.</summary>
    public const int RecordHeaderLength = 24;

    /// <summary>The longest packet that is believed: an ACL packet with its header. A longer one means that the stream is no btsnoop.</summary>
    public const int MaximumPacketLength = 65_540;

    /// <summary>µs from the start of the year 0 to the Unix epoch, as BlueZ's btsnoop.c and Wireshark's wiretap/btsnoop.c have it.</summary>
    public const long UnixEpoch = 0x00dcddb30f2f8000;

    private static ReadOnlySpan<byte> Magic => "btsnoop\0"u8;

    /// <summary>Writes the header of an H4 (datalink 1002) stream.</summary>
    public static void WriteHeader(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], (uint)BtsnoopDatalink.Uart);
    }

    /// <summary>Reads the file header.</summary>
    public static BtsnoopRead TryReadHeader(ReadOnlySpan<byte> source, out BtsnoopDatalink datalink)
    {
        datalink = default;
        var known = Math.Min(source.Length, Magic.Length);
        if (!source[..known].SequenceEqual(Magic[..known])) return BtsnoopRead.Malformed;
        if (source.Length < HeaderLength) return BtsnoopRead.NeedMore;
        if (BinaryPrimitives.ReadUInt32BigEndian(source[8..]) != 1) return BtsnoopRead.Malformed;
        datalink = (BtsnoopDatalink)BinaryPrimitives.ReadUInt32BigEndian(source[12..]);
        return Enum.IsDefined(datalink) ? BtsnoopRead.Done : BtsnoopRead.Malformed;
    }

    /// <summary>Writes the header of a record that holds an HCI event received from a controller.</summary>
    /// <param name="destination">At least <see cref="RecordHeaderLength"/> bytes.</param>
    /// <param name="packetLength">Bytes of the packet, with its type byte.</param>
    /// <param name="microseconds">µs since the start of the year 0.</param>
    /// <param name="lost">Packets lost since the stream began, as the format counts them.</param>
    public static void WriteRecordHeader(Span<byte> destination, int packetLength, long microseconds, uint lost = 0)
    {
        const uint receivedEvent = 3;
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)packetLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)packetLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], receivedEvent);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], lost);
        BinaryPrimitives.WriteInt64BigEndian(destination[16..], microseconds);
    }

    /// <summary>
    /// Reads one record. The event is given with its type byte 04 in front whatever the datalink: where the file omits it, the byte before the packet (the last of the
    /// record header, already read) is overwritten with it, which is why the source must be writable.
    /// </summary>
    /// <param name="source">The bytes from the record's start on.</param>
    /// <param name="datalink">From the file header.</param>
    /// <param name="record">The record, when done.</param>
    /// <param name="consumed">How many bytes it took, when done.</param>
    public static BtsnoopRead TryReadRecord(Span<byte> source, BtsnoopDatalink datalink, out BtsnoopRecord record, out int consumed)
    {
        record = default;
        consumed = 0;
        if (source.Length < RecordHeaderLength) return BtsnoopRead.NeedMore;
        var original = BinaryPrimitives.ReadUInt32BigEndian(source);
        var included = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        if (included > MaximumPacketLength || included > original) return BtsnoopRead.Malformed;
        var flags = BinaryPrimitives.ReadUInt32BigEndian(source[8..]);
        var lost = BinaryPrimitives.ReadUInt32BigEndian(source[12..]);
        var microseconds = BinaryPrimitives.ReadInt64BigEndian(source[16..]);
        if (microseconds < 0) return BtsnoopRead.Malformed;
        consumed = RecordHeaderLength + (int)included;
        if (source.Length < consumed) return BtsnoopRead.NeedMore;

        var isEvent = datalink switch
        {
            BtsnoopDatalink.UnencapsulatedHci => (flags & 3) == 3,
            BtsnoopDatalink.LinuxMonitor => (flags & 0xFFFF) == 3,
            _ => included > 0 && source[RecordHeaderLength] == 0x04,
        };
        if (!isEvent)
        {
            record = new() { Microseconds = microseconds, Lost = lost };
            return BtsnoopRead.Done;
        }

        if (datalink == BtsnoopDatalink.Uart)
        {
            record = new() { Microseconds = microseconds, Lost = lost, Event = source[RecordHeaderLength..consumed] };
            return BtsnoopRead.Done;
        }

        source[RecordHeaderLength - 1] = 0x04;
        record = new() { Microseconds = microseconds, Lost = lost, Event = source[(RecordHeaderLength - 1)..consumed] };
        return BtsnoopRead.Done;
    }
}

/// <summary>One record of a capture.</summary>
public readonly ref struct BtsnoopRecord
{
    /// <summary>µs since the start of the year 0.</summary>
    public long Microseconds { get; init; }

    /// <summary>Packets that whoever recorded lost since the stream began.</summary>
    public uint Lost { get; init; }

    /// <summary>The HCI event with its type byte; empty where the record holds something else (a command, data, a note of the monitor).</summary>
    public ReadOnlySpan<byte> Event { get; init; }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StoreEdge.Agent.Satellites;

/// <summary>Writes the fields of a frame, big-endian; texts with their length before them.</summary>
internal readonly struct FrameBodyWriter(ArrayBufferWriter<byte> bytes)
{
    public void Byte(byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes.GetSpan(2), checked((ushort)value));
        bytes.Advance(2);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(8), value);
        bytes.Advance(8);
    }

    /// <summary>At most 255 bytes of UTF-8; what is longer is cut, as it is only read by people.</summary>
    public void Text(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        var length = utf8.Length;
        if (length > byte.MaxValue)
            for (length = byte.MaxValue; (utf8[length] & 0xC0) == 0x80;) length--;
        Byte((byte)length);
        bytes.Write(utf8.AsSpan(0, length));
    }

    public void Rest(ReadOnlySpan<byte> value) => bytes.Write(value);
}

/// <summary>Reads the fields of a frame; whatever is not there, or not as agreed, is a <see cref="FormatException"/> that says what was expected.</summary>
internal ref struct FrameBodyReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> rest = body;

    public byte Byte(string what) => Take(1, what)[0];

    public int UInt16(string what) => BinaryPrimitives.ReadUInt16BigEndian(Take(2, what));

    public long Int64(string what) => BinaryPrimitives.ReadInt64BigEndian(Take(8, what));

    /// <summary>A number that counts or measures, so never negative.</summary>
    public long Count(string what) => Int64(what) is >= 0 and var count ? count : throw new FormatException($"{what} is negative");

    /// <summary>A monotonic instant, ns. Beyond 2⁶⁰ (36 years after a boot) it is none, and sums of two could overflow.</summary>
    public long Instant() => Count("an instant") is var at && at < 1L << 60 ? at : throw new FormatException("an instant 36 years after the boot");

    public bool Flag(string what) => Byte(what) switch { 0 => false, 1 => true, var other => throw new FormatException($"{what} is {other}, neither 0 nor 1") };

    /// <summary>Text for people: control characters, which could forge lines of a log, become spaces.</summary>
    public string Text(string what)
    {
        var text = Encoding.UTF8.GetString(Take(Byte(what), what));
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
    }

    public ReadOnlySpan<byte> Rest()
    {
        var all = rest;
        rest = default;
        return all;
    }

    /// <summary>Nothing may be left over.</summary>
    public readonly void End()
    {
        if (rest.Length > 0) throw new FormatException($"{rest.Length} bytes too many");
    }

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        if (rest.Length < count) throw new FormatException($"it ends within {what}");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}

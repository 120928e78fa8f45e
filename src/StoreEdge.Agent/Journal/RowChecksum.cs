using System.Numerics;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// CRC-32C over everything that an event's row says, its number and boot id included. SQLite notices a damaged page only where its structure breaks; a flipped bit within a text or
/// a number it takes for what was written.
/// </summary>
internal static class RowChecksum
{
    /// <summary>What the column holds in rows that were written before there were checksums; no checksum has this value, for those are kept as signed 32-bit numbers.</summary>
    public const long None = 1L << 32;

    /// <summary>The value of the column. The boot id goes in as its text, so that a row can be checked and moved without the table that it came with.</summary>
    public static long Of(long seq, string type, ReadOnlySpan<byte> data, long timeMicroseconds, long recordedMicroseconds, string bootId, long monotonicMilliseconds, bool synchronized)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)seq);
        crc = Add(crc, type);
        crc = BitOperations.Crc32C(crc, (ulong)timeMicroseconds);
        crc = BitOperations.Crc32C(crc, (ulong)recordedMicroseconds);
        crc = Add(crc, bootId);
        crc = BitOperations.Crc32C(crc, (ulong)monotonicMilliseconds);
        crc = BitOperations.Crc32C(crc, synchronized ? (byte)1 : (byte)0);
        return (int)Add(crc, data);
    }

    /// <summary>Of a row of any table, for <c>row_checksum</c> in SQL: 0 to 2^32 − 1, so that the sum over a table's rows does not overflow.</summary>
    public static long Of(object?[] values)
    {
        var crc = uint.MaxValue;
        foreach (var value in values)
            crc = value is long number ? BitOperations.Crc32C(BitOperations.Crc32C(crc, (byte)1), (ulong)number) : Add(BitOperations.Crc32C(crc, (byte)2), value as string ?? "");
        return crc;
    }

    /// <summary>Adds a text with its length, so that nothing can move from one column into the next.</summary>
    public static uint Add(uint crc, string text)
    {
        crc = BitOperations.Crc32C(crc, (uint)text.Length);
        foreach (var letter in text) crc = BitOperations.Crc32C(crc, letter);
        return crc;
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = BitOperations.Crc32C(crc, (uint)bytes.Length);
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        return crc;
    }
}

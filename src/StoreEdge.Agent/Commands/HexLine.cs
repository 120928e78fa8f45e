namespace StoreEdge.Agent.Commands;

/// <summary>Reads a line of hexadecimal digits, of either case, with blanks between them as packet dumps have.</summary>
internal static class HexLine
{
    /// <summary>Fills <paramref name="bytes"/>; false with the offset, in decoded bytes, of what is no digit or has no partner.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, Span<byte> bytes, out int length, out string? error)
    {
        length = 0;
        error = null;
        var high = -1;
        foreach (var character in line)
        {
            if (character is (byte)' ' or (byte)'\t' or (byte)'\r') continue;
            var digit = char.IsAsciiHexDigit((char)character) ? Value(character) : -1;
            if (digit < 0) error = $"byte {character:x2} of the line is no hexadecimal digit";
            else if (length == bytes.Length && high < 0) error = $"the line has more than {bytes.Length} bytes";
            if (error is not null) return false;
            if (high < 0)
            {
                high = digit;
                continue;
            }

            bytes[length++] = (byte)(high << 4 | digit);
            high = -1;
        }

        if (high >= 0) error = "the last hexadecimal digit has no partner";
        return error is null;
    }

    private static int Value(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

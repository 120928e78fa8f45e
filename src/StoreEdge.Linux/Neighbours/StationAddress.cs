using System.Globalization;

namespace StoreEdge.Linux.Neighbours;

/// <summary>The hardware address of a station on the guest network. It lives in RAM and in the kernel's tables only: whoever formats one by mistake must not print it.</summary>
/// <param name="Bits">The 48 bits, most significant byte written first.</param>
public readonly record struct StationAddress(ulong Bits)
{
    /// <summary>Reads the six bytes of a frame.</summary>
    public static StationAddress Read(ReadOnlySpan<byte> bytes)
    {
        ulong bits = 0;
        for (var i = 0; i < 6; i++) bits = bits << 8 | bytes[i];
        return new(bits);
    }

    /// <summary>Reads <c>aa:bb:cc:dd:ee:ff</c>.</summary>
    public static bool TryParse(string? text, out StationAddress address)
    {
        address = default;
        if (text is not { Length: 17 }) return false;
        ulong bits = 0;
        for (var i = 0; i < 6; i++)
        {
            if (i > 0 && text[3 * i - 1] != ':') return false;
            if (!byte.TryParse(text.AsSpan(3 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet)) return false;
            bits = bits << 8 | octet;
        }

        address = new(bits);
        return true;
    }

    /// <summary>Writes the six bytes of a frame.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        for (var i = 0; i < 6; i++) bytes[i] = (byte)(Bits >> 8 * (5 - i));
    }

    /// <summary><c>aa:bb:cc:dd:ee:ff</c>, for the kernel and for nobody else.</summary>
    public string Spell() => string.Create(CultureInfo.InvariantCulture,
        $"{Bits >> 40 & 255:x2}:{Bits >> 32 & 255:x2}:{Bits >> 24 & 255:x2}:{Bits >> 16 & 255:x2}:{Bits >> 8 & 255:x2}:{Bits & 255:x2}");

    /// <summary>Nothing.</summary>
    public override string ToString() => "station";
}

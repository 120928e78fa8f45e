using System.Globalization;

namespace StoreEdge.Core.Sightings;

/// <summary>A raw radio address. It exists between the decoder and the enrolment look-up only; nothing outside Sensing may hold one.</summary>
/// <param name="Bits">The 48 bits, most significant byte displayed first.</param>
public readonly record struct DeviceAddress(ulong Bits)
{
    /// <summary>Reads the six little-endian bytes of an HCI event.</summary>
    public static DeviceAddress Read(ReadOnlySpan<byte> littleEndian)
    {
        ulong bits = 0;
        for (var i = 5; i >= 0; i--) bits = bits << 8 | littleEndian[i];
        return new(bits);
    }

    /// <summary>Writes the six little-endian bytes of an HCI event.</summary>
    public void CopyTo(Span<byte> littleEndian)
    {
        for (var i = 0; i < 6; i++) littleEndian[i] = (byte)(Bits >> 8 * i);
    }

    /// <summary><c>aa:bb:cc:dd:ee:ff</c>, lower case.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Bits >> 40 & 255:x2}:{Bits >> 32 & 255:x2}:{Bits >> 24 & 255:x2}:{Bits >> 16 & 255:x2}:{Bits >> 8 & 255:x2}:{Bits & 255:x2}");
}

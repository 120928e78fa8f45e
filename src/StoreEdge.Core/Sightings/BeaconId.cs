using System.Buffers.Binary;
using System.Globalization;

namespace StoreEdge.Core.Sightings;

/// <summary>
/// Which beacon: the identifying fields of its frame, packed into 24 bytes (format, then up to 22 bytes of id) so that a look-up of a frame from the air
/// neither allocates nor depends on text. The canonical text is one of
/// <c>ibeacon:UUID/major/minor</c>, <c>altbeacon:MFR/hex</c>, <c>eddystone-uid:ns/instance</c>, <c>eddystone-eid:hex</c>.
/// </summary>
public readonly struct BeaconId : IEquatable<BeaconId>
{
    /// <summary>What <see cref="TryParse"/> accepts, for error messages.</summary>
    public const string Allowed =
        "ibeacon:UUID/major/minor, altbeacon:MFR/ID (4 and 40 hex digits), eddystone-uid:NAMESPACE/INSTANCE (20 and 12 hex digits) or eddystone-eid:ID (16 hex digits)";

    private readonly ulong head;
    private readonly ulong middle;
    private readonly ulong tail;

    private BeaconId(BeaconFormat format, ReadOnlySpan<byte> id)
    {
        Span<byte> packed = stackalloc byte[24];
        packed.Clear();
        packed[0] = (byte)format;
        id.CopyTo(packed[1..]);
        head = BinaryPrimitives.ReadUInt64BigEndian(packed);
        middle = BinaryPrimitives.ReadUInt64BigEndian(packed[8..]);
        tail = BinaryPrimitives.ReadUInt64BigEndian(packed[16..]);
    }

    /// <summary>The frame format that the id belongs to; <see cref="BeaconFormat.Other"/> for the default value, which names no beacon.</summary>
    public BeaconFormat Format => (BeaconFormat)(head >> 56);

    /// <summary>The eight bytes of an Eddystone-EID as a big-endian number.</summary>
    internal ulong EphemeralId => head << 8 | middle >> 56;

    /// <summary>An iBeacon.</summary>
    public static BeaconId OfIBeacon(Guid uuid, ushort major, ushort minor)
    {
        Span<byte> id = stackalloc byte[20];
        uuid.TryWriteBytes(id, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(id[16..], major);
        BinaryPrimitives.WriteUInt16BigEndian(id[18..], minor);
        return new(BeaconFormat.IBeacon, id);
    }

    /// <summary>The id in a frame's own bytes: 20 for an iBeacon, 22 (company big-endian, then the id) for an AltBeacon, 16 for an Eddystone-UID, 8 for an Eddystone-EID.</summary>
    internal static BeaconId OfBytes(BeaconFormat format, ReadOnlySpan<byte> id) => new(format, id);

    /// <summary>How many bytes of id a format has; 0 for one that identifies nobody.</summary>
    internal static int LengthOf(BeaconFormat format) => format switch
    {
        BeaconFormat.IBeacon => 20,
        BeaconFormat.AltBeacon => 22,
        BeaconFormat.EddystoneUid => 16,
        BeaconFormat.EddystoneEid => 8,
        _ => 0,
    };

    /// <summary>Writes the id's bytes in frame order and returns how many there are (at most 22).</summary>
    internal int CopyTo(Span<byte> destination)
    {
        Span<byte> packed = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64BigEndian(packed, head);
        BinaryPrimitives.WriteUInt64BigEndian(packed[8..], middle);
        BinaryPrimitives.WriteUInt64BigEndian(packed[16..], tail);
        var length = LengthOf(Format);
        packed.Slice(1, length).CopyTo(destination);
        return length;
    }

    /// <summary>Reads the canonical text; hexadecimal digits may have either case.</summary>
    public static bool TryParse(string? text, out BeaconId id)
    {
        id = default;
        if (text is null) return false;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return false;
        var parts = text[(colon + 1)..].Split('/');
        Span<byte> bytes = stackalloc byte[22];
        switch (text[..colon].ToLowerInvariant())
        {
            case "ibeacon" when parts.Length == 3 && Guid.TryParseExact(parts[0], "D", out var uuid)
                && ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
                && ushort.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var minor):
                id = OfIBeacon(uuid, major, minor);
                return true;
            case "altbeacon" when parts.Length == 2 && TryHex(parts[0], bytes[..2]) && TryHex(parts[1], bytes[2..22]):
                id = new(BeaconFormat.AltBeacon, bytes);
                return true;
            case "eddystone-uid" when parts.Length == 2 && TryHex(parts[0], bytes[..10]) && TryHex(parts[1], bytes[10..16]):
                id = new(BeaconFormat.EddystoneUid, bytes[..16]);
                return true;
            case "eddystone-eid" when parts.Length == 1 && TryHex(parts[0], bytes[..8]):
                id = new(BeaconFormat.EddystoneEid, bytes[..8]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The canonical text, lower case.</summary>
    public override string ToString()
    {
        Span<byte> id = stackalloc byte[22];
        id = id[..CopyTo(id)];
        return Format switch
        {
            BeaconFormat.IBeacon => string.Create(CultureInfo.InvariantCulture,
                $"ibeacon:{new Guid(id[..16], bigEndian: true):D}/{BinaryPrimitives.ReadUInt16BigEndian(id[16..])}/{BinaryPrimitives.ReadUInt16BigEndian(id[18..])}"),
            BeaconFormat.AltBeacon => $"altbeacon:{Convert.ToHexStringLower(id[..2])}/{Convert.ToHexStringLower(id[2..])}",
            BeaconFormat.EddystoneUid => $"eddystone-uid:{Convert.ToHexStringLower(id[..10])}/{Convert.ToHexStringLower(id[10..])}",
            BeaconFormat.EddystoneEid => $"eddystone-eid:{Convert.ToHexStringLower(id)}",
            _ => "none",
        };
    }

    /// <inheritdoc/>
    public bool Equals(BeaconId other) => head == other.head && middle == other.middle && tail == other.tail;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BeaconId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(head, middle, tail);

    /// <summary>Whether both name the same beacon.</summary>
    public static bool operator ==(BeaconId left, BeaconId right) => left.Equals(right);

    /// <summary>Whether they name different beacons.</summary>
    public static bool operator !=(BeaconId left, BeaconId right) => !left.Equals(right);

    private static bool TryHex(string digits, Span<byte> bytes) =>
        digits.Length == bytes.Length * 2 && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
}

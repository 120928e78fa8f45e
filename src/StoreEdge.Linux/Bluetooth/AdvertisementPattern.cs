namespace StoreEdge.Linux.Bluetooth;

/// <summary>Bytes at a place of an AD structure. On the wire: type, offset, length, 31 bytes.</summary>
/// <param name="Type">The AD type.</param>
/// <param name="Offset">Where in its data.</param>
/// <param name="Value">The bytes, at most 31.</param>
public sealed record AdvertisementPattern(byte Type, byte Offset, IReadOnlyList<byte> Value)
{
    /// <summary>Bytes that one takes on the wire.</summary>
    public const int Length = 34;

    /// <summary>The three beacon families: iBeacon, AltBeacon, Eddystone. Without MSFT offload the kernel passes every advertisement on, matching or not.</summary>
    public static IReadOnlyList<AdvertisementPattern> Beacons { get; } =
        [new(0xFF, 0, [0x4C, 0x00, 0x02, 0x15]), new(0xFF, 2, [0xBE, 0xAC]), new(0x16, 0, [0xAA, 0xFE])];

    internal void Write(Span<byte> at)
    {
        at[..Length].Clear();
        at[0] = Type;
        at[1] = Offset;
        at[2] = (byte)Value.Count;
        for (var i = 0; i < Value.Count; i++) at[3 + i] = Value[i];
    }
}

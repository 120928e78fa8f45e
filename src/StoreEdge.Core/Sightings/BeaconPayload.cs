namespace StoreEdge.Core.Sightings;

/// <summary>Writes what a beacon sends: for simulated shoppers, a canary and recordings made from other data.</summary>
public static class BeaconPayload
{
    /// <summary>The most bytes that <see cref="Write"/> needs: what a legacy advertisement holds.</summary>
    public const int MaximumLength = 31;

    /// <summary>Writes the AD structures of <paramref name="beacon"/> and returns their length.</summary>
    /// <param name="beacon">Any id but the default one.</param>
    /// <param name="txPower">dBm as the format defines it: at 1 m for iBeacon and AltBeacon, at 0 m for Eddystone.</param>
    /// <param name="payload">At least <see cref="MaximumLength"/> bytes.</param>
    /// <exception cref="ArgumentException">The id names no beacon.</exception>
    public static int Write(BeaconId beacon, sbyte txPower, Span<byte> payload)
    {
        Span<byte> id = stackalloc byte[22];
        id = id[..beacon.CopyTo(id)];
        return beacon.Format switch
        {
            BeaconFormat.IBeacon => Join(payload, [0x02, 0x01, 0x06, 0x1A, 0xFF, 0x4C, 0x00, 0x02, 0x15], id, [(byte)txPower]),
            BeaconFormat.AltBeacon => Join(payload, [0x02, 0x01, 0x06, 0x1B, 0xFF, id[1], id[0], 0xBE, 0xAC], id[2..], [(byte)txPower, 0x00]),
            BeaconFormat.EddystoneUid => Join(
                payload, [0x02, 0x01, 0x06, 0x03, 0x03, 0xAA, 0xFE, 0x17, 0x16, 0xAA, 0xFE, 0x00, (byte)txPower], id, [0x00, 0x00]),
            BeaconFormat.EddystoneEid => Join(
                payload, [0x02, 0x01, 0x06, 0x03, 0x03, 0xAA, 0xFE, 0x0D, 0x16, 0xAA, 0xFE, 0x30, (byte)txPower], id, []),
            _ => throw new ArgumentException("the id names no beacon", nameof(beacon)),
        };
    }

    private static int Join(Span<byte> payload, ReadOnlySpan<byte> head, ReadOnlySpan<byte> id, ReadOnlySpan<byte> tail)
    {
        head.CopyTo(payload);
        id.CopyTo(payload[head.Length..]);
        tail.CopyTo(payload[(head.Length + id.Length)..]);
        return head.Length + id.Length + tail.Length;
    }
}

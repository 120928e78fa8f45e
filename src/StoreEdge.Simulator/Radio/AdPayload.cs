using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Radio;

/// <summary>
/// The advertising data of beacons, written from their formats' own documents and on purpose without the agent's decoder or its tables: what both
/// sides get wrong alike would go unnoticed.
/// </summary>
internal static class AdPayload
{
    /// <summary>The data of a beacon's next frame.</summary>
    /// <param name="beacon">Whose.</param>
    /// <param name="count">How many frames went before; every tenth of an Eddystone is telemetry, as its protocol asks for interleaving.</param>
    /// <param name="uptimeSeconds">For telemetry.</param>
    public static byte[] Of(Beacon beacon, long count, double uptimeSeconds) => beacon switch
    {
        { IsNoise: true } => Noise(beacon),
        { Format: TagFormat.IBeacon } => [0x02, 0x01, 0x06, 0x1A, 0xFF, 0x4C, 0x00, 0x02, 0x15, .. beacon.Id, Power(beacon.PowerAt1Metre)],
        // The company stands little-endian on the air; the id's text has it the usual way round.
        { Format: TagFormat.AltBeacon } => [0x02, 0x01, 0x06, 0x1B, 0xFF, beacon.Id[1], beacon.Id[0], 0xBE, 0xAC, .. beacon.Id.AsSpan(2), Power(beacon.PowerAt1Metre), 0x00],
        _ when count % 10 == 9 => Telemetry(count, uptimeSeconds),
        // Eddystone states its power at 0 m: 41 dB above that at 1 m.
        _ => [0x02, 0x01, 0x06, 0x03, 0x03, 0xAA, 0xFE, 0x17, 0x16, 0xAA, 0xFE, 0x00, Power(beacon.PowerAt1Metre + 41), .. beacon.Id, 0x00, 0x00],
    };

    /// <summary>The id as the enrolment registry writes it.</summary>
    public static string IdText(Beacon beacon)
    {
        var id = beacon.Id;
        return beacon.Format switch
        {
            TagFormat.IBeacon => $"ibeacon:{new Guid(id.AsSpan(0, 16), bigEndian: true)}/{id[16] << 8 | id[17]}/{id[18] << 8 | id[19]}",
            TagFormat.AltBeacon => $"altbeacon:{Convert.ToHexStringLower(id.AsSpan(0, 2))}/{Convert.ToHexStringLower(id.AsSpan(2))}",
            _ => $"eddystone-uid:{Convert.ToHexStringLower(id.AsSpan(0, 10))}/{Convert.ToHexStringLower(id.AsSpan(10))}",
        };
    }

    private static byte[] Telemetry(long count, double uptimeSeconds)
    {
        var (adverts, tenths) = ((uint)count, (uint)(uptimeSeconds * 10));
        return
        [
            0x02, 0x01, 0x06, 0x03, 0x03, 0xAA, 0xFE, 0x11, 0x16, 0xAA, 0xFE, 0x20, 0x00,
            0x0B, 0xB8, // 3,000 mV
            0x15, 0x80, // 21.5 °C in 8.8 fixed point
            (byte)(adverts >> 24), (byte)(adverts >> 16), (byte)(adverts >> 8), (byte)adverts,
            (byte)(tenths >> 24), (byte)(tenths >> 16), (byte)(tenths >> 8), (byte)tenths,
        ];
    }

    // What fills the air in any street: Apple's continuity messages (company 004C, but no beacon), a service of some wearable, a bare flags field.
    private static byte[] Noise(Beacon beacon) => (beacon.Id[0] % 3) switch
    {
        0 => [0x02, 0x01, 0x1A, 0x0A, 0xFF, 0x4C, 0x00, 0x10, 0x05, .. beacon.Id.AsSpan(1, 5)],
        1 => [0x02, 0x01, 0x06, 0x0B, 0x16, 0x2C, 0xFE, .. beacon.Id.AsSpan(1, 8)],
        _ => [0x02, 0x01, 0x06],
    };

    private static byte Power(double dbm) => (byte)(sbyte)Math.Clamp(Math.Round(dbm), -100, 20);
}

namespace StoreEdge.Simulator.Radio;

/// <summary>
/// HCI LE advertising report events as a controller sends them, with the H4 packet type 04 in front (Bluetooth Core, Vol 4, Part E, 7.7.65.2 and
/// 7.7.65.13; one report each).
/// </summary>
internal static class HciReport
{
    private const byte EventPacket = 0x04, LeMeta = 0x3E, NonConnectable = 0x03, RandomAddress = 0x01;

    /// <summary>Subevent 02; the RSSI stands after the data.</summary>
    public static byte[] Legacy(ReadOnlySpan<byte> address, ReadOnlySpan<byte> data, sbyte rssi) =>
        [EventPacket, LeMeta, (byte)(12 + data.Length), 0x02, 0x01, NonConnectable, RandomAddress, .. address, (byte)data.Length, .. data, (byte)rssi];

    /// <summary>Subevent 0D for a legacy PDU: event type 0x0010 (ADV_NONCONN_IND), 1M PHY, no second PHY, no set, no power, no periodic interval.</summary>
    public static byte[] Extended(ReadOnlySpan<byte> address, ReadOnlySpan<byte> data, sbyte rssi) =>
    [
        EventPacket, LeMeta, (byte)(26 + data.Length), 0x0D, 0x01, 0x10, 0x00, RandomAddress, .. address, 0x01, 0x00, 0xFF, 0x7F, (byte)rssi, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, (byte)data.Length, .. data,
    ];
}

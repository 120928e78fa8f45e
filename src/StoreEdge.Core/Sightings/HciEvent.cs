using System.Buffers.Binary;

namespace StoreEdge.Core.Sightings;

/// <summary>
/// Reads advertising reports out of HCI events as they come from a controller with their H4 type byte: <c>04 3E len subevent …</c>. Subevent 02 carries legacy
/// reports (RSSI after the data), 0D extended ones (Core Specification, volume 4, part E, sections 7.7.65.2 and 7.7.65.13).
/// </summary>
public static class HciEvent
{
    private const byte EventPacket = 0x04;
    private const byte LeMeta = 0x3E;
    private const byte LegacyReport = 0x02;
    private const byte ExtendedReport = 0x0D;
    private const int LegacyHeader = 9;
    private const int ExtendedHeader = 24;

    /// <summary>
    /// Checks the framing of a whole event before any report of it is used, so that an event whose counts lie yields nothing rather than something wrong.
    /// </summary>
    /// <param name="packet">From the type byte 04 to the end of the event, exactly.</param>
    /// <param name="reports">The reports, to be enumerated; valid as long as the packet's bytes are.</param>
    /// <param name="fault">What is wrong; <see cref="DecodeFaultKind.NotAdvertising"/> for sound events that carry no reports.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, out AdvertisingReports reports, out DecodeFault fault)
    {
        reports = default;
        fault = CheckHeader(packet);
        if (fault.Kind != DecodeFaultKind.None) return false;
        var extended = packet[3] == ExtendedReport;
        if (packet.Length < 5)
        {
            fault = new(DecodeFaultKind.Truncated, 4, 0, 1);
            return false;
        }

        int count = packet[4];
        var allowed = extended ? 10 : 25;
        if (count == 0 || count > allowed)
        {
            fault = new(DecodeFaultKind.ReportCount, 4, count, allowed);
            return false;
        }

        fault = extended ? CheckExtended(packet, count) : CheckLegacy(packet, count);
        if (fault.Kind != DecodeFaultKind.None) return false;
        reports = new(packet, count, extended);
        return true;
    }

    private static DecodeFault CheckHeader(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 1) return new(DecodeFaultKind.Truncated, 0, 0, 1);
        if (packet[0] != EventPacket) return new(DecodeFaultKind.NotAnEvent, 0, packet[0], EventPacket);
        if (packet.Length < 3) return new(DecodeFaultKind.Truncated, 1, packet.Length - 1, 2);
        if (packet.Length - 3 != packet[2]) return new(DecodeFaultKind.EventLength, 2, packet.Length - 3, packet[2]);
        if (packet[1] != LeMeta) return new(DecodeFaultKind.NotAdvertising, 1, packet[1]);
        if (packet.Length < 4) return new(DecodeFaultKind.Truncated, 3, 0, 1);
        return packet[3] is LegacyReport or ExtendedReport ? default : new(DecodeFaultKind.NotAdvertising, 3, packet[3]);
    }

    private static DecodeFault CheckLegacy(ReadOnlySpan<byte> packet, int count)
    {
        var offset = 5;
        for (var i = 0; i < count; i++)
        {
            if (packet.Length - offset < LegacyHeader) return new(DecodeFaultKind.Truncated, offset, packet.Length - offset, LegacyHeader);
            int length = packet[offset + 8];
            if (length > 31) return new(DecodeFaultKind.DataLength, offset + 8, length, 31);
            offset += LegacyHeader;
            if (packet.Length - offset < length + 1) return new(DecodeFaultKind.Truncated, offset, packet.Length - offset, length + 1);
            offset += length + 1;
        }

        return offset == packet.Length ? default : new(DecodeFaultKind.TrailingBytes, offset, packet.Length - offset);
    }

    private static DecodeFault CheckExtended(ReadOnlySpan<byte> packet, int count)
    {
        var offset = 5;
        for (var i = 0; i < count; i++)
        {
            if (packet.Length - offset < ExtendedHeader) return new(DecodeFaultKind.Truncated, offset, packet.Length - offset, ExtendedHeader);
            if ((packet[offset] >> 5 & 3) == 3) return new(DecodeFaultKind.DataStatus, offset, 3);
            int length = packet[offset + 23];
            if (length > 229) return new(DecodeFaultKind.DataLength, offset + 23, length, 229);
            offset += ExtendedHeader;
            if (packet.Length - offset < length) return new(DecodeFaultKind.Truncated, offset, packet.Length - offset, length);
            offset += length;
        }

        return offset == packet.Length ? default : new(DecodeFaultKind.TrailingBytes, offset, packet.Length - offset);
    }

    /// <summary>Reads the legacy report that starts at <paramref name="offset"/> and moves past it.</summary>
    internal static AdvertisingReport NextLegacy(ReadOnlySpan<byte> packet, scoped ref int offset)
    {
        int length = packet[offset + 8];
        var report = new AdvertisingReport
        {
            EventType = packet[offset],
            AddressType = packet[offset + 1],
            Address = DeviceAddress.Read(packet.Slice(offset + 2, 6)),
            SetId = 0xFF,
            DataOffset = offset + LegacyHeader,
            Data = packet.Slice(offset + LegacyHeader, length),
            Rssi = AdvertisingReport.RssiOf(packet[offset + LegacyHeader + length]),
        };
        offset += LegacyHeader + length + 1;
        return report;
    }

    /// <summary>Reads the extended report that starts at <paramref name="offset"/> and moves past it.</summary>
    internal static AdvertisingReport NextExtended(ReadOnlySpan<byte> packet, scoped ref int offset)
    {
        int length = packet[offset + 23];
        var report = new AdvertisingReport
        {
            IsExtended = true,
            EventType = BinaryPrimitives.ReadUInt16LittleEndian(packet[offset..]),
            Status = (ReportDataStatus)(BinaryPrimitives.ReadUInt16LittleEndian(packet[offset..]) >> 5 & 3),
            AddressType = packet[offset + 2],
            Address = DeviceAddress.Read(packet.Slice(offset + 3, 6)),
            SetId = packet[offset + 11],
            Rssi = AdvertisingReport.RssiOf(packet[offset + 13]),
            DataOffset = offset + ExtendedHeader,
            Data = packet.Slice(offset + ExtendedHeader, length),
        };
        offset += ExtendedHeader + length;
        return report;
    }
}

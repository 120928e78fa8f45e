using System.Buffers.Binary;

namespace StoreEdge.Core.Sightings;

/// <summary>
/// Writes an advertisement back as HCI events of one report each, which <see cref="HciEvent"/> reads again (Core Specification, volume 4, part E, sections 7.7.65.2 and
/// 7.7.65.13): for recordings that leave out the other reports of an event, and for sources that deliver reports rather than events.
/// </summary>
public static class HciEventWriter
{
    /// <summary>The longest HCI event, with its type byte.</summary>
    public const int MaximumLength = 258;

    private const int MostLegacyData = 31;
    private const int MostExtendedData = 229;
    private const byte NotAvailable = 127;

    /// <summary>Writes one event; what does not fit into it is to be written with the next, as a controller fragments it.</summary>
    /// <param name="report">Address, type, set and level; its data is not looked at.</param>
    /// <param name="data">The AD structures from here on. Legacy reports hold up to 31 bytes; whatever is longer becomes extended.</param>
    /// <param name="destination">At least <see cref="MaximumLength"/> bytes.</param>
    /// <param name="taken">How much of <paramref name="data"/> this event holds.</param>
    /// <returns>The event's length.</returns>
    public static int Write(in AdvertisingReport report, ReadOnlySpan<byte> data, Span<byte> destination, out int taken)
    {
        var rssi = (byte)(report.Rssi ?? (sbyte)NotAvailable);
        destination[0] = 0x04;
        destination[1] = 0x3E;
        destination[4] = 1;
        if (!report.IsExtended && data.Length <= MostLegacyData)
        {
            taken = data.Length;
            destination[3] = 0x02;
            destination[5] = (byte)report.EventType;
            destination[6] = report.AddressType;
            report.Address.CopyTo(destination[7..]);
            destination[13] = (byte)taken;
            data.CopyTo(destination[14..]);
            destination[14 + taken] = rssi;
            return Finish(destination, 15 + taken);
        }

        taken = Math.Min(data.Length, MostExtendedData);
        destination[3] = 0x0D;
        var status = taken < data.Length ? ReportDataStatus.MoreToCome : report.Status;
        // Bit 4 says "legacy PDU", which holds at most 31 bytes; the status stands in bits 5 and 6.
        var kind = report.IsExtended ? report.EventType & ~(3 << 5) : 0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[5..], (ushort)(kind | (int)status << 5));
        destination[7] = report.AddressType;
        report.Address.CopyTo(destination[8..]);
        destination[14] = 1; // LE 1M: reports do not keep the PHY
        destination[15] = 0;
        destination[16] = report.SetId;
        destination[17] = NotAvailable;
        destination[18] = rssi;
        destination[19..28].Clear();
        destination[28] = (byte)taken;
        data[..taken].CopyTo(destination[29..]);
        return Finish(destination, 29 + taken);
    }

    private static int Finish(Span<byte> destination, int length)
    {
        destination[2] = (byte)(length - 3);
        return length;
    }
}

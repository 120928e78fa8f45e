using System.Buffers.Binary;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>What is said on the raw channel: commands <c>01 opcode length …</c>, events <c>04 code length …</c> (Core Specification, volume 4, part E).</summary>
public static class HciPacket
{
    internal const byte Event = 0x04;
    internal const byte CommandComplete = 0x0E;
    internal const byte CommandStatus = 0x0F;
    internal const byte LeMeta = 0x3E;

    /// <summary>LE Set Scan Parameters.</summary>
    public const ushort SetScanParameters = 0x200B;

    /// <summary>LE Set Scan Enable.</summary>
    public const ushort SetScanEnable = 0x200C;

    /// <summary>LE Set Extended Scan Parameters.</summary>
    public const ushort SetExtendedScanParameters = 0x2041;

    /// <summary>LE Set Extended Scan Enable.</summary>
    public const ushort SetExtendedScanEnable = 0x2042;

    /// <summary>The status of a controller on which the other generation of commands is in use.</summary>
    public const byte CommandDisallowed = 0x0C;

    /// <summary>The status of a controller that does not know the command.</summary>
    public const byte UnknownCommand = 0x01;

    /// <summary>Passive scanning without a filter: interval and window in units of 0.625 ms.</summary>
    public static byte[] ScanParameters(ushort interval, ushort window)
    {
        byte[] packet = [1, 0x0B, 0x20, 7, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(5), interval);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(7), window);
        return packet;
    }

    /// <summary>The same for controllers with extended advertising, on the 1M channel set.</summary>
    public static byte[] ExtendedScanParameters(ushort interval, ushort window)
    {
        byte[] packet = [1, 0x41, 0x20, 8, 0, 0, 1, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(8), interval);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(10), window);
        return packet;
    }

    /// <summary>Scan, or not; duplicates are always wanted.</summary>
    public static byte[] ScanEnable(bool on) => [1, 0x0C, 0x20, 2, on ? (byte)1 : (byte)0, 0];

    /// <summary>The same for controllers with extended advertising: without an end, without a period.</summary>
    public static byte[] ExtendedScanEnable(bool on) => [1, 0x42, 0x20, 6, on ? (byte)1 : (byte)0, 0, 0, 0, 0, 0];

    /// <summary>Reads how a command ended; false where this event tells of none.</summary>
    public static bool TryReadCompletion(ReadOnlySpan<byte> packet, out ushort opcode, out byte status)
    {
        opcode = 0;
        status = 0;
        if (packet.Length < 7 || packet[0] != Event) return false;
        switch (packet[1])
        {
            case CommandComplete:
                opcode = BinaryPrimitives.ReadUInt16LittleEndian(packet[4..]);
                status = packet[6];
                return true;
            case CommandStatus:
                status = packet[3];
                opcode = BinaryPrimitives.ReadUInt16LittleEndian(packet[5..]);
                return true;
            default:
                return false;
        }
    }
}

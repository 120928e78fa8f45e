using System.Buffers.Binary;

namespace StoreEdge.Simulator.Controller;

/// <summary>
/// A Bluetooth LE controller's half of HCI, as much of it as a Linux host needs to scan: H4 packets in, H4 packets out, no clock, no device (Bluetooth Core, Vol 4, Part E).
/// It speaks of itself as a version 5.0 controller without BR/EDR. Commands that it does not know are answered as such; it never connects and never really advertises.
/// </summary>
/// <param name="address">Public address, little-endian, 6 bytes.</param>
/// <param name="extended">Whether it offers extended scanning and then reports with subevent 0D.</param>
internal sealed class LeController(byte[] address, bool extended)
{
    private const byte Command = 0x01, Event = 0x04, CommandComplete = 0x0E;
    private const byte UnknownCommand = 0x01, Disallowed = 0x0C, InvalidParameters = 0x12;

    public bool IsExtended => extended;

    public bool IsScanning { get; private set; }

    /// <summary>Whether each device is to be reported once for each start of the scan.</summary>
    public bool FiltersDuplicates { get; private set; }

    /// <summary>From the start of one scan window to the next, in units of 0.625 ms.</summary>
    public int Interval { get; private set; } = 0x10;

    /// <summary>How much of the interval it listens, in units of 0.625 ms.</summary>
    public int Window { get; private set; } = 0x10;

    /// <summary>Whether it listens that long after the scan began: only within the window of each interval.</summary>
    public bool Listens(TimeSpan sinceScanBegan) =>
        IsScanning && (Window >= Interval || sinceScanBegan.TotalMilliseconds / 0.625 % Interval < Window);

    /// <summary>Whether the packet is the command that resets everything.</summary>
    public static bool IsReset(ReadOnlySpan<byte> packet) => packet is [Command, 0x03, 0x0C, ..];

    /// <summary>Forgets what the host had set, as after a reset or when the supply breaks down.</summary>
    public void Reset()
    {
        (IsScanning, FiltersDuplicates) = (false, false);
        (Interval, Window) = (0x10, 0x10);
    }

    /// <summary>Takes one packet from the host and gives the event that answers it; null for what is no command (there are no connections, so data go nowhere).</summary>
    public byte[]? Answer(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 4 || packet[0] != Command) return null;
        var opcode = BinaryPrimitives.ReadUInt16LittleEndian(packet[1..]);
        var parameters = packet[4..];
        if (parameters.Length != packet[3]) return Complete(opcode, InvalidParameters);
        if (opcode is LeCommands.SetScanParameters or LeCommands.SetExtendedScanParameters) return Complete(opcode, SetParameters(opcode, parameters));
        if (opcode is LeCommands.SetScanEnable or LeCommands.SetExtendedScanEnable) return Complete(opcode, SetEnable(opcode, parameters));
        if (opcode == LeCommands.Reset) Reset();
        return LeCommands.TryAnswer(opcode, address, extended, out var returned) ? Complete(opcode, 0, returned) : Complete(opcode, UnknownCommand);
    }

    /// <summary>The event of a controller that broke down inside and says so.</summary>
    public static byte[] HardwareError() => [Event, 0x10, 0x01, 0x00];

    private byte SetParameters(int opcode, ReadOnlySpan<byte> p)
    {
        if (IsScanning) return Disallowed;
        if (opcode == LeCommands.SetExtendedScanParameters)
        {
            if (!extended) return UnknownCommand;
            // Own address type, filter policy, PHYs, then type, interval and window for each PHY; that of 1M comes first.
            if (p.Length < 8 || (p[2] & 1) == 0) return InvalidParameters;
            p = p[3..];
        }
        else if (p.Length != 7)
        {
            return InvalidParameters;
        }

        int interval = BinaryPrimitives.ReadUInt16LittleEndian(p[1..]), window = BinaryPrimitives.ReadUInt16LittleEndian(p[3..]);
        if (interval < 4 || window < 4 || window > interval) return InvalidParameters;
        (Interval, Window) = (interval, window);
        return 0;
    }

    private byte SetEnable(int opcode, ReadOnlySpan<byte> p)
    {
        var isExtendedCommand = opcode == LeCommands.SetExtendedScanEnable;
        if (isExtendedCommand && !extended) return UnknownCommand;
        if (p.Length != (isExtendedCommand ? 6 : 2) || p[0] > 1) return InvalidParameters;
        (IsScanning, FiltersDuplicates) = (p[0] == 1, p[1] != 0);
        return 0;
    }

    private static byte[] Complete(int opcode, byte status, ReadOnlySpan<byte> returned = default) =>
        // One more command may be sent at a time.
        [Event, CommandComplete, (byte)(4 + returned.Length), 0x01, (byte)opcode, (byte)(opcode >> 8), status, .. returned];
}

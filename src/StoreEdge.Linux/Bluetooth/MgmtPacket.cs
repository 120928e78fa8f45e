using System.Buffers.Binary;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>One packet of the control channel: a header of three 16-bit words (code, adapter, length), then what it says. All little-endian; a view over the bytes.</summary>
public readonly ref struct MgmtPacket
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 6;

    /// <summary>The adapter index that stands for none.</summary>
    public const ushort NoIndex = 0xFFFF;

    private MgmtPacket(ReadOnlySpan<byte> packet)
    {
        Code = (MgmtEventCode)BinaryPrimitives.ReadUInt16LittleEndian(packet);
        Index = BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]);
        Data = packet[HeaderLength..];
    }

    /// <summary>What kind of event.</summary>
    public MgmtEventCode Code { get; }

    /// <summary>Of which adapter.</summary>
    public ushort Index { get; }

    /// <summary>What it says.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Reads a packet; false where it is too short or its length lies.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MgmtPacket packet)
    {
        packet = default;
        if (bytes.Length < HeaderLength || bytes.Length - HeaderLength != BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..])) return false;
        packet = new(bytes);
        return true;
    }

    /// <summary>Reads the answer to a command; false where this is none.</summary>
    public bool TryReadReply(out MgmtReply reply)
    {
        reply = default;
        if (Code is not (MgmtEventCode.CommandComplete or MgmtEventCode.CommandStatus) || Data.Length < 3) return false;
        reply = new((MgmtOpcode)BinaryPrimitives.ReadUInt16LittleEndian(Data), (MgmtStatus)Data[2], Data[3..]);
        return true;
    }

    /// <summary>Reads an advertisement; false where this is none, or a broken one.</summary>
    public bool TryReadAdvertisement(out MgmtAdvertisement advertisement)
    {
        advertisement = default;
        // The two differ by the monitor's handle in front.
        var body = Data;
        if (Code == MgmtEventCode.MonitorDeviceFound && body.Length >= 2) body = body[2..];
        else if (Code != MgmtEventCode.DeviceFound) return false;
        if (body.Length < 14) return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);
        if (body.Length - 14 < length) return false;
        advertisement = new(body[..6], body[6], (sbyte)body[7], BinaryPrimitives.ReadUInt32LittleEndian(body[8..]), body.Slice(14, length));
        return true;
    }

    /// <summary>Reads settings that changed; false where this tells of none.</summary>
    public bool TryReadSettings(out MgmtSettings settings)
    {
        settings = MgmtSettings.None;
        if (Code != MgmtEventCode.NewSettings || Data.Length < 4) return false;
        settings = (MgmtSettings)BinaryPrimitives.ReadUInt32LittleEndian(Data);
        return true;
    }

    /// <summary>Reads which monitor was removed (0: all); false where this tells of none.</summary>
    public bool TryReadRemovedMonitor(out ushort handle)
    {
        handle = 0;
        if (Code != MgmtEventCode.MonitorRemoved || Data.Length < 2) return false;
        handle = BinaryPrimitives.ReadUInt16LittleEndian(Data);
        return true;
    }
}

/// <summary>The answer to a command, as a view.</summary>
public readonly ref struct MgmtReply
{
    internal MgmtReply(MgmtOpcode opcode, MgmtStatus status, ReadOnlySpan<byte> data)
    {
        Opcode = opcode;
        Status = status;
        Data = data;
    }

    /// <summary>To which command.</summary>
    public MgmtOpcode Opcode { get; }

    /// <summary>How it ended.</summary>
    public MgmtStatus Status { get; }

    /// <summary>What it returns.</summary>
    public ReadOnlySpan<byte> Data { get; }
}

/// <summary>An advertisement as the control channel tells it, as a view.</summary>
public readonly ref struct MgmtAdvertisement
{
    /// <summary>The value that stands for an unknown RSSI.</summary>
    public const sbyte RssiUnknown = 127;

    private const uint NotConnectable = 1 << 2;

    internal MgmtAdvertisement(ReadOnlySpan<byte> address, byte addressType, sbyte rssi, uint flags, ReadOnlySpan<byte> data)
    {
        IsConnectable = (flags & NotConnectable) == 0;
        Address = address;
        AddressType = addressType;
        Rssi = rssi;
        Data = data;
    }

    /// <summary>Six bytes, the last one first.</summary>
    public ReadOnlySpan<byte> Address { get; }

    /// <summary>1 public, 2 random (0 is classic Bluetooth).</summary>
    public byte AddressType { get; }

    /// <summary>Whether a connection may be asked for.</summary>
    public bool IsConnectable { get; }

    /// <summary>dBm, or <see cref="RssiUnknown"/>.</summary>
    public sbyte Rssi { get; }

    /// <summary>The AD structures.</summary>
    public ReadOnlySpan<byte> Data { get; }
}

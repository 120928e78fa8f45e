using System.Buffers.Binary;
using System.Globalization;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>An adapter's own public address.</summary>
/// <param name="Bits">The 48 bits, most significant byte displayed first.</param>
public readonly record struct AdapterAddress(ulong Bits)
{
    /// <summary>Reads <c>AA:BB:CC:DD:EE:FF</c> in either case.</summary>
    public static bool TryParse(string text, out AdapterAddress address)
    {
        address = default;
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length != 17) return false;
        ulong bits = 0;
        for (var i = 0; i < 17; i++)
        {
            if (i % 3 == 2)
            {
                if (text[i] != ':') return false;
            }
            else if (char.IsAsciiHexDigit(text[i])) bits = bits << 4 | (uint)Convert.ToInt32(text.Substring(i, 1), 16);
            else return false;
        }

        address = new(bits);
        return true;
    }

    /// <summary>Reads six bytes, the last one first.</summary>
    public static AdapterAddress Read(ReadOnlySpan<byte> littleEndian)
    {
        ulong bits = 0;
        for (var i = 5; i >= 0; i--) bits = bits << 8 | littleEndian[i];
        return new(bits);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Bits >> 40 & 255:X2}:{Bits >> 32 & 255:X2}:{Bits >> 24 & 255:X2}:{Bits >> 16 & 255:X2}:{Bits >> 8 & 255:X2}:{Bits & 255:X2}");
}

/// <summary>What an adapter can do and does.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Supported">What it can do.</param>
/// <param name="Current">What is switched on.</param>
public readonly record struct AdapterInfo(AdapterAddress Address, MgmtSettings Supported, MgmtSettings Current)
{
    /// <summary>Reads the answer to <see cref="MgmtOpcode.ReadInfo"/>; false where it is too short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out AdapterInfo info)
    {
        info = default;
        // Address 6, version 1, manufacturer 2, supported 4, current 4; class and names follow.
        if (data.Length < 17) return false;
        info = new(AdapterAddress.Read(data), (MgmtSettings)BinaryPrimitives.ReadUInt32LittleEndian(data[9..]), (MgmtSettings)BinaryPrimitives.ReadUInt32LittleEndian(data[13..]));
        return true;
    }
}

/// <summary>Which monitors an adapter has, everybody's.</summary>
/// <param name="Offloaded">Whether the controller itself filters (MSFT extension).</param>
/// <param name="Handles">The monitors.</param>
public sealed record MonitorFeatures(bool Offloaded, IReadOnlyList<ushort> Handles)
{
    /// <summary>Reads the answer to <see cref="MgmtOpcode.ReadMonitorFeatures"/>; false where it is too short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out MonitorFeatures features)
    {
        features = new(false, []);
        // Supported 4, enabled 4, most handles 2, most patterns 1, count 2, then the handles.
        if (data.Length < 13) return false;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(data[11..]);
        if (data.Length - 13 < count * 2) return false;
        var handles = new ushort[count];
        for (var i = 0; i < count; i++) handles[i] = BinaryPrimitives.ReadUInt16LittleEndian(data[(13 + 2 * i)..]);
        features = new((data[4] & 1) != 0, handles);
        return true;
    }
}

using System.Globalization;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>Whether rfkill holds an adapter off.</summary>
public enum RfKillState
{
    /// <summary>It does not.</summary>
    Free,

    /// <summary>By software; it can be lifted.</summary>
    Soft,

    /// <summary>By a switch of the machine; no program can lift it.</summary>
    Hard,

    /// <summary>The adapter has no such switch, or it cannot be seen.</summary>
    Unknown,
}

/// <summary>The radio switches of the kernel, as sysfs shows them and <c>/dev/rfkill</c> takes them.</summary>
/// <param name="sysfs">Where sysfs is; elsewhere in tests.</param>
/// <param name="device">Where the switches are set; elsewhere in tests.</param>
public sealed class RfKill(string sysfs = "/sys", string device = "/dev/rfkill")
{
    private const byte AnyType = 0;
    private const byte Change = 2;

    /// <summary>How an adapter's switch stands.</summary>
    public RfKillState State(ushort adapter)
    {
        if (Switch(adapter) is not { } path) return RfKillState.Unknown;
        return Read(path, "hard") == 1 ? RfKillState.Hard : Read(path, "soft") == 1 ? RfKillState.Soft : RfKillState.Free;
    }

    /// <summary>Lifts a soft block.</summary>
    /// <returns>Null when done, or why it was not, for a person.</returns>
    public string? Unblock(ushort adapter)
    {
        if (Switch(adapter) is not { } path) return "the adapter has no radio switch";
        if (!uint.TryParse(Path.GetFileName(path)["rfkill".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return $"{path} has no number";
        try
        {
            // struct rfkill_event: index u32, type, operation, soft, hard.
            Span<byte> lift = stackalloc byte[8];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(lift, number);
            lift[4] = AnyType;
            lift[5] = Change;
            using var switches = new FileStream(device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            switches.Write(lift);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"{device} cannot be written: {fault.Message}";
        }
    }

    private string? Switch(ushort adapter)
    {
        try
        {
            var home = Path.Combine(sysfs, "class/bluetooth", string.Create(CultureInfo.InvariantCulture, $"hci{adapter}"));
            return Directory.Exists(home) ? Directory.EnumerateDirectories(home, "rfkill*").FirstOrDefault() : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int? Read(string path, string name)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path.Combine(path, name)).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

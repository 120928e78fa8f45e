using System.Globalization;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>Which adapter of this machine: by its number, <c>hci0</c>, or by its address, which stays when the number moves.</summary>
/// <param name="Index">The number, or null.</param>
/// <param name="Address">The address, or null.</param>
internal readonly record struct AdapterChoice(ushort? Index, AdapterAddress? Address)
{
    public const string Allowed = "hci0 (a number) or AA:BB:CC:DD:EE:FF (the adapter's address)";

    public static bool TryParse(string text, out AdapterChoice choice)
    {
        choice = default;
        if (AdapterAddress.TryParse(text, out var address))
        {
            choice = new(null, address);
            return true;
        }

        if (!text.StartsWith("hci", StringComparison.Ordinal)
            || !ushort.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index == MgmtPacket.NoIndex) return false;
        choice = new(index, null);
        return true;
    }

    public override string ToString() => Address?.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"hci{Index}");
}

/// <summary>How a radio of this machine is used.</summary>
internal sealed record RadioOptions
{
    /// <summary>The controller counts time in steps of 0.625 ms.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMicroseconds(625);

    /// <summary>How often a scan begins, 2.5 ms to 10.24 s. With the window equal to it the radio listens all the time.</summary>
    public TimeSpan ScanInterval { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>How long each lasts, not longer than the interval.</summary>
    public TimeSpan ScanWindow { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>Whether to switch the adapter on again when somebody switched it off while it was in use.</summary>
    public bool OverridePowerOff { get; init; } = true;

    /// <summary><see cref="ScanInterval"/> as the controller counts it.</summary>
    public ushort IntervalSteps => (ushort)(ScanInterval / Step);

    /// <summary><see cref="ScanWindow"/> as the controller counts it.</summary>
    public ushort WindowSteps => (ushort)(ScanWindow / Step);
}

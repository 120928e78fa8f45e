using System.Globalization;
using Microsoft.Win32.SafeHandles;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>Resets the USB device that an adapter is, as if it were pulled out and put in again. An adapter on a UART has none.</summary>
/// <param name="sysfs">Where sysfs is; elsewhere in tests.</param>
/// <param name="devices">Where USB devices are; elsewhere in tests.</param>
public sealed class UsbReset(string sysfs = "/sys", string devices = "/dev/bus/usb")
{
    /// <summary>The device file of the adapter's USB device; null where it is on no USB.</summary>
    public string? DeviceOf(ushort adapter)
    {
        try
        {
            // hciN/device is the USB interface, a folder of the USB device; the first folder above it with a number on a bus is the device.
            var link = new DirectoryInfo(Path.Combine(sysfs, "class/bluetooth", string.Create(CultureInfo.InvariantCulture, $"hci{adapter}"), "device"));
            for (var at = (DirectoryInfo?)(link.ResolveLinkTarget(returnFinalTarget: true) ?? link); at is { Exists: true } && at.FullName.Length > sysfs.Length; at = at.Parent)
            {
                if (Number(at, "busnum") is not { } bus || Number(at, "devnum") is not { } device) continue;
                return Path.Combine(devices, bus.ToString("000", CultureInfo.InvariantCulture), device.ToString("000", CultureInfo.InvariantCulture));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What cannot be seen cannot be reset.
        }

        return null;
    }

    /// <summary>Resets it.</summary>
    /// <returns>Null when done, or why it was not, for a person.</returns>
    public string? Reset(ushort adapter)
    {
        if (DeviceOf(adapter) is not { } path) return "the adapter is on no USB";
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            return Reset(file.SafeFileHandle) is { } wrong ? $"{path}: {wrong}" : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be written: {fault.Message}";
        }
    }

    private static string? Reset(SafeFileHandle file) =>
        Libc.ioctl(file.DangerousGetHandle().ToInt32(), Libc.USBDEVFS_RESET, 0) == 0 ? null : Libc.Describe(Libc.Errno);

    private static int? Number(DirectoryInfo folder, string name) =>
        File.Exists(Path.Combine(folder.FullName, name))
        && int.TryParse(File.ReadAllText(Path.Combine(folder.FullName, name)).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

namespace StoreEdge.Linux.Bluetooth;

/// <summary>Whether bluetoothd runs on this machine, as far as this process may see.</summary>
public static class BluetoothDaemon
{
    /// <summary>Looks through the processes.</summary>
    /// <param name="proc">Where they are; elsewhere in tests.</param>
    public static bool IsRunning(string proc = "/proc")
    {
        foreach (var process in Directory.EnumerateDirectories(proc))
        {
            if (!Path.GetFileName(process).All(char.IsAsciiDigit)) continue;
            try
            {
                if (File.ReadAllText(Path.Combine(process, "comm")).AsSpan().Trim().SequenceEqual("bluetoothd")) return true;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is not to be seen.
            }
        }

        return false;
    }
}

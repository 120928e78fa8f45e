using System.Globalization;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>
/// Remembers on disk which monitor is ours: monitors outlive the process, even a killed one, and the kernel holds 32 of them. A handle means something on the same adapter
/// during the same boot only; on another it would be somebody else's.
/// </summary>
/// <param name="file">Where it is kept.</param>
/// <param name="boot">The id of this boot.</param>
internal sealed class MonitorMemory(string file, string boot)
{
    /// <summary>The memory of one receiver.</summary>
    public static MonitorMemory Of(string stateDirectory, string receiver)
    {
        const string Boot = "/proc/sys/kernel/random/boot_id";
        return new(Path.Combine(stateDirectory, $"monitor-{receiver}"), File.Exists(Boot) ? File.ReadAllText(Boot).Trim() : "unknown");
    }

    /// <summary>The handle left behind on this adapter during this boot; 0 where there is none.</summary>
    public ushort Recall(AdapterAddress adapter)
    {
        try
        {
            var words = File.ReadAllText(file).Split(' ', StringSplitOptions.TrimEntries);
            return words.Length == 3 && words[0] == boot && words[1] == adapter.ToString()
                && ushort.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var handle) ? handle : (ushort)0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Nothing was left behind, or it cannot be read: then a monitor stays until the next boot, which costs nothing but one of 32 places.
            return 0;
        }
    }

    /// <summary>Keeps the handle; best effort.</summary>
    public void Keep(AdapterAddress adapter, ushort handle)
    {
        try
        {
            File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"{boot} {adapter} {handle}"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The journal complains loudly where the state directory cannot be written.
        }
    }

    /// <summary>The monitor is gone.</summary>
    public void Forget()
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // As above; a handle that no longer exists is not removed again, because it is looked for in the adapter's list first.
        }
    }
}

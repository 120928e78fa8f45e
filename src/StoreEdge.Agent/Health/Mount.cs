using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>The mounted file system that holds a directory, from the kernel's list (proc(5), <c>mountinfo</c>).</summary>
/// <param name="Point">Where it is mounted.</param>
/// <param name="Kind">Its type, such as <c>ext4</c>.</param>
/// <param name="Source">From what, such as <c>/dev/mmcblk0p2</c>.</param>
/// <param name="Device">The kernel's number of the device, as <c>179:2</c>.</param>
/// <param name="IsReadOnly">Whether it, or this mount of it, takes no writes.</param>
internal sealed record Mount(string Point, string Kind, string Source, string Device, bool IsReadOnly)
{
    /// <summary>The mount of <paramref name="directory"/>; null where the kernel does not say.</summary>
    /// <param name="directory">A full path.</param>
    /// <param name="root">The root of the file tree; another one in tests.</param>
    public static Mount? Of(string directory, string root)
    {
        var list = Path.Combine(root, "proc/self/mountinfo");
        if (!File.Exists(list)) return null;
        // Later mounts cover earlier ones at the same place.
        return File.ReadLines(list).Select(Parse).OfType<Mount>().Where(m => Holds(m.Point, directory)).Aggregate((Mount?)null, (best, m) => best is null || m.Point.Length >= best.Point.Length ? m : best);
    }

    private static bool Holds(string point, string directory) => point == "/" || directory == point || directory.StartsWith(point + "/", StringComparison.Ordinal);

    /// <summary>"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue": the optional fields end with the dash.</summary>
    private static Mount? Parse(string line)
    {
        var words = line.Split(' ');
        var dash = Array.IndexOf(words, "-");
        if (dash < 6 || words.Length < dash + 4) return null;
        return new(Unescape(words[4]), words[dash + 1], Unescape(words[dash + 2]), words[2], IsReadOnlyIn(words[5]) || IsReadOnlyIn(words[dash + 3]));
    }

    private static bool IsReadOnlyIn(string options) => options.Split(',').Contains("ro");

    /// <summary>Blanks, tabs, line ends and backslashes stand there as three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        foreach (var c in " \t\n\\") text = text.Replace($"\\{Convert.ToString(c, 8).PadLeft(3, '0')}", c.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return text;
    }
}

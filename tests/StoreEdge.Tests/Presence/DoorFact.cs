namespace StoreEdge.Tests.Presence;

/// <summary>A test that reads the recordings of a real door beside the repository; skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DoorFactAttribute : FactAttribute
{
    public DoorFactAttribute()
    {
        if (Directory is null) Skip = "the recordings ../shared/data/door are not beside this repository";
    }

    /// <summary>Where the recordings are, or null.</summary>
    public static string? Directory { get; } = Find();

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "StoreEdge.sln"))) continue;
            var door = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "data", "door"));
            return System.IO.Directory.Exists(door) && System.IO.Directory.GetFiles(door, "car_sensor_*.csv").Length > 0 ? door : null;
        }

        return null;
    }
}

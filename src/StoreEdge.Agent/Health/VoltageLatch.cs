using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>
/// Remembers until the next boot that the supply was too weak: it is so for milliseconds, when nobody looks, and what it has broken shows up later. The file lies in
/// memory (<c>/run</c>), so a boot forgets it and a restart of the service does not.
/// </summary>
/// <param name="directory">The service's runtime directory; null where it has none.</param>
/// <param name="time">The clock.</param>
internal sealed class VoltageLatch(string? directory, TimeProvider time)
{
    /// <summary>The file's name.</summary>
    public const string Name = "under-voltage";

    /// <summary>Whether the service cannot write it; then it is remembered until the service ends.</summary>
    private DateTimeOffset? seen;

    /// <summary>The runtime directory that systemd made, or where it would be.</summary>
    public static string? StandardDirectory => Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")?.Split(':')[0] ?? "/run/storeedge";

    /// <summary>When it was first seen in this boot; null where it was not.</summary>
    public DateTimeOffset? Seen
    {
        get
        {
            if (seen is not null || directory is null) return seen;
            try
            {
                var file = Path.Combine(directory, Name);
                return File.Exists(file) && DateTimeOffset.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>It is too weak now.</summary>
    public void Close()
    {
        if (Seen is { } before)
        {
            seen = before;
            return;
        }

        seen = time.GetUtcNow();
        if (directory is null || !Directory.Exists(directory)) return;
        try
        {
            File.WriteAllText(Path.Combine(directory, Name), seen.Value.ToString("O", CultureInfo.InvariantCulture) + "\n");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Remembered in this process all the same.
        }
    }
}

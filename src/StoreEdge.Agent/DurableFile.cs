using StoreEdge.Linux.Files;

namespace StoreEdge.Agent;

/// <summary>Small files of the agent's own that must survive a power cut: last good copies, keys.</summary>
internal static class DurableFile
{
    private const int MostAside = 3;

    /// <summary>errno of a full disk and of a full quota, which .NET keeps as the result code of the exception; from errno(3).</summary>
    private const int Enospc = 28, Edquot = 122;

    /// <summary>Written beside and renamed, so that a power cut leaves the old content or the new, never half of one. Readable by the agent alone, unless <paramref name="mode"/> says otherwise.</summary>
    /// <exception cref="IOException">It could not be written; the old content stands, unless all that failed was to get its name onto the disk.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var beside = path + ".new";
        // One that a power cut left may have other rights.
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode };
        using (var file = new FileStream(beside, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
        DirectoryEntries.Sync(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Why nothing can be written in a directory, which is made where it is not there; null where something can, and where there is only no room. Tried with a file that is gone again.</summary>
    public static Exception? RefusalOf(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            var trial = Path.Combine(directory, ".trial");
            File.Delete(trial);
            File.Create(trial).Dispose();
            File.Delete(trial);
            return null;
        }
        catch (UnauthorizedAccessException refused)
        {
            return refused;
        }
        catch (IOException fault)
        {
            return fault.HResult is Enospc or Edquot ? null : fault;
        }
    }

    /// <summary>Moves a damaged file out of the way, where a person can still look at it; one that was set aside before stays as well.</summary>
    /// <returns>Where it is now.</returns>
    /// <exception cref="IOException">It could not be moved.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static string SetAside(string path)
    {
        for (var number = 1; ; number++)
        {
            var aside = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.damaged-{number}");
            // More than a few say nothing new: the last place is taken again.
            if (File.Exists(aside) && number < MostAside) continue;
            File.Move(path, aside, overwrite: true);
            return aside;
        }
    }
}

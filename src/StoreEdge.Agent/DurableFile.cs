namespace StoreEdge.Agent;

/// <summary>Small files of the agent's own that must survive a power cut: last good copies, keys.</summary>
internal static class DurableFile
{
    /// <summary>Written beside and renamed, so that a power cut leaves the old content or the new, never half of one. Readable by the agent alone, unless <paramref name="mode"/> says otherwise.</summary>
    /// <exception cref="IOException">It could not be written; the old content stands.</exception>
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
    }
}

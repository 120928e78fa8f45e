namespace StoreEdge.Agent.Journal;

/// <summary>
/// A file of nothing beside the journal, thrown away when the disk is full: SQLite needs room to delete. Filled up again as soon as there is room. Never read.
/// </summary>
/// <param name="directory">The journal's.</param>
/// <param name="size">In bytes; 0 for none.</param>
internal sealed class Ballast(string directory, long size)
{
    public const string Name = "journal.ballast";

    /// <summary>What deleting needs at most: the log of 4 MiB is folded into a file that must grow for it, and as much again for the log of the eviction.</summary>
    public const long DefaultSize = 8L << 20;

    /// <summary>Less than this helps nobody.</summary>
    private const long Least = 256 << 10;

    private string File => Path.Combine(directory, Name);

    /// <summary>Whether it is there in full size.</summary>
    public bool IsWhole => Length >= size;

    private long Length => new FileInfo(File) is { Exists: true } info ? info.Length : 0;

    /// <summary>Gives its room back, where the disk lets anything be changed.</summary>
    public void Release()
    {
        try
        {
            System.IO.File.Delete(File);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The next commit meets the same disk, and says so.
        }
    }

    /// <summary>Takes as much room as there is, up to its size; what is there already is kept where that is no less.</summary>
    /// <param name="free">How much room there is beside it, in bytes.</param>
    public void Refill(long free)
    {
        var before = Length;
        if (before >= size) return;
        // A little more is not worth the moment in which others may take it.
        for (var wanted = Math.Min(size, before + free); wanted >= Math.Min(size, before + Least); wanted -= Math.Max(wanted / 8, 4096))
        {
            Release();
            if (TryMake(wanted)) return;
            before = 0;
        }
    }

    /// <summary>The blocks are taken, though nothing is written: fallocate(2), which every file system has that an agent should live on (ext4, f2fs, btrfs, xfs, tmpfs).</summary>
    private bool TryMake(long bytes)
    {
        try
        {
            using var file = new FileStream(File, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, PreallocationSize = bytes });
            // .NET takes the blocks without the length.
            file.SetLength(bytes);
            return true;
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            Release();
            return false;
        }
    }
}

using StoreEdge.Core.Sightings;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Commands;

/// <summary>
/// One receiver's btsnoop recording on disk, readable by its owner alone: it holds identifiers of devices. Always ends with a whole record, also where the disk is full.
/// </summary>
internal sealed class RecordingFile : IDisposable
{
    private readonly Stream file;
    private readonly BtsnoopWriter writer;

    // Where it lies until its first event, where it is to replace another.
    private string? waiting;

    /// <summary>Takes the file, empty, and writes the header.</summary>
    public RecordingFile(Stream file, string path)
    {
        this.file = file;
        Path = path;
        writer = new(file);
        writer.WriteHeader();
        Length = file.Position;
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Bytes that are whole.</summary>
    public long Length { get; private set; }

    /// <summary>Events that are whole.</summary>
    public long Events { get; private set; }

    /// <summary>Makes the file. One that it replaces stays until the first event comes: a recording must not be lost to one that never began.</summary>
    /// <exception cref="IOException">It is there already and may not be replaced, or cannot be made.</exception>
    public static RecordingFile Create(string path, bool replace)
    {
        var isThere = File.Exists(path);
        if (isThere && !replace) throw new IOException($"{path} is there already; --force replaces it");
        // Root's --force would take /dev/null away from everybody.
        if (isThere && !FileKind.IsRegular(path)) throw new IOException($"{path} is no file; name another with --out");
        // A new file, as the old one may have other rights, and whoever reads it now goes on reading it.
        var waiting = isThere ? path + ".new" : null;
        if (waiting is not null) File.Delete(waiting);
        var file = new FileStream(
            waiting ?? path,
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        try
        {
            return new(file, path) { waiting = waiting };
        }
        catch
        {
            file.Dispose();
            File.Delete(waiting ?? path);
            throw;
        }
    }

    /// <summary>Writes one event.</summary>
    /// <exception cref="IOException">The disk takes no more; what was whole before stays.</exception>
    public void Write(long microseconds, uint lost, ReadOnlySpan<byte> packet)
    {
        try
        {
            writer.Write(microseconds, packet, lost);
        }
        catch (IOException)
        {
            file.SetLength(Length);
            throw;
        }

        Length = file.Position;
        Events++;
        if (waiting is null) return;
        File.Move(waiting, Path, overwrite: true);
        waiting = null;
    }

    /// <summary>Has the disk hold it.</summary>
    /// <exception cref="IOException">The disk does not.</exception>
    public void Keep()
    {
        if (file is FileStream onDisk) onDisk.Flush(flushToDisk: true);
        else file.Flush();
    }

    /// <summary>Closes it. A header alone is no recording, and goes.</summary>
    public void Dispose()
    {
        file.Dispose();
        if (Events == 0 && file is FileStream) File.Delete(waiting ?? Path);
    }
}

using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Commands;

/// <summary>
/// One receiver's btsnoop recording on disk, readable by its owner alone: it holds identifiers of devices. Always ends with a whole record, also where the disk is full.
/// </summary>
internal sealed class RecordingFile : IDisposable
{
    private readonly Stream file;
    private readonly BtsnoopWriter writer;

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

    /// <summary>Makes the file.</summary>
    /// <exception cref="IOException">It is there already and may not be replaced, or cannot be made.</exception>
    public static RecordingFile Create(string path, bool replace)
    {
        if (!replace && File.Exists(path)) throw new IOException($"{path} is there already; --force replaces it");
        // One that is replaced may have other rights, and whoever reads it now goes on reading the old one.
        File.Delete(path);
        return new(
            new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }),
            path);
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
    }

    /// <summary>Has the disk hold it.</summary>
    /// <exception cref="IOException">The disk does not.</exception>
    public void Keep()
    {
        if (file is FileStream onDisk) onDisk.Flush(flushToDisk: true);
        else file.Flush();
    }

    public void Dispose() => file.Dispose();
}

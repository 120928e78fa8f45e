using System.Diagnostics;
using System.Globalization;

namespace StoreEdge.SystemTests.Store;

/// <summary>A disk of a few megabytes that a test can fill (tmpfs), mounted where an agent keeps its state.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string at;

    public SmallDisk(string at, int megabytes)
    {
        this.at = at;
        Directory.CreateDirectory(at);
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "storeedge-test", at);
    }

    private string Filler => Path.Combine(at, "somebody-elses-file");

    /// <summary>Somebody else's file takes the last byte.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var bytes = new byte[64 << 10];
        for (var size = bytes.Length; size > 0;)
        {
            try
            {
                file.Write(bytes.AsSpan(0, size));
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    /// <summary>As the kernel does it when the card fails, or undone.</summary>
    public void Remount(bool writable) => Run("mount", "-o", writable ? "remount,rw" : "remount,ro", at);

    /// <summary>It is gone.</summary>
    public void Empty() => File.Delete(Filler);

    /// <summary>Whoever still has files open keeps them; the place is free.</summary>
    public void Dispose() => Run("umount", "-l", at);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

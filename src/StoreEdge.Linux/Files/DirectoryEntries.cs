using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Files;

/// <summary>The names in a directory.</summary>
public static class DirectoryEntries
{
    /// <summary>Has the names survive a power cut: syncing a file keeps its content, not that it is called so (fsync(2), notes).</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Sync(string directory)
    {
        var descriptor = Libc.open(directory, Libc.O_CLOEXEC);
        if (descriptor < 0) throw Fault(directory);
        try
        {
            if (Libc.fsync(descriptor) != 0) throw Fault(directory);
        }
        finally
        {
            _ = Libc.close(descriptor);
        }
    }

    private static IOException Fault(string directory) => new($"{directory}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}

using System.Buffers;
using StoreEdge.Agent.Journal;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Orders;

/// <summary>Other files below the state directory: a journal that was set aside, a recording's text, whatever somebody laid there.</summary>
internal static class StateFiles
{
    private const int Piece = 1 << 20;

    /// <summary>Removes every file that holds one of the names, but for the living journal's own.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="IOException">One cannot be read or removed: the erasure is not complete.</exception>
    public static int Remove(string directory, IReadOnlyCollection<string> names)
    {
        var wanted = SearchValues.Create([.. names], StringComparison.Ordinal);
        var longest = names.Max(n => n.Length);
        var removed = 0;
        foreach (var file in Directory.EnumerateFiles(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }))
        {
            if (IsLiving(directory, file) || !FileKind.IsRegular(file) || !Holds(file, wanted, longest)) continue;
            File.Delete(file);
            removed++;
        }

        return removed;
    }

    /// <summary>The database and what SQLite keeps beside it are cleaned from within; the lock is empty.</summary>
    private static bool IsLiving(string directory, string file) =>
        Path.GetDirectoryName(file) == directory.TrimEnd('/') && Path.GetFileName(file) is JournalFile.Name or JournalFile.Name + "-wal" or JournalFile.Name + "-shm" or JournalFile.LockName;

    private static bool Holds(string file, SearchValues<string> wanted, int longest)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = ArrayPool<byte>.Shared.Rent(Piece);
        var characters = ArrayPool<char>.Shared.Rent(Piece);
        try
        {
            // What is left of the piece before, in which a name may begin.
            var kept = 0;
            while (stream.Read(bytes.AsSpan(kept, Piece - kept)) is > 0 and var read)
            {
                var length = kept + read;
                for (var i = 0; i < length; i++) characters[i] = (char)bytes[i];
                if (characters.AsSpan(0, length).IndexOfAny(wanted) >= 0) return true;
                kept = Math.Min(longest - 1, length);
                bytes.AsSpan(length - kept, kept).CopyTo(bytes);
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
            ArrayPool<char>.Shared.Return(characters, clearArray: true);
        }
    }
}

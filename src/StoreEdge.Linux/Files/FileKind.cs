using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Files;

/// <summary>What stands under a name, where links matter: .NET tells sockets and devices from files in no way.</summary>
public static class FileKind
{
    /// <summary>Whether the name itself is a socket; false for a link to one and where there is nothing.</summary>
    public static bool IsSocket(string path) => Of(path, LibcFiles.AT_SYMLINK_NOFOLLOW) == LibcFiles.S_IFSOCK;

    /// <summary>Whether the name, or what it links to, is a file that holds bytes; false for devices, pipes, sockets and directories, and where there is nothing.</summary>
    public static bool IsRegular(string path) => Of(path, 0) == LibcFiles.S_IFREG;

    private static unsafe int Of(string path, int flags)
    {
        LibcFiles.Statx about;
        return LibcFiles.statx(LibcFiles.AT_FDCWD, path, flags, LibcFiles.STATX_TYPE, &about) == 0 ? about.Mode & LibcFiles.S_IFMT : 0;
    }
}

using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Files;

/// <summary>Whom a file belongs to.</summary>
public static class FileOwner
{
    /// <summary>The user that this process acts as, whose the files are that it makes.</summary>
    public static uint ThisUser => LibcUsers.geteuid();

    /// <summary>The ids of a file's user and group.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static unsafe (uint User, uint Group) Of(string path)
    {
        LibcFiles.Statx owner;
        if (LibcFiles.statx(LibcFiles.AT_FDCWD, path, 0, LibcFiles.STATX_UID | LibcFiles.STATX_GID, &owner) != 0)
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        return (owner.Uid, owner.Gid);
    }

    /// <summary>
    /// Gives <paramref name="path"/> to whom <paramref name="like"/> belongs: what an administrator's command writes into the state of a service must be readable to the
    /// service, whose user systemd may choose anew at each start.
    /// </summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static unsafe void SameAs(string like, string path)
    {
        LibcFiles.Statx owner;
        if (LibcFiles.statx(LibcFiles.AT_FDCWD, like, 0, LibcFiles.STATX_UID | LibcFiles.STATX_GID, &owner) != 0)
            throw new IOException($"{like}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        if (LibcFiles.chown(path, owner.Uid, owner.Gid) != 0)
            throw new IOException($"{path} cannot be given to the owner of {like}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }
}

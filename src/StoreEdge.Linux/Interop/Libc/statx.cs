using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static unsafe partial class LibcFiles
{
    internal const int AT_FDCWD = -100;
    internal const uint STATX_TYPE = 0x1, STATX_UID = 0x8, STATX_GID = 0x10;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const ushort S_IFMT = 0xF000, S_IFREG = 0x8000, S_IFSOCK = 0xC000;

    /// <summary>statx(2): struct statx is laid out alike on every architecture (linux/stat.h).</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int dirfd, string pathname, int flags, uint mask, Statx* buffer);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
    }
}

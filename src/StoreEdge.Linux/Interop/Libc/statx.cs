using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static unsafe partial class LibcFiles
{
    internal const int AT_FDCWD = -100;
    internal const uint STATX_UID = 0x8, STATX_GID = 0x10;

    /// <summary>statx(2): struct statx is laid out alike on every architecture (linux/stat.h).</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int dirfd, string pathname, int flags, uint mask, Statx* buffer);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
    }
}

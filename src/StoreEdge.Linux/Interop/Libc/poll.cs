using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const short POLLIN = 0x001;

    /// <summary>poll(2).</summary>
    /// <returns>How many descriptors have something, 0 when the time is over, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int poll(PollFd* fds, nuint nfds, int timeout);

    /// <summary>struct pollfd of poll.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }
}

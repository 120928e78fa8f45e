using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2;
    internal const uint EPOLLIN = 0x001;

    /// <summary>epoll_create1(2).</summary>
    /// <returns>The descriptor, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    /// <summary>epoll_ctl(2); the event as <see cref="EpollEvents"/> lays it out.</summary>
    /// <returns>0, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int epoll_ctl(int epfd, int op, int fd, byte* @event);

    /// <summary>epoll_wait(2).</summary>
    /// <returns>How many events, 0 when the time is over, or −1 with errno set.</returns>
    [LibraryImport("libc", SetLastError = true)]
    internal static unsafe partial int epoll_wait(int epfd, byte* events, int maxevents, int timeout);

    /// <summary>struct epoll_event: the events, then 64 bits of the caller's. Packed on x86-64, where it has 12 bytes, and 16 elsewhere (linux/eventpoll.h).</summary>
    internal static class EpollEvents
    {
        internal static readonly int Size = IsPacked ? 12 : 16;
        internal static readonly int Data = IsPacked ? 4 : 8;

        private static bool IsPacked => RuntimeInformation.ProcessArchitecture == Architecture.X64;
    }
}

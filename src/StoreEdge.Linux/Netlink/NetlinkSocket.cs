using System.Net.Sockets;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Netlink;

/// <summary>A socket to the kernel (netlink(7)), of the network of the thread that opens it.</summary>
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>Links, addresses, neighbours.</summary>
    internal const int Route = 0;

    /// <summary>nftables and the rest of netfilter.</summary>
    internal const int Netfilter = 12;

    /// <summary>The kernel's packets are at most this long (NLMSG_GOODSIZE, and what dumps use).</summary>
    internal const int PacketRoom = 32 << 10;

    /// <summary>A burst of some thousand notifications; the default holds a few hundred.</summary>
    private const int ReceiveBuffer = 4 << 20;

    private readonly Socket socket;

    private NetlinkSocket(Socket socket) => this.socket = socket;

    /// <summary>Opens one.</summary>
    /// <param name="protocol"><see cref="Route"/> or <see cref="Netfilter"/>.</param>
    /// <param name="group">What to be notified of, by its number; 0 for nothing.</param>
    /// <exception cref="NetlinkFault">Refused.</exception>
    internal static unsafe NetlinkSocket Open(int protocol, int group = 0)
    {
        Libc.WarmUp();
        var descriptor = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol);
        if (descriptor < 0) throw Fault(Libc.Errno, "a netlink socket");
        var opened = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        var address = new Libc.sockaddr_nl { nl_family = Libc.AF_NETLINK, nl_groups = group == 0 ? 0 : 1u << (group - 1) };
        if (Libc.bind(descriptor, &address, (uint)sizeof(Libc.sockaddr_nl)) != 0)
        {
            var errno = Libc.Errno;
            opened.Dispose();
            throw Fault(errno, group == 0 ? "a netlink socket" : $"netlink's group {group}");
        }

        var room = ReceiveBuffer;
        if (group != 0 && Libc.setsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, &room, sizeof(int)) != 0)
            _ = Libc.setsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_RCVBUF, &room, sizeof(int));
        return new(opened);
    }

    /// <summary>Sends a request.</summary>
    internal void Send(ReadOnlySpan<byte> request)
    {
        try
        {
            _ = socket.Send(request);
        }
        catch (SocketException refused)
        {
            throw new NetlinkFault($"netlink: {refused.Message}", refused);
        }
    }

    /// <summary>Takes an answer, which the kernel has ready when the request was sent.</summary>
    internal int Receive(Span<byte> buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException refused)
        {
            throw new NetlinkFault($"netlink: {refused.Message}", refused);
        }
    }

    /// <summary>Waits for notifications.</summary>
    /// <returns>How many bytes; null where some were lost because nobody read them in time.</returns>
    internal async ValueTask<int?> ReceiveAsync(Memory<byte> buffer, CancellationToken stop)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, SocketFlags.None, stop).ConfigureAwait(false);
        }
        catch (SocketException lost) when (lost.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
        {
            return null;
        }
        catch (SocketException refused)
        {
            throw new NetlinkFault($"netlink: {refused.Message}", refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    internal static NetlinkFault Fault(int errno, string what) => new($"{what}: {Libc.Describe(errno)}", errno);
}

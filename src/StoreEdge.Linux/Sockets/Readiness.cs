using System.Buffers.Binary;
using System.Net.Sockets;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Sockets;

/// <summary>
/// Which of many sockets have something to read: epoll(7), level-triggered. One thread waits, without a hop to another for each that is ready; <see cref="Wake"/> may be called by any.
/// </summary>
public sealed unsafe class Readiness : IDisposable
{
    /// <summary>What <see cref="Wait"/> gives for <see cref="Wake"/>.</summary>
    public const long Woken = -1;

    private readonly SafeDescriptor poll, wake;
    private readonly byte[] events;

    /// <summary>Watches nothing yet.</summary>
    /// <param name="most">How many are told at once, at least 1.</param>
    /// <exception cref="SocketException">The kernel has no more descriptors for this process.</exception>
    public Readiness(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        Libc.WarmUp();
        events = new byte[most * Libc.EpollEvents.Size];
        poll = Checked(Libc.epoll_create1(Libc.EPOLL_CLOEXEC));
        wake = Checked(Libc.eventfd(0, Libc.EFD_CLOEXEC));
        Add(wake.Number, Woken);
    }

    /// <summary>Watches a socket.</summary>
    /// <param name="socket">It; not watched yet.</param>
    /// <param name="token">What <see cref="Wait"/> gives for it, at least 0.</param>
    /// <exception cref="SocketException">It cannot be watched.</exception>
    public void Add(Socket socket, long token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        Add((int)socket.Handle, token);
    }

    /// <summary>Watches a socket no longer. One that was closed need not be removed: the kernel has forgotten it.</summary>
    public void Remove(Socket socket) => _ = Libc.epoll_ctl(poll.Number, Libc.EPOLL_CTL_DEL, (int)socket.Handle, null);

    /// <summary>Waits until some are ready.</summary>
    /// <param name="tokens">Filled from its beginning.</param>
    /// <param name="patience">How long at most; whole milliseconds.</param>
    /// <returns>How many.</returns>
    /// <exception cref="SocketException">The kernel refuses to say.</exception>
    public int Wait(Span<long> tokens, TimeSpan patience)
    {
        int ready;
        fixed (byte* into = events) ready = Libc.epoll_wait(poll.Number, into, Math.Min(tokens.Length, events.Length / Libc.EpollEvents.Size), (int)patience.TotalMilliseconds);
        // A signal is nobody's readiness.
        if (ready < 0) return Libc.Errno == Libc.EINTR ? 0 : throw Fault();
        for (var i = 0; i < ready; i++)
        {
            tokens[i] = BinaryPrimitives.ReadInt64LittleEndian(events.AsSpan(i * Libc.EpollEvents.Size + Libc.EpollEvents.Data));
            if (tokens[i] != Woken) continue;
            ulong count;
            _ = Libc.read(wake.Number, (byte*)&count, sizeof(ulong));
        }

        return ready;
    }

    /// <summary>Ends the present or the next <see cref="Wait"/>. Nothing happens once this is disposed: the number of its descriptor may be somebody else's by then.</summary>
    public void Wake()
    {
        var isHeld = false;
        try
        {
            wake.DangerousAddRef(ref isHeld);
            ulong one = 1;
            _ = Libc.write(wake.Number, (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
        finally
        {
            if (isHeld) wake.DangerousRelease();
        }
    }

    /// <summary>Watches nothing any more.</summary>
    public void Dispose()
    {
        poll.Dispose();
        wake.Dispose();
    }

    private void Add(int descriptor, long token)
    {
        var entry = stackalloc byte[16];
        var bytes = new Span<byte>(entry, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Libc.EPOLLIN);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[Libc.EpollEvents.Data..], token);
        if (Libc.epoll_ctl(poll.Number, Libc.EPOLL_CTL_ADD, descriptor, entry) != 0) throw Fault();
    }

    private static SafeDescriptor Checked(int descriptor) => descriptor >= 0 ? new(descriptor) : throw Fault();

    private static SocketException Fault() => new(Libc.Errno, Libc.Describe(Libc.Errno));
}

using System.Net;
using System.Net.Sockets;
using StoreEdge.Linux.Bluetooth;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Tests.Linux.Bluetooth;

/// <summary>The socket itself, on descriptors that every kernel has.</summary>
public sealed class BluetoothSocketTests
{
    [Fact]
    public void Packets_go_both_ways_whole()
    {
        var (one, other) = Pair();
        using var ours = new BluetoothSocket(one, CancellationToken.None);
        using var kernel = new BluetoothSocket(other, CancellationToken.None);
        Span<byte> buffer = stackalloc byte[16];
        Assert.False(ours.TryReceive(buffer, TimeSpan.Zero, out _));
        kernel.Send([1, 2, 3]);
        kernel.Send([4]);
        Assert.True(ours.TryReceive(buffer, TimeSpan.FromSeconds(10), out var length));
        Assert.Equal("010203", Convert.ToHexString(buffer[..length]));
        Assert.True(ours.TryReceive(buffer, TimeSpan.FromSeconds(10), out length));
        Assert.Equal("04", Convert.ToHexString(buffer[..length]));
        Assert.False(ours.TryReceive(buffer, TimeSpan.FromMilliseconds(1), out _));
    }

    [Fact]
    public void An_end_that_is_gone_is_a_fault()
    {
        var (one, other) = Pair();
        using var ours = new BluetoothSocket(one, CancellationToken.None);
        other.Dispose();
        Assert.Equal(BluetoothFaultKind.Removed, Assert.Throws<BluetoothFault>(() => ours.TryReceive(new byte[16], TimeSpan.FromSeconds(10), out _)).Kind);
        Assert.Equal(BluetoothFaultKind.Removed, Assert.Throws<BluetoothFault>(() => ours.Send([1])).Kind);
    }

    [Fact]
    public async Task Whoever_waits_is_woken_when_told_to_stop()
    {
        using var stop = new CancellationTokenSource();
        var (one, other) = Pair();
        using var ours = new BluetoothSocket(one, stop.Token);
        using var silent = other;
        var waiting = Task.Factory.StartNew(() => ours.TryReceive(new byte[16], TimeSpan.FromMinutes(10), out _), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void What_does_not_fit_into_the_queue_is_counted_by_the_kernel()
    {
        // UDP counts its losses in the same word as Bluetooth sockets do.
        var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 2048 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var packet = new byte[512];
        for (var i = 0; i < 100; i++) sender.SendTo(packet, receiver.LocalEndPoint!);
        using var ours = new BluetoothSocket(Take(receiver), CancellationToken.None);
        var taken = 0;
        while (ours.TryReceive(packet, TimeSpan.Zero, out _)) taken++;
        Assert.InRange(taken, 1, 99);
        Assert.Equal(100 - taken, ours.Dropped);
    }

    /// <summary>Two ends of a connection that keeps packets apart, as the kernel's control channel does.</summary>
    private static (SafeDescriptor One, SafeDescriptor Other) Pair()
    {
        var path = Path.Combine(Path.GetTempPath(), $"storeedge-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var one = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        one.Connect(new UnixDomainSocketEndPoint(path));
        var other = listener.Accept();
        File.Delete(path);
        return (Take(one), Take(other));
    }

    /// <summary>Takes the descriptor away from the runtime's socket.</summary>
    private static SafeDescriptor Take(Socket socket)
    {
        var descriptor = new SafeDescriptor((int)socket.SafeHandle.DangerousGetHandle());
        socket.SafeHandle.SetHandleAsInvalid();
        return descriptor;
    }
}

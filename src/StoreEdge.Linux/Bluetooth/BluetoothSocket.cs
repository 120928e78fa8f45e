using System.Buffers.Binary;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>A kernel socket of Bluetooth: the control channel, where the kernel scans and tells, or the raw channel of one adapter.</summary>
public sealed unsafe class BluetoothSocket : IPacketChannel
{
    /// <summary>Room for about 13,000 reports; the default holds 220, which is 0.7 s at 300 reports a second.</summary>
    private const int ReceiveBuffer = 4 << 20;

    private readonly SafeDescriptor socket;
    private readonly SafeDescriptor wake;
    private readonly CancellationToken stop;
    private readonly CancellationTokenRegistration registration;

    internal BluetoothSocket(SafeDescriptor socket, CancellationToken stop)
    {
        this.socket = socket;
        this.stop = stop;
        wake = new(Libc.eventfd(0, Libc.EFD_CLOEXEC));
        registration = stop.UnsafeRegister(static state => Wake((SafeDescriptor)state!), wake);
    }

    /// <inheritdoc/>
    public long Dropped
    {
        get
        {
            // Older kernels give fewer words.
            var words = stackalloc uint[16];
            uint length = 16 * sizeof(uint);
            if (Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_MEMINFO, words, &length) != 0) return 0;
            return length > Libc.SK_MEMINFO_DROPS * sizeof(uint) ? words[Libc.SK_MEMINFO_DROPS] : 0;
        }
    }

    /// <summary>Opens the control channel (MGMT). Without CAP_NET_ADMIN it opens too; commands that change something are then refused.</summary>
    /// <exception cref="BluetoothFault">The kernel knows no Bluetooth, or forbids the socket.</exception>
    public static BluetoothSocket OpenControl(CancellationToken stop) => new(Open(Libc.HCI_DEV_NONE, Libc.HCI_CHANNEL_CONTROL), stop);

    /// <summary>Opens the raw channel of one adapter, which must be up, and asks for advertising reports and the answers to commands.</summary>
    /// <exception cref="BluetoothFault">There is no such adapter, or CAP_NET_RAW is missing.</exception>
    public static BluetoothSocket OpenRaw(ushort index, CancellationToken stop)
    {
        var opened = new BluetoothSocket(Open(index, Libc.HCI_CHANNEL_RAW), stop);
        Libc.hci_filter filter = default;
        filter.type_mask = 1 << HciPacket.Event;
        filter.event_mask[0] = 1 << HciPacket.CommandComplete | 1 << HciPacket.CommandStatus;
        filter.event_mask[1] = 1 << (HciPacket.LeMeta - 32);
        if (Libc.setsockopt(opened.socket.Number, Libc.SOL_HCI, Libc.HCI_FILTER, &filter, (uint)sizeof(Libc.hci_filter)) == 0) return opened;
        var fault = Fault(Libc.Errno, "the filter of the raw channel");
        opened.Dispose();
        throw fault;
    }

    /// <summary>
    /// Keeps reports of other adapters away from this socket: every control socket gets those of all adapters, and each costs a wake-up. Best effort: without it they are
    /// ignored later.
    /// </summary>
    public bool TryHearOnly(ushort index)
    {
        // Classic BPF loads big-endian, the packets are little-endian: constants are swapped. Accept what is no report, or is a report of this adapter.
        var program = stackalloc Libc.sock_filter[]
        {
            new() { code = 0x28, k = 0 },
            new() { code = 0x15, jt = 1, k = BinaryPrimitives.ReverseEndianness((ushort)MgmtEventCode.MonitorDeviceFound) },
            new() { code = 0x15, jf = 2, k = BinaryPrimitives.ReverseEndianness((ushort)MgmtEventCode.DeviceFound) },
            new() { code = 0x28, k = 2 },
            new() { code = 0x15, jf = 1, k = BinaryPrimitives.ReverseEndianness(index) },
            new() { code = 0x06, k = uint.MaxValue },
            new() { code = 0x06, k = 0 },
        };
        var whole = new Libc.sock_fprog { len = 7, filter = program };
        return Libc.setsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, &whole, (uint)sizeof(Libc.sock_fprog)) == 0;
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> packet)
    {
        fixed (byte* bytes = packet)
            while (Libc.send(socket.Number, bytes, (nuint)packet.Length, Libc.MSG_NOSIGNAL) < 0)
                if (Libc.Errno is not Libc.EINTR and var errno) throw Fault(errno, "a command");
    }

    /// <inheritdoc/>
    public bool TryReceive(Span<byte> buffer, TimeSpan patience, out int length)
    {
        stop.ThrowIfCancellationRequested();
        // Who drains the queue asks without patience; who waits has just found it empty.
        if (patience <= TimeSpan.Zero) return Take(buffer, out length);
        length = 0;
        var both = stackalloc Libc.PollFd[2] { new() { fd = socket.Number, events = Libc.POLLIN }, new() { fd = wake.Number, events = Libc.POLLIN } };
        var ready = Libc.poll(both, 2, (int)Math.Min(Math.Ceiling(patience.TotalMilliseconds), int.MaxValue));
        if (ready < 0 && Libc.Errno is not Libc.EINTR and var errno) throw Fault(errno, "waiting");
        stop.ThrowIfCancellationRequested();
        return ready > 0 && Take(buffer, out length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        registration.Dispose();
        socket.Dispose();
        wake.Dispose();
    }

    private static void Wake(SafeDescriptor wake)
    {
        ulong one = 1;
        _ = Libc.write(wake.Number, &one, sizeof(ulong));
    }

    private bool Take(Span<byte> buffer, out int length)
    {
        length = 0;
        nint taken;
        fixed (byte* bytes = buffer) taken = Libc.recv(socket.Number, bytes, (nuint)buffer.Length, Libc.MSG_DONTWAIT);
        if (taken > 0)
        {
            length = (int)taken;
            return true;
        }

        if (taken == 0) throw Fault(Libc.EPIPE, "reading");
        return Libc.Errno is Libc.EAGAIN or Libc.EINTR ? false : throw Fault(Libc.Errno, "reading");
    }

    private static SafeDescriptor Open(ushort index, ushort channel)
    {
        Libc.WarmUp();
        var opened = new SafeDescriptor(Libc.socket(Libc.AF_BLUETOOTH, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.BTPROTO_HCI));
        if (opened.IsInvalid) throw Fault(Libc.Errno, "a Bluetooth socket");
        var address = new Libc.sockaddr_hci { hci_family = Libc.AF_BLUETOOTH, hci_dev = index, hci_channel = channel };
        if (Libc.bind(opened.Number, &address, (uint)sizeof(Libc.sockaddr_hci)) != 0)
        {
            var errno = Libc.Errno;
            opened.Dispose();
            throw Fault(errno, channel == Libc.HCI_CHANNEL_RAW ? $"the raw channel of hci{index}" : "the control channel");
        }

        var room = ReceiveBuffer;
        // Forcing needs CAP_NET_ADMIN; without it as much as the machine allows.
        if (Libc.setsockopt(opened.Number, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, &room, sizeof(int)) != 0)
            _ = Libc.setsockopt(opened.Number, Libc.SOL_SOCKET, Libc.SO_RCVBUF, &room, sizeof(int));
        return opened;
    }

    internal static BluetoothFault Fault(int errno, string what) => errno switch
    {
        Libc.EAFNOSUPPORT or Libc.EPROTONOSUPPORT => new(BluetoothFaultKind.NoKernelSupport, "the kernel does not offer Bluetooth sockets to this process",
            "Load the kernel's Bluetooth (sudo modprobe bluetooth); in a service the unit needs AF_BLUETOOTH in RestrictAddressFamilies= and no PrivateNetwork=, in a container host networking."),
        Libc.EPERM or Libc.EACCES => new(BluetoothFaultKind.NoPermission, $"{what}: not permitted",
            "The unit needs AmbientCapabilities=CAP_NET_ADMIN (and CAP_NET_RAW for hci: sources), the same in CapabilityBoundingSet=, and no PrivateUsers=."),
        Libc.ENODEV => new(BluetoothFaultKind.NoAdapter, $"{what}: there is no such adapter", "Plug the adapter in; it is used as soon as it is there."),
        Libc.ERFKILL => new(BluetoothFaultKind.Blocked, $"{what}: rfkill holds the adapter off", "rfkill list, then sudo rfkill unblock bluetooth; a hard block is a switch on the machine."),
        Libc.EPIPE or Libc.ENETDOWN => new(BluetoothFaultKind.Removed, $"{what}: the adapter was removed or went down", "Plug the adapter in again; it is used as soon as it is there."),
        _ => new(BluetoothFaultKind.Refused, $"{what}: {Libc.Describe(errno)}", "Send the log (journalctl -u storeedge and dmesg)."),
    };
}

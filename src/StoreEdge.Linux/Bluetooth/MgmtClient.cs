using System.Buffers.Binary;

namespace StoreEdge.Linux.Bluetooth;

/// <summary>Takes what the control channel tells besides answers.</summary>
public delegate void MgmtEventHandler(in MgmtPacket packet);

/// <summary>
/// Talks to the kernel's Bluetooth management: one command at a time, each answer awaited; whatever arrives meanwhile goes to the handler, on the same thread. Answers and
/// events share one queue, so an answer may be lost under load: it is then <see cref="BluetoothFaultKind.NoAnswer"/>.
/// </summary>
/// <param name="channel">The control socket, or what stands for it.</param>
/// <param name="time">The clock that answers are awaited by.</param>
/// <param name="heard">Takes events.</param>
public sealed class MgmtClient(IPacketChannel channel, TimeProvider time, MgmtEventHandler heard)
{
    // The longest advertisement has 1,650 bytes; lists are shorter.
    private readonly byte[] buffer = new byte[4096];
    private readonly byte[] command = new byte[512];

    /// <summary>
    /// How long an answer is awaited. The kernel gives a controller 2 s for each of its own commands; switching on takes several, loading firmware the longest.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many packets could not be read.</summary>
    public long Malformed { get; private set; }

    /// <summary>Waits for at most this long for a packet, then hands over all that are there.</summary>
    public void Pump(TimeSpan patience)
    {
        // At most so many at a time, so that a flood does not keep the caller from looking at the clock.
        for (var i = 0; i < 256 && channel.TryReceive(buffer, i == 0 ? patience : TimeSpan.Zero, out var length); i++) Hand(buffer.AsSpan(0, length));
    }

    /// <summary>Waits without losing what arrives.</summary>
    public void Rest(TimeSpan span)
    {
        var began = time.GetTimestamp();
        while (span - time.GetElapsedTime(began) is { Ticks: > 0 } left) Pump(left);
    }

    /// <summary>Which adapters there are.</summary>
    public IReadOnlyList<ushort> Indexes()
    {
        var data = Need(MgmtOpcode.ReadIndexList, MgmtPacket.NoIndex, []);
        var count = data.Length < 2 ? 0 : Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(data), (data.Length - 2) / 2);
        var indexes = new ushort[count];
        for (var i = 0; i < count; i++) indexes[i] = BinaryPrimitives.ReadUInt16LittleEndian(data[(2 + 2 * i)..]);
        return indexes;
    }

    /// <summary>What an adapter can do and does; null where there is no such adapter.</summary>
    public AdapterInfo? Info(ushort index)
    {
        var status = Ask(MgmtOpcode.ReadInfo, index, [], out var data);
        if (status == MgmtStatus.InvalidIndex) return null;
        if (status != MgmtStatus.Success || !AdapterInfo.TryRead(data, out var info)) throw Refused(MgmtOpcode.ReadInfo, index, status);
        return info;
    }

    /// <summary>Which monitors an adapter has; null where the kernel knows none (before 5.10).</summary>
    public MonitorFeatures? Monitors(ushort index)
    {
        var status = Ask(MgmtOpcode.ReadMonitorFeatures, index, [], out var data);
        if (status == MgmtStatus.UnknownCommand) return null;
        return status == MgmtStatus.Success && MonitorFeatures.TryRead(data, out var features) ? features : throw Refused(MgmtOpcode.ReadMonitorFeatures, index, status);
    }

    /// <summary>Switches Low Energy on.</summary>
    public MgmtStatus SetLowEnergy(ushort index) => Ask(MgmtOpcode.SetLowEnergy, index, [1], out _);

    /// <summary>Switches the adapter on or off.</summary>
    public MgmtStatus SetPowered(ushort index, bool on) => Ask(MgmtOpcode.SetPowered, index, [on ? (byte)1 : (byte)0], out _);

    /// <summary>How often and how long the kernel scans for monitors, in units of 0.625 ms. A running scan is not touched, and the kernel does not check that the window fits.</summary>
    public MgmtStatus SetScan(ushort index, ushort interval, ushort window)
    {
        Span<byte> values = [0x13, 0x00, 2, 0, 0, 0x14, 0x00, 2, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(values[3..], interval);
        BinaryPrimitives.WriteUInt16LittleEndian(values[8..], window);
        return Ask(MgmtOpcode.SetDefaultConfiguration, index, values, out _);
    }

    /// <summary>Asks for advertisements. The adapter must be on: else the kernel keeps the command and answers all later ones with <see cref="MgmtStatus.Busy"/>.</summary>
    public MgmtStatus AddMonitor(ushort index, IReadOnlyList<AdvertisementPattern> patterns, out ushort handle)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        Span<byte> values = stackalloc byte[1 + patterns.Count * AdvertisementPattern.Length];
        values[0] = (byte)patterns.Count;
        for (var i = 0; i < patterns.Count; i++) patterns[i].Write(values[(1 + i * AdvertisementPattern.Length)..]);
        var status = Ask(MgmtOpcode.AddPatternsMonitor, index, values, out var data);
        handle = status == MgmtStatus.Success && data.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(data) : (ushort)0;
        return status;
    }

    /// <summary>Asks no longer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The handle is 0, which would remove everybody's.</exception>
    public MgmtStatus RemoveMonitor(ushort index, ushort handle)
    {
        ArgumentOutOfRangeException.ThrowIfZero(handle);
        Span<byte> value = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(value, handle);
        return Ask(MgmtOpcode.RemoveMonitor, index, value, out _);
    }

    /// <summary>The fault that a refused command is.</summary>
    public static BluetoothFault Refused(MgmtOpcode opcode, ushort index, MgmtStatus status) => status switch
    {
        MgmtStatus.PermissionDenied => new(BluetoothFaultKind.NoPermission, $"hci{index}: {opcode} was refused because CAP_NET_ADMIN is missing (status 0x14)",
            "The unit needs AmbientCapabilities=CAP_NET_ADMIN, the same in CapabilityBoundingSet=, and no PrivateUsers=; in a terminal, run it with sudo."),
        MgmtStatus.InvalidIndex => new(BluetoothFaultKind.Removed, $"hci{index} was removed", "Plug the adapter in again; it is used as soon as it is there."),
        MgmtStatus.RfKilled => new(BluetoothFaultKind.Blocked, $"hci{index} is held off by rfkill", "rfkill list, then sudo rfkill unblock bluetooth; a hard block is a switch on the machine."),
        MgmtStatus.Busy => new(BluetoothFaultKind.Busy, $"hci{index}: {opcode} finds another command unfinished (status 0x0A)", "Nothing: the adapter is switched off and on by itself."),
        MgmtStatus.NotPowered => new(BluetoothFaultKind.PoweredOff, $"hci{index} is switched off", "Nothing: it is switched on by itself."),
        _ => new(BluetoothFaultKind.Refused, $"hci{index}: {opcode} was refused with status 0x{(byte)status:X2}", "Send the log (journalctl -u storeedge and dmesg)."),
    };

    private ReadOnlySpan<byte> Need(MgmtOpcode opcode, ushort index, ReadOnlySpan<byte> values)
    {
        var status = Ask(opcode, index, values, out var data);
        return status == MgmtStatus.Success ? data : throw Refused(opcode, index, status);
    }

    private MgmtStatus Ask(MgmtOpcode opcode, ushort index, ReadOnlySpan<byte> values, out ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(command, (ushort)opcode);
        BinaryPrimitives.WriteUInt16LittleEndian(command.AsSpan(2), index);
        BinaryPrimitives.WriteUInt16LittleEndian(command.AsSpan(4), (ushort)values.Length);
        values.CopyTo(command.AsSpan(MgmtPacket.HeaderLength));
        channel.Send(command.AsSpan(0, MgmtPacket.HeaderLength + values.Length));
        var asked = time.GetTimestamp();
        while (true)
        {
            var left = Patience - time.GetElapsedTime(asked);
            if (left <= TimeSpan.Zero)
                throw new BluetoothFault(BluetoothFaultKind.NoAnswer, $"hci{index}: no answer to {opcode} within {Patience.TotalSeconds:0} s", "It is tried again by itself; if it stays, replug the adapter or restart the machine.");
            if (!channel.TryReceive(buffer, left, out var length)) continue;
            if (!MgmtPacket.TryRead(buffer.AsSpan(0, length), out var packet)) Malformed++;
            else if (packet.TryReadReply(out var reply))
            {
                if (reply.Opcode != opcode || packet.Index != index) continue;
                data = reply.Data;
                return reply.Status;
            }
            else heard(packet);
        }
    }

    private void Hand(ReadOnlySpan<byte> bytes)
    {
        if (!MgmtPacket.TryRead(bytes, out var packet)) Malformed++;
        // An answer that nobody waits for any more came too late.
        else if (packet.Code is not (MgmtEventCode.CommandComplete or MgmtEventCode.CommandStatus)) heard(packet);
    }
}

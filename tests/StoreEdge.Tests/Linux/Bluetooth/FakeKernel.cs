using System.Buffers.Binary;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Tests.Linux.Bluetooth;

/// <summary>
/// The kernel's Bluetooth management at the wire: it answers bytes with bytes as Linux 6.12 was seen to do, pitfalls included. Time passes only while somebody waits for a
/// packet, up to the next thing that happens; at the end of the scenario the waiting is cancelled.
/// </summary>
internal sealed partial class FakeKernel(ManualClock clock, TimeSpan end) : IPacketChannel
{
    private readonly PriorityQueue<Action, (long Due, int Turn)> script = new();
    private readonly Queue<byte[]> queue = new();
    private int turn;
    private ushort lastHandle;

    public SortedDictionary<ushort, Adapter> Adapters { get; } = [];

    /// <summary>Every command that came, as <c>opcode</c> and its parameters, with the second at which it came.</summary>
    public List<(double At, MgmtOpcode Opcode, ushort Index, byte[] Values)> Commands { get; } = [];

    /// <summary>Every command that came on a raw channel.</summary>
    public List<(double At, byte[] Packet)> RawCommands { get; } = [];

    /// <summary>Whether the process has CAP_NET_ADMIN.</summary>
    public bool Capable { get; set; } = true;

    /// <summary>How many packets the socket's queue holds.</summary>
    public int Room { get; set; } = 13_000;

    public long Dropped { get; private set; }

    public double Now => TimeSpan.FromTicks(clock.GetTimestamp()).TotalSeconds;

    public IEnumerable<MgmtOpcode> Opcodes => Commands.Select(c => c.Opcode);

    /// <summary>Lets something happen at a second of the scenario.</summary>
    public FakeKernel At(double second, Action what)
    {
        script.Enqueue(what, (TimeSpan.FromSeconds(second).Ticks, turn++));
        return this;
    }

    /// <summary>Lets something happen again and again.</summary>
    public FakeKernel Every(double seconds, Action what, double from = 0)
    {
        void Again()
        {
            what();
            At(Now + seconds, Again);
        }

        return At(from, Again);
    }

    public Adapter Plug(ushort index, string address = "00:AA:01:00:00:42", bool powered = false)
    {
        Assert.True(AdapterAddress.TryParse(address, out var parsed));
        var adapter = new Adapter(parsed, powered);
        Adapters.Add(index, adapter);
        // Before the scenario begins the socket is not open.
        if (Now > 0) Tell(MgmtEventCode.IndexAdded, index, []);
        return adapter;
    }

    public void Unplug(ushort index)
    {
        if (Adapters[index].Powered) Power(index, false);
        Adapters.Remove(index);
        raws.RemoveAll(r => r.Index == index && r.Lose());
        Tell(MgmtEventCode.IndexRemoved, index, []);
    }

    /// <summary>Somebody else switches the adapter.</summary>
    public void Power(ushort index, bool on)
    {
        var adapter = Adapters[index];
        (adapter.Powered, adapter.Stuck) = (on, false);
        Tell(MgmtEventCode.NewSettings, index, Word(adapter.Settings));
    }

    /// <summary>bluetoothd starts: it removes everybody's monitors.</summary>
    public void StartBluetoothd(ushort index)
    {
        Adapters[index].Monitors.Clear();
        Tell(MgmtEventCode.MonitorRemoved, index, [0, 0]);
    }

    /// <summary>An advertisement is on the air.</summary>
    public void Advertise(ReadOnlySpan<byte> data, sbyte rssi = -60, byte addressType = 2)
    {
        foreach (var (index, adapter) in Adapters)
        {
            AdvertiseRaw(index, adapter, data, rssi);
            if (!adapter.Powered || adapter.Deaf || (adapter.Monitors.Count == 0 && !adapter.Discovering)) continue;
            byte[] body = [0x99, 0x88, 0x77, 0x66, 0x55, 0xC4, addressType, (byte)rssi, 0, 0, 0, 0, (byte)data.Length, (byte)(data.Length >> 8), .. data];
            if (adapter.Discovering) Tell(MgmtEventCode.DeviceFound, index, body);
            else Tell(MgmtEventCode.MonitorDeviceFound, index, [1, 0, .. body]);
        }
    }

    public void Tell(MgmtEventCode code, ushort index, ReadOnlySpan<byte> data)
    {
        if (queue.Count == Room)
        {
            Dropped++;
            return;
        }

        var packet = new byte[6 + data.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(packet, (ushort)code);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(2), index);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(4), (ushort)data.Length);
        data.CopyTo(packet.AsSpan(6));
        queue.Enqueue(packet);
    }

    public void Tell(byte[] raw) => queue.Enqueue(raw);

    public void Send(ReadOnlySpan<byte> packet)
    {
        Assert.True(packet.Length >= 6 && BinaryPrimitives.ReadUInt16LittleEndian(packet[4..]) == packet.Length - 6, "the length of the command lies");
        var (opcode, index) = ((MgmtOpcode)BinaryPrimitives.ReadUInt16LittleEndian(packet), BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]));
        var values = packet[6..].ToArray();
        Commands.Add((Now, opcode, index, values));
        if (opcode == MgmtOpcode.ReadIndexList)
        {
            Reply(opcode, index, MgmtStatus.Success, [.. Half((ushort)Adapters.Count), .. Adapters.Keys.SelectMany(Half)]);
            return;
        }

        if (!Adapters.TryGetValue(index, out var adapter)) Reply(opcode, index, MgmtStatus.InvalidIndex, []);
        else if (!adapter.Mute) Answer(opcode, index, adapter, values);
    }

    public bool TryReceive(Span<byte> buffer, TimeSpan patience, out int length) => TryReceive(queue, () => false, buffer, patience, out length);

    private bool TryReceive(Queue<byte[]> queue, Func<bool> lost, Span<byte> buffer, TimeSpan patience, out int length)
    {
        var until = clock.GetTimestamp() + patience.Ticks;
        while (queue.Count == 0)
        {
            length = 0;
            if (lost()) throw new BluetoothFault(BluetoothFaultKind.Removed, "reading: the adapter was removed", "Plug it in.");
            if (patience <= TimeSpan.Zero) return false;
            var next = script.TryPeek(out _, out var at) && at.Due <= until ? Math.Max(at.Due, clock.GetTimestamp()) : until;
            if (next >= end.Ticks) throw new OperationCanceledException("the scenario is over");
            clock.Advance(TimeSpan.FromTicks(next - clock.GetTimestamp()));
            if (at.Due > next || script.Count == 0) return false;
            script.Dequeue()();
        }

        var packet = queue.Dequeue();
        length = Math.Min(packet.Length, buffer.Length);
        packet.AsSpan(0, length).CopyTo(buffer);
        return true;
    }

    public void Dispose()
    {
    }

    private void Answer(MgmtOpcode opcode, ushort index, Adapter adapter, byte[] values)
    {
        if (!Capable && opcode is not (MgmtOpcode.ReadInfo or MgmtOpcode.ReadMonitorFeatures))
        {
            Reply(opcode, index, MgmtStatus.PermissionDenied, []);
            return;
        }

        switch (opcode)
        {
            case MgmtOpcode.ReadInfo:
                var bits = adapter.Address.Bits;
                byte[] address = [.. Enumerable.Range(0, 6).Select(i => (byte)(bits >> 8 * i))];
                Reply(opcode, index, MgmtStatus.Success, [.. address, 9, 0xF1, 0x05, .. Word(adapter.Supported), .. Word(adapter.Settings), .. new byte[260 + 3]]);
                break;
            case MgmtOpcode.SetLowEnergy:
                adapter.LowEnergy = true;
                Reply(opcode, index, MgmtStatus.Success, Word(adapter.Settings));
                break;
            case MgmtOpcode.SetPowered when values[0] == 1 && adapter.RfKill != RfKillState.Free:
                // Linux 6.12 says no more than this (tried in tests/lab); older ones say RfKilled.
                Reply(opcode, index, adapter.SaysRfKilled ? MgmtStatus.RfKilled : MgmtStatus.Failed, []);
                break;
            case MgmtOpcode.SetPowered when values[0] == 1 && adapter.PowerFails:
                Reply(opcode, index, MgmtStatus.Failed, []);
                break;
            case MgmtOpcode.SetPowered:
                if (values[0] == 0) (adapter.Stuck, adapter.PowerCycles) = (false, adapter.PowerCycles + 1);
                adapter.Powered = values[0] == 1;
                if (adapter.Powered && adapter.HealedByPower) adapter.Deaf = false;
                Reply(opcode, index, MgmtStatus.Success, Word(adapter.Settings));
                break;
            case MgmtOpcode.SetDefaultConfiguration:
                Reply(opcode, index, adapter.Old ? MgmtStatus.UnknownCommand : MgmtStatus.Success, []);
                break;
            case MgmtOpcode.ReadMonitorFeatures:
                Reply(opcode, index, MgmtStatus.Success, [.. Word((MgmtSettings)1), .. Word(0), 32, 0, 16, .. Half((ushort)adapter.Monitors.Count), .. adapter.Monitors.SelectMany(Half)]);
                break;
            case MgmtOpcode.AddPatternsMonitor when adapter.Stuck:
            case MgmtOpcode.RemoveMonitor when adapter.Stuck:
                Reply(opcode, index, MgmtStatus.Busy, []);
                break;
            case MgmtOpcode.AddPatternsMonitor when !adapter.Powered:
                adapter.Stuck = true;
                Reply(opcode, index, MgmtStatus.Failed, []);
                break;
            case MgmtOpcode.AddPatternsMonitor when adapter.Monitors.Count >= 32:
                Reply(opcode, index, MgmtStatus.Failed, []);
                break;
            case MgmtOpcode.AddPatternsMonitor when values[0] == 0 || values.Length != 1 + 34 * values[0]:
                Reply(opcode, index, MgmtStatus.InvalidParameters, []);
                break;
            case MgmtOpcode.AddPatternsMonitor:
                adapter.Monitors.Add(++lastHandle);
                if (adapter.HealedByScan) adapter.Deaf = false;
                Reply(opcode, index, MgmtStatus.Success, Half(lastHandle));
                break;
            case MgmtOpcode.RemoveMonitor:
                var handle = BinaryPrimitives.ReadUInt16LittleEndian(values);
                if (handle == 0) adapter.Monitors.Clear();
                Reply(opcode, index, handle == 0 || adapter.Monitors.Remove(handle) ? MgmtStatus.Success : MgmtStatus.InvalidIndex, Half(handle));
                break;
            default:
                Reply(opcode, index, MgmtStatus.UnknownCommand, []);
                break;
        }
    }

    private void Reply(MgmtOpcode opcode, ushort index, MgmtStatus status, ReadOnlySpan<byte> data) =>
        Tell(status == MgmtStatus.Success ? MgmtEventCode.CommandComplete : MgmtEventCode.CommandStatus, index, [.. Half((ushort)opcode), (byte)status, .. data]);

    private static byte[] Half(ushort value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Word(MgmtSettings value) => [(byte)value, (byte)((uint)value >> 8), (byte)((uint)value >> 16), (byte)((uint)value >> 24)];

    /// <summary>One adapter, with what may be wrong with it.</summary>
    internal sealed class Adapter(AdapterAddress address, bool powered)
    {
        public AdapterAddress Address { get; } = address;

        public SortedSet<ushort> Monitors { get; } = [];

        public bool Powered { get; set; } = powered;

        public bool LowEnergy { get; set; } = true;

        public MgmtSettings Supported { get; set; } = MgmtSettings.Powered | MgmtSettings.LowEnergy;

        public RfKillState RfKill { get; set; } = RfKillState.Free;

        public bool SaysRfKilled { get; set; }

        /// <summary>A monitor command that never ends: all later ones are busy, until a power cycle.</summary>
        public bool Stuck { get; set; }

        /// <summary>It answers commands and hears nothing.</summary>
        public bool Deaf { get; set; }

        public bool HealedByScan { get; set; }

        public bool HealedByPower { get; set; }

        /// <summary>It answers nothing.</summary>
        public bool Mute { get; set; }

        public bool PowerFails { get; set; }

        /// <summary>A kernel that does not know the scan's duty.</summary>
        public bool Old { get; set; }

        public bool Discovering { get; set; }

        /// <summary>The controller takes the extended generation of commands only.</summary>
        public bool Extended { get; set; }

        public bool Scanning { get; set; }

        public bool FiltersDuplicates { get; set; }

        public HashSet<string> Seen { get; } = [];

        public int PowerCycles { get; set; }

        public MgmtSettings Settings => (Powered ? MgmtSettings.Powered : 0) | (LowEnergy ? MgmtSettings.LowEnergy : 0);
    }
}

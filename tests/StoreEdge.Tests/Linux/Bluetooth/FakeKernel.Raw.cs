using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Tests.Linux.Bluetooth;

/// <summary>The raw channel: the controller itself answers.</summary>
internal sealed partial class FakeKernel
{
    private readonly List<RawChannel> raws = [];

    public IPacketChannel OpenRaw(ushort index)
    {
        if (!Capable) throw new BluetoothFault(BluetoothFaultKind.NoPermission, "CAP_NET_RAW", "AmbientCapabilities=CAP_NET_RAW");
        var raw = new RawChannel(this, index);
        raws.Add(raw);
        return raw;
    }

    /// <summary>Somebody else (bluetoothd) gives the controller a command; its answer is seen on every raw channel.</summary>
    public void Disturb(ushort index, byte[] command) => Carry(index, command);

    private void AdvertiseRaw(ushort index, Adapter adapter, ReadOnlySpan<byte> data, sbyte rssi)
    {
        if (!adapter.Powered || adapter.Deaf || !adapter.Scanning || (adapter.FiltersDuplicates && !adapter.Seen.Add(Convert.ToHexString(data)))) return;
        byte[] packet = adapter.Extended
            ? [4, 0x3E, (byte)(26 + data.Length), 0x0D, 1, 0x10, 0, 1, 0x99, 0x88, 0x77, 0x66, 0x55, 0xC4, 1, 0, 0xFF, 127, (byte)rssi, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)data.Length, .. data]
            : [4, 0x3E, (byte)(12 + data.Length), 2, 1, 3, 1, 0x99, 0x88, 0x77, 0x66, 0x55, 0xC4, (byte)data.Length, .. data, (byte)rssi];
        foreach (var raw in raws)
            if (raw.Index == index) raw.Queue.Enqueue(packet);
    }

    private void Carry(ushort index, byte[] command)
    {
        if (!Adapters.TryGetValue(index, out var adapter) || adapter.Mute) return;
        var opcode = (ushort)(command[1] | command[2] << 8);
        var isExtended = opcode is HciPacket.SetExtendedScanEnable or HciPacket.SetExtendedScanParameters;
        byte status = 0;
        if (isExtended != adapter.Extended) status = isExtended ? HciPacket.UnknownCommand : HciPacket.CommandDisallowed;
        else if (opcode is HciPacket.SetScanParameters or HciPacket.SetExtendedScanParameters) status = adapter.Scanning ? HciPacket.CommandDisallowed : (byte)0;
        else (adapter.Scanning, adapter.FiltersDuplicates) = (command[4] == 1, command[5] == 1);
        if (status == 0 && adapter.Scanning) adapter.Seen.Clear();
        if (status == 0 && adapter.Scanning && adapter.HealedByScan) adapter.Deaf = false;
        foreach (var raw in raws)
            if (raw.Index == index) raw.Queue.Enqueue([4, 0x0E, 4, 1, command[1], command[2], status]);
    }

    private sealed class RawChannel(FakeKernel kernel, ushort index) : IPacketChannel
    {
        private bool lost;

        public ushort Index => index;

        public Queue<byte[]> Queue { get; } = new();

        public long Dropped => 0;

        public bool Lose() => lost = true;

        public void Send(ReadOnlySpan<byte> packet)
        {
            kernel.RawCommands.Add((kernel.Now, packet.ToArray()));
            kernel.Carry(index, packet.ToArray());
        }

        public bool TryReceive(Span<byte> buffer, TimeSpan patience, out int length) => kernel.TryReceive(Queue, () => lost, buffer, patience, out length);

        public void Dispose() => kernel.raws.Remove(this);
    }
}

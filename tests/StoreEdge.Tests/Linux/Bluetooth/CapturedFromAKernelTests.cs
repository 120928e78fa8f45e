using StoreEdge.Core.Sightings;
using StoreEdge.Linux.Bluetooth;
using StoreEdge.Tests.Architecture;

namespace StoreEdge.Tests.Linux.Bluetooth;

/// <summary>Holds the parser of the control channel to what a real kernel sent (captured in tests/lab), not to what we believe that it sends.</summary>
public sealed class CapturedFromAKernelTests
{
    private static readonly byte[][] Captured =
    [
        .. File.ReadLines(Path.Combine(SourceTree.Root, "tests/StoreEdge.Tests/Linux/Bluetooth/linux-6.12.hex")).Where(line => !line.StartsWith('#')).Select(Convert.FromHexString),
    ];

    [Fact]
    public void Every_packet_of_the_kernel_is_read_as_what_it_is()
    {
        var codes = new List<MgmtEventCode>();
        foreach (var bytes in Captured)
        {
            Assert.True(MgmtPacket.TryRead(bytes, out var packet));
            codes.Add(packet.Code);
        }

        Assert.Equal(
            [
                .. Enumerable.Repeat(MgmtEventCode.CommandComplete, 7), .. Enumerable.Repeat(MgmtEventCode.MonitorDeviceFound, 4),
                MgmtEventCode.NewSettings, MgmtEventCode.IndexRemoved, MgmtEventCode.IndexAdded,
            ],
            codes);
    }

    [Fact]
    public void Its_answers_tell_the_adapter_the_monitors_and_the_new_handle()
    {
        Assert.Equal(MgmtOpcode.ReadIndexList, Reply(0, out var list));
        Assert.Equal([1, 0, 0, 0], list);
        Assert.Equal(MgmtOpcode.ReadInfo, Reply(1, out var data));
        Assert.True(AdapterInfo.TryRead(data, out var info));
        Assert.Equal("02:00:5A:A5:00:01", info.Address.ToString());
        Assert.True(info.Supported.HasFlag(MgmtSettings.LowEnergy | MgmtSettings.Powered));
        Assert.Equal(MgmtSettings.LowEnergy, info.Current);
        Assert.Equal(MgmtOpcode.SetPowered, Reply(3, out var settings));
        Assert.Equal(MgmtSettings.LowEnergy | MgmtSettings.Powered, (MgmtSettings)BitConverter.ToUInt32(settings));
        Assert.Equal(MgmtOpcode.ReadMonitorFeatures, Reply(5, out data));
        Assert.True(MonitorFeatures.TryRead(data, out var features));
        Assert.False(features.Offloaded);
        Assert.Empty(features.Handles);
        Assert.Equal(MgmtOpcode.AddPatternsMonitor, Reply(6, out var handle));
        Assert.Equal([1, 0], handle);
    }

    [Fact]
    public void Its_advertisements_carry_level_and_data_of_the_beacons_that_were_on_the_air()
    {
        var heard = new List<(string Beacon, int Rssi, int AddressType, bool IsConnectable)>();
        foreach (var bytes in Captured)
        {
            Assert.True(MgmtPacket.TryRead(bytes, out var packet));
            if (!packet.TryReadAdvertisement(out var advertisement)) continue;
            Assert.True(AdvertisementDecoder.TryDecode(advertisement.Data, out var frame, out _));
            Assert.True(frame.TryGetBeaconId(out var id));
            heard.Add((id.ToString(), advertisement.Rssi, advertisement.AddressType, advertisement.IsConnectable));
        }

        const string Uuid = "ibeacon:5704e6ed-1ab0-4000-8000-000000000000/0/";
        Assert.Equal([(Uuid + "0", -60, 2, false), (Uuid + "1", -60, 2, false), (Uuid + "2", -60, 2, false), (Uuid + "0", -59, 2, false)], heard);
    }

    [Fact]
    public void An_adapter_that_is_taken_away_is_first_switched_off()
    {
        Assert.True(MgmtPacket.TryRead(Captured[11], out var packet));
        Assert.True(packet.TryReadSettings(out var settings));
        Assert.Equal(MgmtSettings.LowEnergy, settings);
    }

    private static MgmtOpcode Reply(int index, out byte[] data)
    {
        Assert.True(MgmtPacket.TryRead(Captured[index], out var packet));
        Assert.True(packet.TryReadReply(out var reply));
        Assert.Equal(MgmtStatus.Success, reply.Status);
        data = reply.Data.ToArray();
        return reply.Opcode;
    }
}

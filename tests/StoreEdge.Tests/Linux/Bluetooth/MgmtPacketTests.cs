using StoreEdge.Linux.Bluetooth;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Linux.Bluetooth;

/// <summary>Bytes as Linux 6.12 was seen to send them.</summary>
public sealed class MgmtPacketTests
{
    private const string MonitorFound = "2F0000001B00" + "0100" + "998877665544" + "02" + "C4" + "04000000" + "0B00" + "0201060716AAFE20000BB8";
    private const string DeviceFound = "120000001900" + "998877665544" + "01" + "7F" + "00000000" + "0B00" + "0201060716AAFE20000BB8";

    [Fact]
    public void A_monitors_report_is_read()
    {
        Assert.True(MgmtPacket.TryRead(Frames.Bytes(MonitorFound), out var packet));
        Assert.Equal((MgmtEventCode.MonitorDeviceFound, 0), (packet.Code, packet.Index));
        Assert.True(packet.TryReadAdvertisement(out var heard));
        Assert.Equal((2, -60, false), (heard.AddressType, heard.Rssi, heard.IsConnectable));
        Assert.Equal("998877665544", Convert.ToHexString(heard.Address));
        Assert.Equal("0201060716AAFE20000BB8", Convert.ToHexString(heard.Data));
    }

    [Fact]
    public void A_discoverys_report_is_the_same_without_the_handle()
    {
        Assert.True(MgmtPacket.TryRead(Frames.Bytes(DeviceFound), out var packet));
        Assert.True(packet.TryReadAdvertisement(out var heard));
        Assert.Equal((1, MgmtAdvertisement.RssiUnknown, true), (heard.AddressType, heard.Rssi, heard.IsConnectable));
        Assert.Equal(11, heard.Data.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2F0000001B")]
    [InlineData("2F0000001C0001009988776655440204")]
    [InlineData("0100FFFF0500030000")]
    public void A_length_that_lies_is_no_packet(string hex) => Assert.False(MgmtPacket.TryRead(Frames.Bytes(hex), out _));

    [Theory]
    [InlineData("2F0000000F00" + "0100998877665544" + "02C404000000" + "00")]
    [InlineData("2F0000001100" + "0100998877665544" + "02C404000000" + "0200" + "02")]
    [InlineData("120000000000")]
    [InlineData("2F0000000100" + "01")]
    public void A_report_that_is_cut_is_none(string hex)
    {
        Assert.True(MgmtPacket.TryRead(Frames.Bytes(hex), out var packet));
        Assert.False(packet.TryReadAdvertisement(out _));
    }

    [Fact]
    public void Answers_are_read()
    {
        Assert.True(MgmtPacket.TryRead(Frames.Bytes("010000000500" + "5200" + "00" + "0300"), out var complete));
        Assert.True(complete.TryReadReply(out var added));
        Assert.Equal((MgmtOpcode.AddPatternsMonitor, MgmtStatus.Success, "0300"), (added.Opcode, added.Status, Convert.ToHexString(added.Data)));
        Assert.True(MgmtPacket.TryRead(Frames.Bytes("020000000300" + "0500" + "14"), out var status));
        Assert.True(status.TryReadReply(out var refused));
        Assert.Equal(MgmtStatus.PermissionDenied, refused.Status);
    }

    [Fact]
    public void Info_has_its_settings_at_9_and_13()
    {
        var data = Frames.Bytes("42000001AA00" + "09" + "F105" + "FFBE0100" + "81020000" + "000000");
        Assert.True(AdapterInfo.TryRead(data, out var info));
        Assert.Equal("00:AA:01:00:00:42", info.Address.ToString());
        Assert.Equal((true, true), (info.Supported.HasFlag(MgmtSettings.LowEnergy), info.Current.HasFlag(MgmtSettings.LowEnergy | MgmtSettings.Powered)));
        Assert.False(AdapterInfo.TryRead(data.AsSpan(0, 16), out _));
    }

    [Fact]
    public void Monitors_are_listed()
    {
        Assert.True(MonitorFeatures.TryRead(Frames.Bytes("01000000" + "00000000" + "2000" + "10" + "0200" + "0100" + "0900"), out var features));
        Assert.False(features.Offloaded);
        Assert.Equal([1, 9], features.Handles);
        Assert.False(MonitorFeatures.TryRead(Frames.Bytes("01000000" + "00000000" + "2000" + "10" + "0300" + "0100" + "0900"), out _));
    }

    [Fact]
    public void Commands_are_the_bytes_that_were_tried()
    {
        var wire = new Wire();
        var client = new MgmtClient(wire, TimeProvider.System, (in MgmtPacket _) => { });
        client.AddMonitor(0, AdvertisementPattern.Beacons, out _);
        client.SetScan(0, 0x60, 0x60);
        client.SetPowered(0, true);
        client.SetLowEnergy(0);
        client.RemoveMonitor(0, 0x0102);
        client.Monitors(0);
        client.Indexes();
        var zeros = (int count) => string.Concat(Enumerable.Repeat("00", count));
        Assert.Equal(
            [
                "520000006700" + "03" + "FF0004" + "4C000215" + zeros(27) + "FF0202" + "BEAC" + zeros(29) + "160002" + "AAFE" + zeros(29),
                "4C0000000A00" + "1300026000" + "1400026000", "050000000100" + "01", "0D0000000100" + "01", "530000000200" + "0201", "510000000000", "0300FFFF0000",
            ],
            wire.Sent);
        Assert.Throws<ArgumentOutOfRangeException>(() => client.RemoveMonitor(0, 0));
    }

    [Fact]
    public void No_mutation_of_a_packet_crashes()
    {
        var random = new Random(20261122);
        byte[][] seeds = [Frames.Bytes(MonitorFound), Frames.Bytes(DeviceFound), Frames.Bytes("010000000500520000" + "0300"), Frames.Bytes("060000000400" + "81020000"), Frames.Bytes("2C00000002000000")];
        var read = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var packet = (byte[])seeds[i % seeds.Length].Clone();
            for (var j = random.Next(4); j >= 0; j--) packet[random.Next(packet.Length)] = (byte)random.Next(256);
            var bytes = packet.AsSpan(0, random.Next(8) == 0 ? random.Next(packet.Length) : packet.Length);
            if (!MgmtPacket.TryRead(bytes, out var any)) continue;
            if (any.TryReadAdvertisement(out var heard)) read += heard.Data.Length;
            if (any.TryReadReply(out var reply)) read += reply.Data.Length;
            any.TryReadSettings(out _);
            any.TryReadRemovedMonitor(out _);
            AdapterInfo.TryRead(any.Data, out _);
            MonitorFeatures.TryRead(any.Data, out _);
            HciPacket.TryReadCompletion(bytes, out _, out _);
        }

        Assert.True(read > 0);
    }

    /// <summary>Answers everything with success.</summary>
    private sealed class Wire : IPacketChannel
    {
        private byte[] answer = [];

        public List<string> Sent { get; } = [];

        public long Dropped => 0;

        public void Send(ReadOnlySpan<byte> packet)
        {
            Sent.Add(Convert.ToHexString(packet));
            answer = [1, 0, packet[2], packet[3], 16, 0, packet[0], packet[1], 0, .. new byte[13]];
        }

        public bool TryReceive(Span<byte> buffer, TimeSpan patience, out int length)
        {
            answer.CopyTo(buffer);
            length = answer.Length;
            return true;
        }

        public void Dispose()
        {
        }
    }
}

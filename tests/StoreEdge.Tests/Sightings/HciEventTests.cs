using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

public sealed class HciEventTests
{
    [Fact]
    public void A_legacy_report_has_its_rssi_after_the_data()
    {
        Assert.True(HciEvent.TryRead(Frames.Legacy(Frames.IBeacon), out var reports, out _));
        Assert.True(reports.MoveNext());
        var report = reports.Current;
        Assert.Equal("66:55:44:33:22:11", report.Address.ToString());
        Assert.Equal((sbyte)-56, report.Rssi);
        Assert.Equal(Frames.IBeacon, Convert.ToHexString(report.Data));
        Assert.Equal(14, report.DataOffset);
        Assert.False(reports.MoveNext());
    }

    [Fact]
    public void Several_reports_of_one_event_come_one_after_another()
    {
        var packet = Frames.Bytes("043E1F0202" + "0001112233445566" + "03" + "020106" + "B0" + "0300665544332211" + "04" + "03030D18" + "7F");
        packet[2] = (byte)(packet.Length - 3);
        Assert.True(HciEvent.TryRead(packet, out var reports, out var fault), fault.Message);
        List<(string, sbyte?)> seen = [];
        foreach (var report in reports) seen.Add((report.Address.ToString(), report.Rssi));
        Assert.Equal([("66:55:44:33:22:11", (sbyte)-80), ("11:22:33:44:55:66", null)], seen);
    }

    [Fact]
    public void An_extended_report_has_status_set_and_rssi_in_its_header()
    {
        Assert.True(HciEvent.TryRead(Frames.Extended(Frames.IBeacon, "2000"), out var reports, out var fault), fault.Message);
        Assert.True(reports.MoveNext());
        var report = reports.Current;
        Assert.Equal((ReportDataStatus.MoreToCome, (byte)3, (sbyte?)-70), (report.Status, report.SetId, report.Rssi));
        Assert.Equal("66:55:44:33:22:11", report.Address.ToString());
        Assert.Equal(Frames.IBeacon, Convert.ToHexString(report.Data));
    }

    [Theory]
    [InlineData("", DecodeFaultKind.Truncated, 0)]
    [InlineData("02", DecodeFaultKind.NotAnEvent, 0)]
    [InlineData("043E", DecodeFaultKind.Truncated, 1)]
    [InlineData("040E0401030C00", DecodeFaultKind.NotAdvertising, 1)]
    [InlineData("043E0101", DecodeFaultKind.NotAdvertising, 3)]
    [InlineData("043E00", DecodeFaultKind.Truncated, 3)]
    [InlineData("043E0102", DecodeFaultKind.Truncated, 4)]
    [InlineData("043E0302", DecodeFaultKind.EventLength, 2)]
    [InlineData("043E020200", DecodeFaultKind.ReportCount, 4)]
    [InlineData("043E02021A", DecodeFaultKind.ReportCount, 4)]
    [InlineData("043E020D0B", DecodeFaultKind.ReportCount, 4)]
    [InlineData("043E0A02010001112233445566", DecodeFaultKind.Truncated, 5)]
    [InlineData("043E0D020100011122334455660302" + "01", DecodeFaultKind.Truncated, 14)]
    [InlineData("043E0D0201000111223344556600C8" + "00", DecodeFaultKind.TrailingBytes, 15)]
    [InlineData("043E0C0202000111223344556600C8", DecodeFaultKind.Truncated, 15)]
    [InlineData("043E0C0201000111223344556620C8", DecodeFaultKind.DataLength, 13)]
    [InlineData("043E1A0D01600001112233445566010203" + "7FBA000000000000000000" + "00", DecodeFaultKind.DataStatus, 5)]
    [InlineData("043E1A0D01000001112233445566010203" + "7FBA000000000000000000" + "01", DecodeFaultKind.Truncated, 29)]
    [InlineData("043E1A0D01000001112233445566010203" + "7FBA000000000000000000" + "E6", DecodeFaultKind.DataLength, 28)]
    public void A_broken_event_is_refused_at_the_byte(string hex, DecodeFaultKind kind, int offset)
    {
        Assert.False(HciEvent.TryRead(Frames.Bytes(hex), out _, out var fault));
        Assert.Equal((kind, offset), (fault.Kind, fault.Offset));
        Assert.NotEmpty(fault.Message);
    }

    [Fact]
    public void Fragments_of_two_advertisers_are_put_together_each_for_itself()
    {
        var assembler = new FragmentAssembler();
        Assert.False(Complete(assembler, Frames.Extended("020106", "2000"), out _));
        Assert.False(Complete(assembler, Frames.Extended("0409", "2000", sid: "04"), out _));
        Assert.True(Complete(assembler, Frames.Extended("414243", "0000", sid: "04"), out var second));
        Assert.True(Complete(assembler, Frames.Extended(Frames.IBeacon[6..], "0000"), out var first));
        Assert.Equal(Frames.IBeacon, first);
        Assert.Equal("0409414243", second);
        Assert.Equal((0, 0L), (assembler.Pending, assembler.Abandoned));
    }

    [Fact]
    public void Fragments_that_never_end_are_bounded_in_length_and_number()
    {
        var assembler = new FragmentAssembler(capacity: 2);
        var fragment = string.Concat(Enumerable.Repeat("00", 229));
        for (var i = 0; i < 7; i++) Assert.False(Complete(assembler, Frames.Extended(fragment, "2000"), out _));
        Assert.Equal(1, assembler.Pending);
        Assert.False(Complete(assembler, Frames.Extended(fragment, "2000"), out _));
        Assert.Equal((0, 1L), (assembler.Pending, assembler.Abandoned));
        for (var set = 1; set <= 5; set++) Complete(assembler, Frames.Extended("00", "2000", $"{set:X2}"), out _);
        Assert.Equal((2, 4L), (assembler.Pending, assembler.Abandoned));
    }

    private static bool Complete(FragmentAssembler assembler, byte[] packet, out string data)
    {
        Assert.True(HciEvent.TryRead(packet, out var reports, out var fault), fault.Message);
        Assert.True(reports.MoveNext());
        var whole = assembler.TryComplete(reports.Current, out var bytes, out _);
        data = Convert.ToHexString(bytes);
        return whole;
    }
}

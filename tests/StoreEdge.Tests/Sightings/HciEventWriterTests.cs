using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

public sealed class HciEventWriterTests
{
    [Fact]
    public void A_legacy_report_is_written_back_byte_for_byte()
    {
        foreach (var payload in Frames.All) Assert.Equal([Frames.Legacy(payload)], Rewrite(Frames.Legacy(payload)));
    }

    [Fact]
    public void An_extended_report_keeps_everything_that_a_report_holds()
    {
        var original = Frames.Extended(Frames.Uid, "1000");
        var again = Assert.Single(Rewrite(original));
        Assert.True(HciEvent.TryRead(original, out var before, out _));
        Assert.True(HciEvent.TryRead(again, out var after, out _));
        before.MoveNext();
        after.MoveNext();
        var a = before.Current;
        var b = after.Current;
        Assert.Equal((a.EventType, a.AddressType, a.Address, a.SetId, a.Rssi, a.Status), (b.EventType, b.AddressType, b.Address, b.SetId, b.Rssi, b.Status));
        Assert.Equal(a.Data.ToArray(), b.Data.ToArray());
    }

    [Theory]
    [InlineData(229, 1)]
    [InlineData(230, 2)]
    [InlineData(1650, 8)]
    public void What_is_too_long_for_one_event_is_put_together_again(int length, int events)
    {
        var data = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var written = Write(new AdvertisingReport { IsExtended = true, AddressType = 1, Address = new(0xC0FFEE), SetId = 3, Rssi = -60 }, data);
        Assert.Equal(events, written.Count);
        var assembler = new FragmentAssembler();
        byte[] whole = [];
        foreach (var packet in written)
        {
            Assert.True(HciEvent.TryRead(packet, out var reports, out _));
            foreach (var report in reports)
                if (assembler.TryComplete(report, out var found, out _))
                    whole = found.ToArray();
        }

        Assert.Equal(data, whole);
    }

    [Fact]
    public void A_level_that_the_controller_did_not_say_stays_unsaid() => Assert.Equal(0x7F, Rewrite(Frames.Legacy(Frames.Other, "7F"))[0][^1]);

    private static List<byte[]> Rewrite(byte[] packet)
    {
        Assert.True(HciEvent.TryRead(packet, out var reports, out _));
        List<byte[]> written = [];
        foreach (var report in reports) written.AddRange(Write(report, report.Data));
        return written;
    }

    private static List<byte[]> Write(in AdvertisingReport report, ReadOnlySpan<byte> data)
    {
        List<byte[]> written = [];
        var packet = new byte[HciEventWriter.MaximumLength];
        do
        {
            var length = HciEventWriter.Write(report, data, packet, out var taken);
            written.Add(packet[..length]);
            data = data[taken..];
        }
        while (!data.IsEmpty);
        return written;
    }
}

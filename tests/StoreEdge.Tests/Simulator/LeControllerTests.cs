using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Controller;

namespace StoreEdge.Tests.Simulator;

/// <summary>The software controller's answers, byte for byte as the Core Specification writes them.</summary>
public sealed class LeControllerTests
{
    private static readonly byte[] Address = [0x01, 0x00, 0xA5, 0x5A, 0x00, 0x02];

    [Theory]
    [InlineData("01030c00", "040e0401030c00")] // reset
    [InlineData("01011000", "040e0c0101100009000009ffff0000")] // version
    [InlineData("01031000", "040e0c010310000000000060000000")] // features: LE without BR/EDR
    [InlineData("01091000", "040e0a010910000100a55a0002")] // address
    [InlineData("01022000", "040e0701022000fb0008")] // LE buffers
    [InlineData("01010c0800e0000000000020", "040e0401010c00")] // event mask
    [InlineData("01032000", "040e0c010320000000000000000000")] // LE features: none that is extended
    public void A_command_of_the_start_is_answered(string command, string answer) => Assert.Equal(answer, Ask(new(Address, extended: false), command));

    [Theory]
    [InlineData("01050c00", "040e0401050c01")] // a filter for inquiries, which a controller without BR/EDR does not have
    [InlineData("010d2000", "040e04010d2001")] // create connection
    [InlineData("01412008000001006000600000", "040e0401412012")] // wrong length inside, and it would not know it either
    public void A_command_it_does_not_know_or_cannot_read_is_refused_and_named(string command, string answer) => Assert.Equal(answer, Ask(new(Address, extended: false), command));

    [Fact]
    public void Extended_scanning_is_offered_and_understood_only_when_asked_for()
    {
        var (plain, extended) = (new LeController(Address, extended: false), new LeController(Address, extended: true));
        Assert.Equal("040e0401422001", Ask(plain, "01422006010000000000"));
        Assert.Equal("040e0c010320000010000000000000", Ask(extended, "01032000"));
        Assert.Equal("040e0401412000", Ask(extended, "0141200800000100" + "60003000"));
        Assert.Equal("040e0401422000", Ask(extended, "01422006010100000000"));
        Assert.True(extended.IsScanning);
        Assert.True(extended.FiltersDuplicates);
        Assert.Equal((0x60, 0x30), (extended.Interval, extended.Window));
    }

    [Fact]
    public void It_listens_only_within_the_window_that_the_host_set()
    {
        var controller = new LeController(Address, extended: false);
        Ask(controller, "010b200700600030000000"); // every 60 ms for 30 ms
        Assert.False(controller.Listens(TimeSpan.Zero));
        Ask(controller, "010c20020100");
        Assert.True(controller.Listens(TimeSpan.FromMilliseconds(29)));
        Assert.False(controller.Listens(TimeSpan.FromMilliseconds(31)));
        Assert.True(controller.Listens(TimeSpan.FromMilliseconds(61)));
        Ask(controller, "010c20020000");
        Assert.False(controller.Listens(TimeSpan.FromMilliseconds(61)));
    }

    [Fact]
    public void Parameters_cannot_change_during_a_scan_and_a_window_cannot_exceed_its_interval()
    {
        var controller = new LeController(Address, extended: false);
        Assert.Equal("040e04010b2012", Ask(controller, "010b200700300060000000"));
        Ask(controller, "010c20020100");
        Assert.Equal("040e04010b200c", Ask(controller, "010b200700600060000000"));
    }

    [Fact]
    public void A_reset_ends_the_scan()
    {
        var controller = new LeController(Address, extended: false);
        Ask(controller, "010c20020101");
        Ask(controller, "01030c00");
        Assert.False(controller.IsScanning);
        Assert.False(controller.FiltersDuplicates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0103")]
    [InlineData("0201000400aabbccdd")] // data for a connection that cannot be
    public void What_is_no_command_is_not_answered(string packet) => Assert.Null(new LeController(Address, extended: false).Answer(Convert.FromHexString(packet)));

    [Fact]
    public void Every_command_that_it_claims_in_its_bit_field_is_answered()
    {
        // Opcodes by octet and bit of the field (7.4.2), for all bits that either kind of controller sets.
        (int Octet, int Bit, int Opcode)[] claims =
        [
            (5, 6, 0x0C01), (5, 7, 0x0C03), (14, 3, 0x1001), (14, 5, 0x1003), (15, 1, 0x1009), (25, 0, 0x2001), (25, 1, 0x2002), (25, 2, 0x2003), (25, 4, 0x2005),
            (25, 5, 0x2006), (25, 6, 0x2007), (25, 7, 0x2008), (26, 0, 0x2009), (26, 1, 0x200A), (26, 2, 0x200B), (26, 3, 0x200C), (26, 6, 0x200F), (26, 7, 0x2010),
            (27, 0, 0x2011), (27, 1, 0x2012), (27, 7, 0x2018), (28, 3, 0x201C), (36, 1, 0x2035), (36, 2, 0x2036), (36, 3, 0x2037), (36, 4, 0x2038), (36, 5, 0x2039),
            (36, 6, 0x203A), (36, 7, 0x203B), (37, 0, 0x203C), (37, 1, 0x203D), (37, 5, 0x2041), (37, 6, 0x2042),
        ];
        foreach (var extended in new[] { false, true })
        {
            var controller = new LeController(Address, extended);
            var field = controller.Answer([0x01, 0x02, 0x10, 0x00])!.AsSpan(7);
            for (var octet = 0; octet < field.Length; octet++)
                for (var bit = 0; bit < 8; bit++)
                {
                    if ((field[octet] >> bit & 1) == 0) continue;
                    var claim = Assert.Single(claims, c => c.Octet == octet && c.Bit == bit);
                    Assert.NotEqual(0x01, controller.Answer([0x01, (byte)claim.Opcode, (byte)(claim.Opcode >> 8), 0x00])![6]);
                }
        }
    }

    [Fact]
    public void Beacons_begin_and_end_when_told_and_keep_their_rate()
    {
        const string Id = "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/7/42";
        var beacons = new BeaconEmissions(perSecond: 10, rssi: -60, extended: false);
        Assert.Null(beacons.NextAt);
        beacons.Begin(Id, TimeSpan.FromSeconds(2));
        var heard = new List<TimeSpan>();
        for (; beacons.NextAt is { } at && at < TimeSpan.FromSeconds(3); heard.Add(at))
        {
            Assert.True(HciEvent.TryRead(beacons.Take(), out var reports, out var fault), fault.ToString());
            foreach (var report in reports)
            {
                Assert.InRange(report.Rssi!.Value, -63, -57);
                Assert.True(AdvertisementDecoder.TryDecode(report.Data, out var frame, out _));
                Assert.True(frame.TryGetBeaconId(out var id));
                Assert.Equal(Id, id.ToString());
            }
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => TimeSpan.FromSeconds(2 + i / 10.0)), heard);
        Assert.True(beacons.End(Id));
        Assert.Null(beacons.NextAt);
        Assert.False(beacons.End(Id));
    }

    [Theory]
    [InlineData("altbeacon:0118/5e4a0b8f6f4c4f0d9d3f6a1b2c3d4e5f00010002")]
    [InlineData("eddystone-uid:edd1ebeac04e5defa017/0a1b2c3d4e5f")]
    public void Beacons_of_each_format_say_the_id_they_were_given(string text)
    {
        var beacons = new BeaconEmissions(perSecond: 10, rssi: -60, extended: true);
        beacons.Begin(text, TimeSpan.Zero);
        Assert.True(HciEvent.TryRead(beacons.Take(), out var reports, out _));
        foreach (var report in reports)
        {
            Assert.True(AdvertisementDecoder.TryDecode(report.Data, out var frame, out _));
            Assert.True(frame.TryGetBeaconId(out var id));
            Assert.Equal(text, id.ToString());
        }
    }

    [Fact]
    public void An_id_that_is_none_is_refused_with_what_is_allowed()
    {
        var beacons = new BeaconEmissions(perSecond: 10, rssi: -60, extended: false);
        Assert.Contains("allowed: ibeacon:UUID/major/minor", Assert.Throws<FormatException>(() => beacons.Begin("tag-7", TimeSpan.Zero)).Message, StringComparison.Ordinal);
    }

    private static string Ask(LeController controller, string packet) => Convert.ToHexStringLower(controller.Answer(Convert.FromHexString(packet))!);
}

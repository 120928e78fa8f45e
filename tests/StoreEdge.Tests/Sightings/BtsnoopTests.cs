using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

public sealed class BtsnoopTests
{
    // "btsnoop\0", version 1, datalink; one record: original and included length, flags, drops, µs since year 0 of 2023-11-14T22:13:20Z (1,700,000,000 s).
    private const string Header = "6274736E6F6F700000000001";
    private const string Time = "00E2D8F90A91E000";

    [Fact]
    public void What_is_written_is_what_the_format_lays_out()
    {
        var file = new MemoryStream();
        var writer = new BtsnoopWriter(file);
        writer.WriteHeader();
        writer.Write(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), [0x04, 0x0E, 0x00]);
        var time = 0x00dcddb30f2f8000 + 1_700_000_000_000_000;
        Assert.Equal($"{Header}000003EA" + "00000003" + "00000003" + "00000003" + "00000000" + $"{time:X16}" + "040E00", Convert.ToHexString(file.ToArray()));
    }

    [Theory]
    [InlineData("000003EA", "00000003", "040E00", "040E00")]
    [InlineData("000003EA", "00000002", "010300", "")]
    [InlineData("000003E9", "00000003", "0E00", "040E00")]
    [InlineData("000003E9", "00000002", "0300", "")]
    [InlineData("000007D1", "00000003", "0E00", "040E00")]
    [InlineData("000007D1", "00010003", "0E00", "040E00")]
    [InlineData("000007D1", "00000002", "0300", "")]
    public void Every_datalink_gives_events_with_their_type_byte(string datalink, string flags, string packet, string expected)
    {
        var length = $"{packet.Length / 2:X8}";
        var reader = new BtsnoopReader(new MemoryStream(Frames.Bytes($"{Header}{datalink}{length}{length}{flags}00000000{Time}{packet}")));
        var events = ReadAll(reader, out var result);
        Assert.Equal([expected], events);
        Assert.Equal((BtsnoopRead.NeedMore, false), (result, reader.IsMidway));
    }

    [Theory]
    [InlineData("6274736E6F6F71")]
    [InlineData("50617373776F7264")]
    [InlineData("6274736E6F6F700000000002000003EA")]
    [InlineData("6274736E6F6F70000000000100000001")]
    [InlineData(Header + "000003EA" + "00010005" + "00010005" + "00000003" + "00000000" + Time)]
    [InlineData(Header + "000003EA" + "00000002" + "00000003" + "00000003" + "00000000" + Time + "040E00")]
    [InlineData(Header + "000003EA" + "00000003" + "00000003" + "00000003" + "00000000" + "F0E2D8F90A91E000" + "040E00")]
    public void What_is_no_btsnoop_is_refused(string hex)
    {
        ReadAll(new(new MemoryStream(Frames.Bytes(hex))), out var result);
        Assert.Equal(BtsnoopRead.Malformed, result);
    }

    [Fact]
    public void A_recording_that_was_cut_gives_what_is_whole_and_says_that_it_was_cut()
    {
        var whole = Frames.Bytes($"{Header}000003EA" + string.Concat(Enumerable.Repeat($"000000030000000300000003000000" + $"00{Time}040E00", 2)));
        for (var length = 0; length < whole.Length; length++)
        {
            var reader = new BtsnoopReader(new MemoryStream(whole, 0, length));
            var events = ReadAll(reader, out var result);
            Assert.Equal(BtsnoopRead.NeedMore, result);
            Assert.Equal(Math.Max(0, length - 16) / 27, events.Count);
            Assert.Equal(length is not (16 or 43), reader.IsMidway);
        }
    }

    [Fact]
    public void A_long_stream_survives_the_buffer_turning_over()
    {
        var file = new MemoryStream();
        var writer = new BtsnoopWriter(file);
        writer.WriteHeader();
        for (var i = 0; i < 5000; i++) writer.Write(i, Frames.Legacy(Frames.IBeacon));
        file.Position = 0;
        var events = ReadAll(new(file), out _);
        Assert.Equal(5000, events.Count);
        Assert.All(events, e => Assert.Equal(Convert.ToHexString(Frames.Legacy(Frames.IBeacon)), e));
    }

    private static List<string> ReadAll(BtsnoopReader reader, out BtsnoopRead result)
    {
        List<string> events = [];
        while (true)
        {
            result = reader.TryRead(out var record);
            if (result == BtsnoopRead.Done) events.Add(Convert.ToHexString(record.Event));
            else if (result == BtsnoopRead.Malformed || !reader.Fill()) return events;
        }
    }
}

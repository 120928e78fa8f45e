using System.Text;
using StoreEdge.Agent.Commands;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Commands;

public sealed class LineDecoderTests
{
    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [Fact]
    public void Lines_that_nobody_takes_end_the_command_with_a_sentence()
    {
        using var error = new StringWriter();
        Assert.Equal(2, DecodeCommand.Run(new MemoryStream("020106\n"u8.ToArray()), new FullDisk(), advertisingDataOnly: true, error));
        Assert.Contains("No space left", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_format_has_the_fields_that_it_is_documented_with()
    {
        Assert.Equal(
            [
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"ibeacon","uuid":"e2c56db5-dffb-48d2-b060-d0f5a71096e0","major":1,"minor":2,"txPower":-59}""",
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"altbeacon","manufacturer":"0118","id":"2f234454cf6d4a0fadf2f4911ba9ffa600010002","txPower":-59,"manufacturerReserved":1}""",
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"eddystone-uid","namespace":"00010203040506070809","instance":"00000000002a","txPower":-18}""",
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"eddystone-url","url":"https://goo.gl.com","txPower":-18}""",
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"eddystone-tlm","batteryMillivolts":3000,"temperatureCelsius":21.5,"advertisementCount":100,"uptimeSeconds":100}""",
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"eddystone-etlm","encryptedTelemetry":"000102030405060708090a0b","salt":"abcd","integrityCheck":"1234"}""",
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"eddystone-eid","ephemeralId":"a9b76a71c5f89290","txPower":-25}""",
                """{"address":"66:55:44:33:22:11","rssi":-56,"format":"other"}""",
            ],
            Decode(false, [.. new[] { Frames.IBeacon, Frames.AltBeacon, Frames.Uid, Frames.Url, Frames.Tlm, Frames.Etlm, Frames.Eid, Frames.Other }.Select(f => Hex(Frames.Legacy(f)))]));
    }

    [Fact]
    public void A_payload_has_neither_address_nor_rssi() =>
        Assert.Equal("""{"format":"eddystone-eid","ephemeralId":"a9b76a71c5f89290","txPower":-25}""", Assert.Single(Decode(true, Frames.Eid)));

    [Fact]
    public void Malformed_lines_give_an_error_with_its_offset_and_the_next_line_is_read()
    {
        var lines = Decode(false, "043e03zz", "04 3E 03 02", "043", "", "  ", Hex(Frames.Legacy("06FF4C00021501")), "02011a\r", new string('0', 70_000), Hex(Frames.Legacy(Frames.Eid, "7F")));
        Assert.Equal(7, lines.Count);
        Assert.Contains("\"offset\":3}", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"offset\":2}", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"offset\":1}", lines[2], StringComparison.Ordinal);
        Assert.Contains("\"offset\":16}", lines[3], StringComparison.Ordinal);
        Assert.Contains("\"offset\":0}", lines[4], StringComparison.Ordinal);
        Assert.All(lines.Take(6), l => Assert.StartsWith("{\"error\":\"", l, StringComparison.Ordinal));
        Assert.StartsWith("""{"address":"66:55:44:33:22:11","rssi":null,"format":"eddystone-eid",""", lines[6], StringComparison.Ordinal);
    }

    [Fact]
    public void Fragments_on_several_lines_are_one_advertisement_and_a_missing_rest_is_told()
    {
        Assert.Equal("ibeacon", Assert.Single(Decode(false, Hex(Frames.Extended("020106", "2000")), Hex(Frames.Extended(Frames.IBeacon[6..])))).Split('"')[9]);
        Assert.StartsWith("{\"error\"", Assert.Single(Decode(false, Hex(Frames.Extended("020106", "2000")))), StringComparison.Ordinal);
    }

    private static List<string> Decode(bool payloads, params string[] lines)
    {
        var output = new MemoryStream();
        using var decoder = new LineDecoder(output, payloads);
        decoder.Run(new MemoryStream(Encoding.ASCII.GetBytes(string.Join('\n', lines))));
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}

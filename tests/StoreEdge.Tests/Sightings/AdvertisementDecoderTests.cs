using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

public sealed class AdvertisementDecoderTests
{
    [Fact]
    public void An_ibeacon_has_uuid_major_minor_and_power_at_one_metre()
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes(Frames.IBeacon), out var frame, out _));
        Assert.Equal(BeaconFormat.IBeacon, frame.Format);
        Assert.Equal(new Guid("e2c56db5-dffb-48d2-b060-d0f5a71096e0"), frame.Uuid);
        Assert.Equal((1, 2, -59), (frame.Major, frame.Minor, frame.TxPower));
        Assert.True(frame.TryGetBeaconId(out var id));
        Assert.Equal("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/2", id.ToString());
    }

    [Fact]
    public void An_altbeacon_has_its_company_in_display_order()
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes(Frames.AltBeacon), out var frame, out _));
        Assert.Equal(BeaconFormat.AltBeacon, frame.Format);
        Assert.Equal((0x0118, -59, 1), (frame.Manufacturer, frame.TxPower, frame.ManufacturerReserved));
        Assert.True(frame.TryGetBeaconId(out var id));
        Assert.Equal("altbeacon:0118/2f234454cf6d4a0fadf2f4911ba9ffa600010002", id.ToString());
    }

    [Theory]
    [InlineData(Frames.Uid)]
    [InlineData(Frames.UidWithoutReserved)]
    public void An_eddystone_uid_is_the_same_with_and_without_its_reserved_bytes(string payload)
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes(payload), out var frame, out _));
        Assert.Equal((BeaconFormat.EddystoneUid, -18), (frame.Format, frame.TxPower));
        Assert.True(frame.TryGetBeaconId(out var id));
        Assert.Equal("eddystone-uid:00010203040506070809/00000000002a", id.ToString());
    }

    [Fact]
    public void An_eddystone_eid_and_its_text()
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes(Frames.Eid), out var frame, out _));
        Assert.Equal((BeaconFormat.EddystoneEid, -25), (frame.Format, frame.TxPower));
        Assert.True(frame.TryGetBeaconId(out var id));
        Assert.Equal("eddystone-eid:a9b76a71c5f89290", id.ToString());
    }

    [Fact]
    public void Telemetry_is_in_millivolts_degrees_and_tenths_of_seconds()
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes(Frames.Tlm), out var frame, out _));
        Assert.Equal(BeaconFormat.EddystoneTlm, frame.Format);
        Assert.Equal(((ushort?)3000, (double?)21.5, 100u, TimeSpan.FromSeconds(100)), (frame.BatteryMillivolts, frame.TemperatureCelsius, frame.AdvertisementCount, frame.Uptime));
        Assert.False(frame.TryGetBeaconId(out _));
    }

    [Fact]
    public void Telemetry_that_the_beacon_does_not_measure_is_absent_and_cold_is_negative()
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes("1116AAFE200000008000" + "0000000000000000"), out var none, out _));
        Assert.Null(none.BatteryMillivolts);
        Assert.Null(none.TemperatureCelsius);
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes("1116AAFE20000BB8FF40" + "0000000000000000"), out var cold, out _));
        Assert.Equal(-0.75, cold.TemperatureCelsius);
    }

    [Fact]
    public void Encrypted_telemetry_keeps_its_salt_and_check()
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes(Frames.Etlm), out var frame, out _));
        Assert.Equal(BeaconFormat.EddystoneEtlm, frame.Format);
        Assert.Equal("000102030405060708090A0B", Convert.ToHexString(frame.EncryptedTelemetry));
        Assert.Equal((0xABCD, 0x1234), (frame.Salt, frame.IntegrityCheck));
    }

    [Theory]
    [InlineData("03676F6F2E676C07", "https://goo.gl.com")]
    [InlineData("0067676C6500", "http://www.ggle.com/")]
    [InlineData("016101", "https://www.a.org/")]
    [InlineData("0261" + "0D", "http://a.gov")]
    [InlineData("0261" + "0C", "http://a.biz")]
    [InlineData("0261" + "03" + "7E", "http://a.net/~")]
    [InlineData("03", "https://")]
    public void A_url_is_expanded_as_the_specification_says(string encoded, string url)
    {
        var service = $"AAFE10EE{encoded}";
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes($"{service.Length / 2 + 1:X2}16{service}"), out var frame, out _));
        Assert.Equal((BeaconFormat.EddystoneUrl, url), (frame.Format, frame.Url));
    }

    [Theory]
    [InlineData("020106FF", DecodeFaultKind.StructureOverrun, 3)]
    [InlineData("0201061AFF4C000215E2C56DB5DFFB48D2B060", DecodeFaultKind.StructureOverrun, 3)]
    [InlineData("06FF4C00021501", DecodeFaultKind.FrameLength, 2)]
    [InlineData("07FF1801BEAC2F23", DecodeFaultKind.FrameLength, 2)]
    [InlineData("0616AAFE00EE00", DecodeFaultKind.FrameLength, 2)]
    [InlineData("0516AAFE10EE", DecodeFaultKind.Truncated, 5)]
    [InlineData("0616AAFE10EE04", DecodeFaultKind.UrlScheme, 6)]
    [InlineData("0816AAFE10EE03610E", DecodeFaultKind.UrlCharacter, 8)]
    [InlineData("0816AAFE10EE036120", DecodeFaultKind.UrlCharacter, 8)]
    [InlineData("0816AAFE10EE03617F", DecodeFaultKind.UrlCharacter, 8)]
    [InlineData("0416AAFE20", DecodeFaultKind.Truncated, 5)]
    [InlineData("0616AAFE200000", DecodeFaultKind.FrameLength, 2)]
    [InlineData("0616AAFE30EE00", DecodeFaultKind.FrameLength, 2)]
    public void A_broken_payload_is_refused_at_the_byte(string payload, DecodeFaultKind kind, int offset)
    {
        Assert.False(AdvertisementDecoder.TryDecode(Frames.Bytes(payload), out var frame, out var fault));
        Assert.Equal((kind, offset), (fault.Kind, fault.Offset));
        Assert.Equal(BeaconFormat.Other, frame.Format);
        Assert.NotEmpty(fault.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000")]
    [InlineData(Frames.Other)]
    [InlineData("0416AAFE40")]
    [InlineData("0516AAFE2002")]
    [InlineData("03FF4C00")]
    [InlineData("0416D8FE00")]
    [InlineData("01FF")]
    public void What_is_sound_and_no_known_beacon_is_other(string payload)
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes(payload), out var frame, out _));
        Assert.Equal(BeaconFormat.Other, frame.Format);
    }

    [Fact]
    public void Zero_length_ends_the_payload_early_and_the_beacon_may_stand_anywhere()
    {
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes("020106" + "00" + "FFFF"), out var nothing, out _));
        Assert.Equal(BeaconFormat.Other, nothing.Format);
        Assert.True(AdvertisementDecoder.TryDecode(Frames.Bytes("0409414243" + Frames.IBeacon[6..] + "020A04"), out var beacon, out _));
        Assert.Equal(BeaconFormat.IBeacon, beacon.Format);
    }

    [Fact]
    public void What_the_controller_cut_short_keeps_its_whole_structures()
    {
        var payload = Frames.Bytes(Frames.IBeacon + "0A0941");
        Assert.False(AdvertisementDecoder.TryDecode(payload, out _, out _));
        Assert.True(AdvertisementDecoder.TryDecode(payload, out var frame, out _, cutShort: true));
        Assert.Equal(BeaconFormat.IBeacon, frame.Format);
    }
}

using System.Buffers.Binary;

namespace StoreEdge.Core.Sightings;

/// <summary>
/// Finds the beacon frame in an advertising payload, a sequence of AD structures <c>len, type, data</c> (Core Specification, volume 3, part C, section 11).
/// </summary>
public static class AdvertisementDecoder
{
    private const byte ServiceData16 = 0x16;
    private const byte ManufacturerSpecific = 0xFF;
    private const ushort AppleCompany = 0x004C;
    private const ushort IBeaconTypeAndLength = 0x0215;
    private const ushort AltBeaconCode = 0xBEAC;
    private const ushort EddystoneService = 0xFEAA;

    /// <summary>
    /// Decodes the first beacon frame of <paramref name="payload"/>; <see cref="BeaconFormat.Other"/> where the payload is sound and carries none. False where a
    /// structure reaches beyond the payload or a frame has not the length and values of its format: a broken beacon is no other kind of beacon.
    /// </summary>
    /// <param name="payload">The AD structures; a zero length ends them early, as the specification says.</param>
    /// <param name="frame">The frame; valid as long as the payload's bytes are.</param>
    /// <param name="fault">What is wrong, with the offset in <paramref name="payload"/>.</param>
    /// <param name="cutShort">The controller said that it lost the payload's end: a last structure that overruns is then no fault.</param>
    public static bool TryDecode(ReadOnlySpan<byte> payload, out BeaconFrame frame, out DecodeFault fault, bool cutShort = false)
    {
        frame = default;
        fault = default;
        for (var offset = 0; offset < payload.Length && payload[offset] != 0;)
        {
            int length = payload[offset];
            var remaining = payload.Length - offset - 1;
            if (length > remaining)
            {
                if (cutShort) return true;
                fault = new(DecodeFaultKind.StructureOverrun, offset, remaining, length);
                return false;
            }

            if (frame.Format == BeaconFormat.Other)
            {
                var data = payload.Slice(offset + 2, length - 1);
                fault = payload[offset + 1] switch
                {
                    ManufacturerSpecific => Manufacturer(data, out frame),
                    ServiceData16 => Eddystone(data, out frame),
                    _ => default,
                };
                if (fault.Kind != DecodeFaultKind.None)
                {
                    fault = fault.After(offset + 2);
                    return false;
                }
            }

            offset += length + 1;
        }

        return true;
    }

    private static DecodeFault Manufacturer(ReadOnlySpan<byte> data, out BeaconFrame frame)
    {
        frame = default;
        if (data.Length < 4) return default;
        var code = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        if (code == IBeaconTypeAndLength && BinaryPrimitives.ReadUInt16LittleEndian(data) == AppleCompany)
        {
            if (data.Length != 25) return new(DecodeFaultKind.FrameLength, 0, data.Length, 25);
            frame = new(BeaconFormat.IBeacon, data[4..]);
        }
        else if (code == AltBeaconCode)
        {
            if (data.Length != 26) return new(DecodeFaultKind.FrameLength, 0, data.Length, 26);
            frame = new(BeaconFormat.AltBeacon, data);
        }

        return default;
    }

    private static DecodeFault Eddystone(ReadOnlySpan<byte> data, out BeaconFrame frame)
    {
        frame = default;
        if (data.Length < 3 || BinaryPrimitives.ReadUInt16LittleEndian(data) != EddystoneService) return default;
        var body = data[3..];
        switch (data[2])
        {
            case 0x00:
                // The two reserved bytes at the end may be absent.
                if (body.Length is not (17 or 19)) return new(DecodeFaultKind.FrameLength, 0, data.Length, 22);
                frame = new(BeaconFormat.EddystoneUid, body);
                return default;
            case 0x10:
                if (body.Length < 2) return new(DecodeFaultKind.Truncated, 3, body.Length, 2);
                if (body.Length > 2 + EddystoneUrl.MaximumEncodedLength)
                    return new(DecodeFaultKind.FrameLength, 0, data.Length, 5 + EddystoneUrl.MaximumEncodedLength);
                if (EddystoneUrl.Check(body[1..]) is { Kind: not DecodeFaultKind.None } wrong) return wrong.After(4);
                frame = new(BeaconFormat.EddystoneUrl, body);
                return default;
            case 0x20 when body.Length > 0 && body[0] == 0x00:
                if (body.Length != 13) return new(DecodeFaultKind.FrameLength, 0, data.Length, 16);
                frame = new(BeaconFormat.EddystoneTlm, body[1..]);
                return default;
            case 0x20 when body.Length > 0 && body[0] == 0x01:
                if (body.Length != 17) return new(DecodeFaultKind.FrameLength, 0, data.Length, 20);
                frame = new(BeaconFormat.EddystoneEtlm, body[1..]);
                return default;
            case 0x20 when body.Length == 0:
                return new(DecodeFaultKind.Truncated, 3, 0, 1);
            case 0x30:
                if (body.Length != 9) return new(DecodeFaultKind.FrameLength, 0, data.Length, 12);
                frame = new(BeaconFormat.EddystoneEid, body);
                return default;
            default:
                return default;
        }
    }
}

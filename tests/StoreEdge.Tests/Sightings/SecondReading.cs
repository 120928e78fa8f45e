using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

/// <summary>The same specifications read a second time, on strings of hexadecimal digits: slow, obvious, and sharing nothing with the decoder that it is held against.</summary>
internal static class SecondReading
{
    /// <summary>Throws where the decoder and the second reading disagree about a payload or an event.</summary>
    public static void Agree(ReadOnlySpan<byte> bytes, FragmentAssembler assembler)
    {
        AgreeOnPayload(bytes);
        var expected = OfEvent(bytes);
        if (!HciEvent.TryRead(bytes, out var reports, out var fault))
        {
            if (expected is not null) Disagree(bytes, "refused", string.Join(' ', expected));
            if (fault.Kind == DecodeFaultKind.None || fault.Offset < 0 || fault.Offset > bytes.Length) Disagree(bytes, fault.ToString(), "a fault within the event");
            return;
        }

        var seen = 0;
        foreach (var report in reports)
        {
            var text = $"{report.Address} {report.AddressType} {report.Rssi} {report.Status} {Convert.ToHexStringLower(report.Data)}";
            if (expected is null || seen >= expected.Count || expected[seen] != text) Disagree(bytes, text, expected is null ? "refused" : seen < expected.Count ? expected[seen] : "no such report");
            seen++;
            if (assembler.TryComplete(report, out var payload, out _)) AgreeOnPayload(payload);
        }

        if (seen != expected?.Count) Disagree(bytes, $"{seen} reports", $"{expected?.Count}");
    }

    private static void AgreeOnPayload(ReadOnlySpan<byte> payload)
    {
        var expected = OfPayload(payload);
        var accepted = AdvertisementDecoder.TryDecode(payload, out var frame, out var fault);
        var text = !accepted ? "refused" : frame.TryGetBeaconId(out var id) ? id.ToString() : frame.Format == BeaconFormat.Other ? "other" : "nobody";
        if (expected != text) Disagree(payload, text, expected);
        if (accepted == (fault.Kind != DecodeFaultKind.None)) Disagree(payload, fault.ToString(), "a fault where and only where it is refused");
        if (frame.Format == BeaconFormat.EddystoneUrl && !frame.Url.StartsWith("http", StringComparison.Ordinal)) Disagree(payload, frame.Url, "http…");
    }

    /// <summary>Address, type, RSSI, status and data of each report; null where the event is to be refused.</summary>
    private static List<string>? OfEvent(ReadOnlySpan<byte> bytes)
    {
        var hex = Convert.ToHexStringLower(bytes);
        if (hex.Length < 10 || hex[..4] != "043e" || Number(hex, 4) != bytes.Length - 3 || hex[6..8] is not ("02" or "0d")) return null;
        var extended = hex[6..8] == "0d";
        var count = Number(hex, 8);
        if (count == 0 || count > (extended ? 10 : 25)) return null;
        List<string> reports = [];
        var rest = hex[10..];
        for (; count > 0; count--)
        {
            var header = extended ? 48 : 18;
            if (rest.Length < header) return null;
            var length = Number(rest, header - 2) * 2;
            if (length > (extended ? 229 : 31) * 2 || rest.Length < header + length + (extended ? 0 : 2)) return null;
            var status = extended ? Number(rest, 0) >> 5 & 3 : 0;
            if (status == 3) return null;
            var (type, address) = extended ? (Number(rest, 4), rest[6..18]) : (Number(rest, 2), rest[4..16]);
            var rssi = (sbyte)Number(rest, extended ? 26 : header + length);
            reports.Add($"{Backwards(address)} {type} {(rssi is -128 or > 20 ? "" : rssi)} {(status == 0 ? "Complete" : status == 1 ? "MoreToCome" : "CutShort")} {rest.Substring(header, length)}");
            rest = rest[(header + length + (extended ? 0 : 2))..];
        }

        return rest.Length == 0 ? reports : null;
    }

    private static string OfPayload(ReadOnlySpan<byte> payload)
    {
        var found = "other";
        for (var rest = Convert.ToHexStringLower(payload); rest.Length > 0 && rest[..2] != "00";)
        {
            var length = Number(rest, 0) * 2;
            if (rest.Length < 2 + length) return "refused";
            var structure = rest.Substring(2, length);
            rest = rest[(2 + length)..];
            if (found == "other") found = OfStructure(structure);
            if (found == "refused") return found;
        }

        return found;
    }

    private static string OfStructure(string s)
    {
        if (s.StartsWith("ff4c000215", StringComparison.Ordinal))
        {
            if (s.Length != 2 * 26) return "refused";
            var u = s[10..42];
            return $"ibeacon:{u[..8]}-{u[8..12]}-{u[12..16]}-{u[16..20]}-{u[20..]}/{Convert.ToInt32(s[42..46], 16)}/{Convert.ToInt32(s[46..50], 16)}";
        }

        if (s.Length >= 10 && s[..2] == "ff" && s[6..10] == "beac") return s.Length != 2 * 27 ? "refused" : $"altbeacon:{s[4..6]}{s[2..4]}/{s[10..50]}";
        if (s.Length < 8 || s[..6] != "16aafe") return "other";
        var body = s[8..];
        return s[6..8] switch
        {
            "00" => body.Length is 34 or 38 ? $"eddystone-uid:{body[2..22]}/{body[22..34]}" : "refused",
            "10" => body.Length is >= 4 and <= 38 && Number(body, 2) < 4 && Convert.FromHexString(body[4..]).All(b => b is < 14 or (> 32 and < 127)) ? "nobody" : "refused",
            "20" => body.Length == 0 ? "refused" : body[..2] switch { "00" => body.Length == 26 ? "nobody" : "refused", "01" => body.Length == 34 ? "nobody" : "refused", _ => "other" },
            "30" => body.Length == 18 ? $"eddystone-eid:{body[2..]}" : "refused",
            _ => "other",
        };
    }

    private static int Number(string hex, int at) => Convert.ToInt32(hex.Substring(at, 2), 16);

    private static string Backwards(string address) => string.Join(':', Enumerable.Range(0, 6).Select(i => address.Substring(10 - 2 * i, 2)));

    private static void Disagree(ReadOnlySpan<byte> bytes, string read, string expected) =>
        throw new InvalidOperationException($"{Convert.ToHexString(bytes)}: {read}, should be {expected}");
}

using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

/// <summary>Frames with random damage: nothing crashes, and what is accepted is what an independent reading of the same bytes says.</summary>
public sealed class MutatedFrames
{
    private static readonly Gen<byte[]> Mutated =
        from hex in Gen.Elements(Frames.All)
        from wrapping in Gen.Choose(0, 2)
        from changes in Gen.Choose(0, 4)
        from places in Gen.ArrayOf(Gen.Choose(0, 63), changes)
        from values in Gen.ArrayOf(Gen.Choose(0, 255), changes)
        from cut in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 20)))
        select Damage(wrapping == 0 ? Frames.Bytes(hex) : wrapping == 1 ? Frames.Legacy(hex) : Frames.Extended(hex), places, values, cut);

    [Fact]
    public void Damaged_payloads_and_events_never_crash_and_never_succeed_wrongly()
    {
        var assembler = new FragmentAssembler();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40_000).WithQuietOnSuccess(true), Prop.ForAll(Mutated.ToArbitrary(), bytes =>
        {
            Agree(bytes);
            if (!HciEvent.TryRead(bytes, out var reports, out var fault)) return fault.Kind != DecodeFaultKind.None && fault.Offset >= 0 && fault.Offset <= bytes.Length;
            foreach (var report in reports)
                if (assembler.TryComplete(report, out var payload, out _))
                    Agree(payload);
            return true;
        }));
    }

    [Fact]
    public void Damaged_recordings_never_crash_nor_hang()
    {
        var file = new MemoryStream();
        var writer = new BtsnoopWriter(file);
        writer.WriteHeader();
        foreach (var hex in Frames.All) writer.Write(0, Frames.Legacy(hex));
        var whole = file.ToArray();
        var damaged = from changes in Gen.Choose(1, 4)
                      from places in Gen.ArrayOf(Gen.Choose(0, whole.Length - 1), changes)
                      from values in Gen.ArrayOf(Gen.Choose(0, 255), changes)
                      from cut in Gen.Choose(0, 60)
                      select Damage(whole, places, values, cut);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000).WithQuietOnSuccess(true), Prop.ForAll(damaged.ToArbitrary(), bytes =>
        {
            var reader = new BtsnoopReader(new MemoryStream(bytes));
            var records = 0;
            while (true)
            {
                var result = reader.TryRead(out _);
                if (result == BtsnoopRead.Done && ++records > bytes.Length) return false;
                if (result == BtsnoopRead.Malformed || (result == BtsnoopRead.NeedMore && !reader.Fill())) return reader.Position <= bytes.Length;
            }
        }));
    }

    private static void Agree(ReadOnlySpan<byte> payload)
    {
        var expected = ReadSlowly(payload.ToArray());
        var accepted = AdvertisementDecoder.TryDecode(payload, out var frame, out var fault);
        var text = !accepted ? "refused" : frame.TryGetBeaconId(out var id) ? id.ToString() : frame.Format == BeaconFormat.Other ? "other" : "nobody";
        if (expected != text) throw new InvalidOperationException($"{Convert.ToHexString(payload)}: {text}, should be {expected}");
        if (accepted == (fault.Kind != DecodeFaultKind.None)) throw new InvalidOperationException($"{Convert.ToHexString(payload)}: {fault}");
        if (frame.Format == BeaconFormat.EddystoneUrl) Assert.StartsWith("http", frame.Url, StringComparison.Ordinal);
    }

    /// <summary>The same specifications read a second time, on strings of hexadecimal digits.</summary>
    private static string ReadSlowly(byte[] payload)
    {
        var found = "other";
        for (var rest = Convert.ToHexStringLower(payload); rest.Length > 0 && rest[..2] != "00";)
        {
            var length = Convert.ToInt32(rest[..2], 16) * 2;
            if (rest.Length < 2 + length) return "refused";
            var structure = rest.Substring(2, length);
            rest = rest[(2 + length)..];
            if (found == "other") found = ReadStructure(structure);
            if (found == "refused") return found;
        }

        return found;
    }

    private static string ReadStructure(string s)
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
            "10" => body.Length is >= 4 and <= 38 && Convert.ToInt32(body[2..4], 16) < 4 && Convert.FromHexString(body[4..]).All(b => b is < 14 or (> 32 and < 127)) ? "nobody" : "refused",
            "20" => body.Length == 0 ? "refused" : body[..2] switch { "00" => body.Length == 26 ? "nobody" : "refused", "01" => body.Length == 34 ? "nobody" : "refused", _ => "other" },
            "30" => body.Length == 18 ? $"eddystone-eid:{body[2..]}" : "refused",
            _ => "other",
        };
    }

    private static byte[] Damage(byte[] bytes, int[] places, int[] values, int cut)
    {
        var damaged = bytes[..Math.Max(0, bytes.Length - cut)];
        for (var i = 0; i < places.Length && damaged.Length > 0; i++) damaged[places[i] % damaged.Length] = (byte)values[i];
        return damaged;
    }
}

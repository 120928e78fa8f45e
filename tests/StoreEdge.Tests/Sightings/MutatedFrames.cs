using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

/// <summary>Frames with random damage: nothing crashes, and what is accepted is what an independent reading of the same bytes says. The benchmarks' <c>mutate</c> does the same ten million times.</summary>
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
            SecondReading.Agree(bytes, assembler);
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

    private static byte[] Damage(byte[] bytes, int[] places, int[] values, int cut)
    {
        var damaged = bytes[..Math.Max(0, bytes.Length - cut)];
        for (var i = 0; i < places.Length && damaged.Length > 0; i++) damaged[places[i] % damaged.Length] = (byte)values[i];
        return damaged;
    }
}

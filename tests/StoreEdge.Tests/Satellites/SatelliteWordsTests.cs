using StoreEdge.Agent.Satellites;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Satellites;

public sealed class SatelliteWordsTests
{
    private static readonly Hello Hello = new(SatelliteWords.Version, "0.1.0+abc", ["hall", "I-DL"]);
    private static readonly HeardElsewhere[] Heard =
    [
        new(0, new(new("k1-abc"), default, -61, new(123_456_789_012), Assurance.Low, new Pseudonym("k1-family"))),
        new(1, new(new("k12-xyz"), default, Sighting.RssiUnknown, new(0), Assurance.Medium, null, Suspicion.Replayed, "0123456789abcdefghjkmnpqrs")),
    ];

    private static readonly SatelliteState State = new(7, [new(true, null, new(1, 2, 3, 4, 5, 6), 99), new(false, "no peer is connected", default, null)]);

    /// <summary>Every word, and how it is read.</summary>
    private static readonly (byte[] Frame, Action<byte[]> Read)[] Words =
    [
        (SatelliteWords.Write(Hello), b => SatelliteWords.ReadHello(b)),
        (SatelliteWords.Write(Heard), b => SatelliteWords.ReadSightings(b, 2)),
        (SatelliteWords.Write(State), b => SatelliteWords.ReadState(b, 2)),
        (SatelliteWords.Write(new Ping(5, 638_000_000_000_000_000)), b => SatelliteWords.ReadPing(b)),
        (SatelliteWords.Write(new Pong(5, 6, 7, 638_000_000_000_000_000)), b => SatelliteWords.ReadPong(b)),
        (SatelliteWords.WriteWelcome("s-1"), b => SatelliteWords.ReadWelcome(b)),
        (SatelliteWords.WriteKnown("1:00", "{}"u8.ToArray()), b => SatelliteWords.ReadKnown(b)),
        (SatelliteWords.WriteGoodbye(GoodbyeReason.NotPaired, "why"), b => SatelliteWords.ReadGoodbye(b)),
    ];

    [Fact]
    public async Task Every_word_comes_out_as_it_went_in()
    {
        var reader = new FrameReader(new MemoryStream([.. Words.SelectMany(w => w.Frame)]), SatelliteWords.MostFromStore);
        async Task<byte[]> Next(FrameKind kind)
        {
            var frame = await reader.ReadAsync(CancellationToken.None);
            Assert.Equal(kind, frame!.Value.Kind);
            return frame.Value.Body.ToArray();
        }

        var hello = SatelliteWords.ReadHello(await Next(FrameKind.Hello));
        Assert.Equal((Hello.Version, Hello.Program), (hello.Version, hello.Program));
        Assert.Equal(Hello.Receivers, hello.Receivers);
        Assert.Equal(Heard, SatelliteWords.ReadSightings(await Next(FrameKind.Sightings), 2));
        var state = SatelliteWords.ReadState(await Next(FrameKind.State), 2);
        Assert.Equal(State.Dropped, state.Dropped);
        Assert.Equal(State.Receivers, state.Receivers);
        Assert.Equal(new(5, 638_000_000_000_000_000), SatelliteWords.ReadPing(await Next(FrameKind.Ping)));
        Assert.Equal(new(5, 6, 7, 638_000_000_000_000_000), SatelliteWords.ReadPong(await Next(FrameKind.Pong)));
        Assert.Equal((SatelliteWords.Version, "s-1"), SatelliteWords.ReadWelcome(await Next(FrameKind.Welcome)));
        var (key, document) = SatelliteWords.ReadKnown(await Next(FrameKind.Known));
        Assert.Equal(("1:00", "{}"), (key, System.Text.Encoding.UTF8.GetString(document)));
        Assert.Equal((GoodbyeReason.NotPaired, "why"), SatelliteWords.ReadGoodbye(await Next(FrameKind.Goodbye)));
        Assert.Null(await reader.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public void Whatever_is_flipped_cut_or_added_is_understood_or_refused_and_never_worse()
    {
        var chance = new Random(83);
        var (understood, refused) = (0, 0);
        foreach (var (frame, read) in Words)
        {
            for (var round = 0; round < 25_000; round++)
            {
                var body = frame.AsSpan(5).ToArray();
                switch (round % 4)
                {
                    case 0:
                        body[chance.Next(body.Length)] ^= (byte)(1 << chance.Next(8));
                        break;
                    case 1:
                        body = body[..chance.Next(body.Length)];
                        break;
                    case 2:
                        body = [.. body, .. new byte[chance.Next(1, 20)]];
                        break;
                    default:
                        chance.NextBytes(body.AsSpan(chance.Next(body.Length)));
                        break;
                }

                try
                {
                    read(body);
                    understood++;
                }
                catch (FormatException)
                {
                    refused++;
                }
            }
        }

        Assert.True(understood > 1000 && refused > 1000, $"{understood} understood, {refused} refused: the mutations say nothing");
    }

    [Fact]
    public async Task A_length_that_is_only_claimed_takes_no_memory()
    {
        var claim = new byte[] { 0x03, 0xFF, 0xFF, 0xFF, (byte)FrameKind.Known, 1, 2, 3 };
        var before = GC.GetAllocatedBytesForCurrentThread();
        await Assert.ThrowsAsync<IOException>(async () => await new FrameReader(new MemoryStream(claim), SatelliteWords.MostFromStore).ReadAsync(CancellationToken.None));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        foreach (var length in new uint[] { 0, SatelliteWords.MostFromSatellite + 1, uint.MaxValue })
        {
            byte[] bytes = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, 1, 1, 1];
            await Assert.ThrowsAsync<FormatException>(async () => await new FrameReader(new MemoryStream(bytes), SatelliteWords.MostFromSatellite).ReadAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_frame_larger_than_the_first_buffer_comes_whole()
    {
        var document = new byte[300_000];
        new Random(1).NextBytes(document);
        var reader = new FrameReader(new MemoryStream([.. SatelliteWords.WriteKnown("k", document), .. SatelliteWords.WriteWelcome("s")]), SatelliteWords.MostFromStore);
        Assert.Equal(document, SatelliteWords.ReadKnown((await reader.ReadAsync(CancellationToken.None))!.Value.Body.Span).Document);
        Assert.Equal("s", SatelliteWords.ReadWelcome((await reader.ReadAsync(CancellationToken.None))!.Value.Body.Span).Store);
    }

    [Fact]
    public void What_would_forge_a_line_of_the_log_is_made_harmless()
    {
        Assert.Equal("a b", SatelliteWords.ReadGoodbye(SatelliteWords.WriteGoodbye(GoodbyeReason.Stopping, "a\nb").AsSpan(5)).Why);
        Assert.Equal(255, SatelliteWords.ReadGoodbye(SatelliteWords.WriteGoodbye(GoodbyeReason.Stopping, new string('x', 300)).AsSpan(5)).Why.Length);
        Assert.DoesNotContain('\uFFFD', SatelliteWords.ReadGoodbye(SatelliteWords.WriteGoodbye(GoodbyeReason.Stopping, new string('é', 200)).AsSpan(5)).Why);
    }
}

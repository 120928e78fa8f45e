using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Satellites;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Satellites;

/// <summary>The store's end of a connection, with these tests as the satellite at the other.</summary>
public sealed class SatelliteSessionTests : IDisposable
{
    private const long Second = 1_000_000_000, Hours = 3600 * Second;
    private readonly string state = Directory.CreateTempSubdirectory("storeedge-session-").FullName;
    private readonly ManualClock clock = new();
    private readonly Channel<Sighting> sightings = Channel.CreateBounded<Sighting>(16);
    private readonly HealthBoard health;
    private readonly Receiver receiver;
    private readonly SatelliteReceivers receivers;
    private readonly CancellationTokenSource stop = new();
    private readonly (Stream Here, Stream There) wire = DuplexStreams.Create();
    private readonly FrameReader fromStore;
    private readonly Pairings pairings;
    private readonly Task placing;
    private KnownCustomers? known = new(1, "1:00", """{"version":1,"entries":[{"customer":"C-42","loyaltyNumber":"4242"}]}"""u8.ToArray());

    public SatelliteSessionTests()
    {
        health = new(clock, NullLogger<HealthBoard>.Instance);
        receiver = new(new(new("back"), new("back"), ReceiverSide.Inside, -80, -90), (in Heard _, out BeaconOwner owner) => { owner = default; return false; }, sightings.Writer);
        receivers = new(["annex/hall"], clock);
        placing = receivers.Source("annex/hall").RunAsync(receiver, stop.Token);
        fromStore = new(wire.There, SatelliteWords.MostFromStore);
        pairings = new(state);
        pairings.Add("annex", "ff", clock.GetUtcNow());
        clock.Advance(TimeSpan.FromHours(1));
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
        wire.Here.Dispose();
        wire.There.Dispose();
        Directory.Delete(state, recursive: true);
    }

    [Fact]
    public async Task A_sighting_comes_with_the_moment_at_which_it_was_heard_on_the_stores_clock()
    {
        var session = await ConnectedAsync(ahead: 5 * Hours);
        var now = Instant.Now(clock).Nanoseconds;
        await SayAsync(SatelliteWords.Write([Heard(now + 5 * Hours - Second), Heard(now + 5 * Hours + Second)]));
        Assert.Equal(new Instant(now - Second), (await sightings.Reader.ReadAsync()).At);
        var second = await sightings.Reader.ReadAsync();
        Assert.Equal((new Instant(now), new ReceiverId("back"), new Pseudonym("k1-abc")), (second.At, second.Receiver, second.Subject));
        await EndAsync(session);
    }

    [Fact]
    public async Task What_took_longer_than_five_seconds_is_dropped_and_counted()
    {
        var session = await ConnectedAsync(ahead: 0);
        var now = Instant.Now(clock).Nanoseconds;
        await SayAsync(SatelliteWords.Write([Heard(now - 6 * Second), Heard(now - 4 * Second)]));
        Assert.Equal(new Instant(now - 4 * Second), (await sightings.Reader.ReadAsync()).At);
        await SayAsync(SatelliteWords.Write(new SatelliteState(3, [new(true, null, new(10, 9, 8, 1, 0, 0), now)])));
        await Until(() => receiver.Status.Link?.Contains("1 late, 3 dropped", StringComparison.Ordinal) == true);
        Assert.Equal((true, 10L, 9L), (receiver.Status.Connected, receiver.Status.Frames, receiver.Status.Advertisements));
        await EndAsync(session);
    }

    [Fact]
    public async Task Silence_of_three_seconds_makes_its_receivers_blind()
    {
        var session = await ConnectedAsync(ahead: 0);
        await SayAsync(SatelliteWords.Write(new SatelliteState(0, [new(true, null, default, null)])));
        await Until(() => receiver.BlindAt(Instant.Now(clock)) is null);
        clock.Advance(TimeSpan.FromSeconds(3));
        await session;
        Assert.Contains("nothing came for 2.5 s", receiver.BlindAt(Instant.Now(clock))!.Why, StringComparison.Ordinal);
        Assert.Contains(health.Warnings, w => w.Code == "satellite-away:annex");
    }

    [Fact]
    public async Task A_receiver_that_is_blind_over_there_is_blind_here_and_says_why()
    {
        var session = await ConnectedAsync(ahead: 0);
        await SayAsync(SatelliteWords.Write(new SatelliteState(0, [new(false, "every fixed beacon is silent", default, null)])));
        await Until(() => receiver.BlindAt(Instant.Now(clock))?.Why.Contains("every fixed beacon is silent", StringComparison.Ordinal) == true);
        await EndAsync(session);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 99 })]
    [InlineData(new byte[] { 0, 0, 0, 3, 2, 0, 1 })]
    [InlineData(new byte[] { 255, 255, 255, 255 })]
    public async Task What_a_satellite_does_not_say_ends_the_connection_with_a_word_and_a_count(byte[] nonsense)
    {
        var session = await ConnectedAsync(ahead: 0);
        await SayAsync(nonsense);
        Assert.Equal(GoodbyeReason.NotUnderstood, (await GoodbyeAsync()).Reason);
        await session;
        Assert.Equal(1, receiver.Status.Malformed);
        Assert.Contains(health.Warnings, w => w.Code == "satellite-malformed:annex");
        Assert.False(receiver.Status.Connected);
    }

    [Fact]
    public async Task Who_is_unpaired_is_out_within_a_second()
    {
        var session = await ConnectedAsync(ahead: 0);
        pairings.Remove("annex", clock.GetUtcNow());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(GoodbyeReason.NotPaired, (await GoodbyeAsync()).Reason);
        await session;
        Assert.NotNull(receiver.BlindAt(Instant.Now(clock)));
    }

    [Fact]
    public async Task Who_is_known_is_told_again_when_it_changes_and_never_what_customers_type()
    {
        var (first, session) = await GreetAsync(0);
        Assert.Equal("""{"version":1,"entries":[{"customer":"C-42"}]}""", System.Text.Encoding.UTF8.GetString(first));
        known = new(2, "1:00", """{"version":2,"entries":[]}"""u8.ToArray());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("""{"version":2,"entries":[]}""", System.Text.Encoding.UTF8.GetString(SatelliteWords.ReadKnown((await NextAsync(FrameKind.Known)).Span).Document));
        await EndAsync(session);
    }

    [Fact]
    public async Task An_older_connection_that_is_replaced_leaves_the_receivers_to_the_newer()
    {
        var pair = Session();
        var running = pair.RunAsync(stop.Token);
        await SayAsync(SatelliteWords.Write(new Hello(SatelliteWords.Version, "test", ["hall"])));
        await SayAsync(SatelliteWords.Write(new SatelliteState(0, [new(true, null, default, null)])));
        await Until(() => receiver.Status.Connected);
        pair.End(GoodbyeReason.Replaced, "another came");
        Assert.Equal(GoodbyeReason.Replaced, (await GoodbyeAsync()).Reason);
        await running;
        Assert.True(receiver.Status.Connected);
    }

    [Fact]
    public async Task Another_version_is_told_so()
    {
        var running = Session().RunAsync(stop.Token);
        await SayAsync(FrameReader.Make(FrameKind.Hello, b => b.Byte(77)));
        var (reason, why) = await GoodbyeAsync();
        Assert.Equal(GoodbyeReason.OtherVersion, reason);
        Assert.Contains("77", why, StringComparison.Ordinal);
        await running;
    }

    private static HeardElsewhere Heard(long at) => new(0, new(new("k1-abc"), default, -60, new(at), Assurance.Low));

    private SatelliteSession Session() => new(
        wire.Here, pairings.Find("ff")!, pairings, receivers, () => known, "s-1", health, clock, NullLogger<SatelliteSession>.Instance);

    private async Task<Task> ConnectedAsync(long ahead) => (await GreetAsync(ahead)).Session;

    /// <summary>Says hello and answers the first question for the time.</summary>
    private async Task<(byte[] Document, Task Session)> GreetAsync(long ahead)
    {
        var session = Session().RunAsync(stop.Token);
        await SayAsync(SatelliteWords.Write(new Hello(SatelliteWords.Version, "test", ["hall"])));
        Assert.Equal("s-1", SatelliteWords.ReadWelcome((await NextAsync(FrameKind.Welcome)).Span).Store);
        var ping = SatelliteWords.ReadPing((await NextAsync(FrameKind.Ping)).Span);
        var (_, document) = SatelliteWords.ReadKnown((await NextAsync(FrameKind.Known)).Span);
        var now = Instant.Now(clock).Nanoseconds + ahead;
        await SayAsync(SatelliteWords.Write(new Pong(ping.Sent, now, now, 0)));
        return (document, session);
    }

    private async Task EndAsync(Task session)
    {
        await stop.CancelAsync();
        await session.WaitAsync(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => placing);
    }

    private async Task SayAsync(byte[] frame) => await wire.There.WriteAsync(frame);

    private async Task<ReadOnlyMemory<byte>> NextAsync(FrameKind kind)
    {
        while (true)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var frame = await fromStore.ReadAsync(patience.Token) ?? throw new InvalidOperationException("the store ended the connection");
            if (frame.Kind == kind) return frame.Body;
        }
    }

    private async Task<(GoodbyeReason Reason, string Why)> GoodbyeAsync() => SatelliteWords.ReadGoodbye((await NextAsync(FrameKind.Goodbye)).Span);

    private static async Task Until(Func<bool> there)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!there())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}

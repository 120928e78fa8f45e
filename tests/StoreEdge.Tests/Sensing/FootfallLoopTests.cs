using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Sensing;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Presence;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing;

/// <summary>From frames in the air to a number, and nothing beside it.</summary>
public sealed class FootfallLoopTests : IAsyncDisposable
{
    private readonly Ear ear = new();
    private readonly CancellationTokenSource stop = new();
    private readonly List<FootfallInterval> told = [];
    private readonly FootfallLoop loop;
    private readonly Task running;

    public FootfallLoopTests()
    {
        loop = new(new() { Enabled = true }, ear.Clock, (interval, _) =>
        {
            told.Add(interval);
            return Task.CompletedTask;
        });
        ear.Receiver.Count(loop);
        running = loop.RunAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        ear.Dispose();
    }

    [Fact]
    public async Task Each_quarter_of_an_hour_is_one_count_and_starts_over()
    {
        Hear(12, 0xC0, "C8");
        await EndOfIntervalAsync(15);
        Hear(6, 0xC0, "C8");
        await EndOfIntervalAsync(15);
        Assert.Equal([12, 6], told.Select(t => t.Count.Count));
        Assert.Equal((told[0].To, TimeSpan.FromMinutes(15)), (told[1].From, told[1].To - told[1].From));
        Assert.Equal(told[1], loop.Last);
    }

    [Fact]
    public async Task Who_is_too_faint_to_be_inside_does_not_count()
    {
        // −81 dBm, the receiver counts from −80 on.
        Hear(12, 0xC0, "AF");
        await EndOfIntervalAsync(15);
        Assert.Equal(FootfallKind.Few, told.Single().Count.Kind);
    }

    [Fact]
    public async Task Phones_that_change_their_addresses_make_it_unreliable()
    {
        for (var turn = 0; turn < 4; turn++)
        {
            // 15 phones, each under another resolvable address (highest bits 01) every four minutes.
            Hear(15, 0x40, "C8", first: turn * 100);
            if (turn < 3) ear.Clock.Advance(TimeSpan.FromMinutes(4));
        }

        await EndOfIntervalAsync(3);

        Assert.Equal((FootfallKind.Unreliable, null, "address-rotation"), (told.Single().Count.Kind, told.Single().Count.Count, told.Single().Count.Reason));
    }

    [Fact]
    public async Task The_message_holds_a_number_and_two_times()
    {
        Hear(12, 0xC0, "C8");
        await EndOfIntervalAsync(15);
        Assert.Equal(
            """{"from":"2026-11-21T09:00:00+00:00","to":"2026-11-21T09:15:00+00:00","result":"counted","count":12,"reason":null}""",
            System.Text.Encoding.UTF8.GetString(ContractsJson.Write(FootfallWords.Of(told.Single()))));
    }

    private async Task EndOfIntervalAsync(int minutes)
    {
        var before = told.Count;
        ear.Clock.Advance(TimeSpan.FromMinutes(minutes));
        await Ear.UntilAsync(() => told.Count > before && ear.Clock.Timers == 1, "the next interval");
    }

    /// <summary>So many devices, once each; the highest byte of the address says of what kind it is.</summary>
    private void Hear(int devices, byte kind, string rssi, int first = 0)
    {
        for (var i = 0; i < devices; i++)
        {
            var packet = Frames.Legacy(Frames.Other, rssi);
            packet[7] = (byte)(first + i);
            packet[8] = (byte)((first + i) >> 8);
            packet[12] = kind;
            ear.Receiver.Hear(packet, Instant.Now(ear.Clock));
        }
    }
}

using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing;

/// <summary>A technician's tap: who passes, what it costs, and what the store says meanwhile.</summary>
public sealed class TapTests : IAsyncDisposable
{
    private readonly Ear ear = new();
    private readonly CancellationTokenSource stop = new();
    private readonly List<byte[]> heard = [];
    private Task loop = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
        ear.Dispose();
    }

    [Fact]
    public async Task Only_enrolled_devices_pass_and_nobody_who_came_in_the_same_event()
    {
        var reading = await TapAsync("enrolled");
        // Two reports in one event: a stranger's flags and the known iBeacon.
        var stranger = "0301AABBCCDDEEC003020106B0";
        var known = "0301112233445566" + "1E" + Frames.IBeacon + "C8";
        ear.Receiver.Hear(Frames.Bytes($"043E{2 + (stranger.Length + known.Length) / 2:X2}0202{stranger}{known}"), new(1_000_000));
        ear.Receiver.Hear(Frames.Legacy(Frames.Uid), new(2_000_000));
        Assert.Equal((1, 2), (ear.Receiver.Status.Enrolled, ear.Receiver.Status.NotEnrolled));
        await EndAsync(reading);
        Assert.Equal(2, heard.Count);
        Assert.Equal($"043E2A0201{known}", Convert.ToHexString(heard[0]));
        Assert.Empty(ear.Health.Warnings);
    }

    [Fact]
    public async Task Everybody_passes_raw_and_the_board_says_so_while_it_lasts()
    {
        var reading = await TapAsync("everybody");
        var warning = Assert.Single(ear.Health.Warnings);
        Assert.Equal("strangers-recorded:door", warning.Code);
        Assert.Contains($"process {Environment.ProcessId} of user", warning.Text, StringComparison.Ordinal);
        Assert.Contains("2026-11-21 09:01:00 UTC", warning.Text, StringComparison.Ordinal);
        byte[][] packets = [Frames.Legacy(Frames.Other), Frames.Bytes("040E0401030C00"), Frames.Bytes("043E0302")];
        foreach (var packet in packets) ear.Receiver.Hear(packet, new(1));
        await EndAsync(reading);
        Assert.Equal(packets, heard[..3]);
        await Ear.UntilAsync(() => ear.Health.Warnings.Count == 0, "the end of the warning");
    }

    [Fact]
    public async Task A_technicians_own_tag_passes_alone_without_being_enrolled()
    {
        var reading = await TapAsync("eddystone-uid:00010203040506070809/00000000002a");
        Assert.Empty(ear.Health.Warnings);
        ear.Receiver.Hear(Frames.Legacy(Frames.IBeacon), new(1));
        ear.Receiver.Hear(Frames.Extended(Frames.Uid), new(2));
        await EndAsync(reading);
        Assert.Equal(2, heard.Count);
        Assert.Equal(0x0D, heard[0][3]);
    }

    [Fact]
    public async Task A_tap_ends_when_its_time_is_up()
    {
        var reading = await TapAsync("enrolled", seconds: 60);
        ear.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(reading.IsCompleted);
        ear.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("the time is up", await reading);
    }

    [Fact]
    public async Task A_recording_holds_the_time_between_events_whatever_the_wall_clock_does()
    {
        List<long> times = [];
        using var client = await ConnectAsync("enrolled", 60);
        ear.Receiver.Hear(Frames.Legacy(Frames.IBeacon), new(0));
        ear.Receiver.Hear(Frames.Legacy(Frames.IBeacon), new(1_234_567_000));
        ear.Clock.Advance(TimeSpan.FromSeconds(60));
        await client.ReadAsync((at, _, _) => times.Add(at), CancellationToken.None);
        Assert.Equal(Btsnoop.UnixEpoch + ear.Clock.GetUtcNow().AddSeconds(-60).ToUnixTimeMilliseconds() * 1000, times[0]);
        Assert.Equal(1_234_567, times[1] - times[0]);
    }

    [Fact]
    public void What_a_slow_tool_does_not_take_is_lost_and_counted()
    {
        var tap = new Tap(TapFilter.Enrolled, default, ear.Clock);
        ear.Receiver.Attach(tap);
        for (var i = 0; i < Tap.Capacity + 7; i++) ear.Receiver.Hear(Frames.Legacy(Frames.IBeacon), new(i));
        Assert.Equal((7u, (long)Tap.Capacity), (tap.Lost, tap.Passed));
        Assert.True(tap.Events.TryRead(out var first));
        Assert.Equal(0u, first.Lost);
        ear.Receiver.Hear(Frames.Legacy(Frames.IBeacon), new(1));
        var last = first;
        while (tap.Events.TryRead(out var next)) last = next;
        Assert.Equal(7u, last.Lost);
    }

    [Fact]
    public void A_receiver_that_nobody_taps_allocates_nothing_for_it()
    {
        var tap = new Tap(TapFilter.Everybody, default, ear.Clock);
        ear.Receiver.Attach(tap);
        ear.Receiver.Hear(Frames.Legacy(Frames.Other), new(1));
        ear.Receiver.Detach(tap);
        var packet = Frames.Legacy(Frames.Other);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) ear.Receiver.Hear(packet, new(i));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1, tap.Passed);
    }

    [Theory]
    [InlineData("tap cellar enrolled 60", "no receiver cellar")]
    [InlineData("tap door enrolled 3601", "SECONDS 1–3600")]
    [InlineData("tap door somebody 60", "SECONDS 1–3600")]
    [InlineData("hello", "this agent understands")]
    public async Task What_it_does_not_understand_is_refused_with_what_it_does(string line, string answer)
    {
        await StartAsync();
        using var peer = await ear.ConnectAsync();
        await peer.SendAsync(Encoding.ASCII.GetBytes(line + "\n"));
        var told = new byte[512];
        Assert.Contains(answer, Encoding.UTF8.GetString(told, 0, await peer.ReceiveAsync(told)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_is_killed_leaves_no_tap_behind()
    {
        await StartAsync();
        using (await ConnectAsync("everybody", 3600)) Assert.Single(ear.Health.Warnings);
        await Ear.UntilAsync(() => ear.Health.Warnings.Count == 0 && !ear.Receiver.RecordsEverybody, "the end of the tap");
    }

    [Fact]
    public async Task The_socket_is_for_the_agents_own_user()
    {
        await StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ear.Socket));
    }

    [Fact]
    public async Task Without_an_agent_the_tool_is_told_what_to_do()
    {
        var fault = await Assert.ThrowsAsync<IOException>(() => ConnectAsync("enrolled", 1, start: false));
        Assert.Contains("No agent of this configuration runs", fault.Message, StringComparison.Ordinal);
    }

    private async Task StartAsync()
    {
        if (!loop.IsCompleted) return;
        loop = new TapLoop(ear.Socket, [ear.Receiver], ear.Clock, ear.Health, NullLogger<TapLoop>.Instance).RunAsync(stop.Token);
        await Ear.UntilAsync(() => File.Exists(ear.Socket) && File.GetUnixFileMode(ear.Socket) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), "a listener");
    }

    private async Task<TapClient> ConnectAsync(string whom, int seconds, bool start = true)
    {
        if (start) await StartAsync();
        Assert.True(TapRequest.TryParse($"tap door {whom} {seconds}", out var request));
        return await TapClient.ConnectAsync(ear.Socket, request, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>Taps, and reads until the end, whose reason it gives.</summary>
    private async Task<Task<string?>> TapAsync(string whom, int seconds = 60)
    {
        var client = await ConnectAsync(whom, seconds);
        return ReadAsync();

        async Task<string?> ReadAsync()
        {
            using (client) await client.ReadAsync((_, _, packet) => heard.Add(packet.ToArray()), CancellationToken.None);
            return client.Ended;
        }
    }

    private async Task EndAsync(Task<string?> reading)
    {
        ear.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("the time is up", await reading);
    }
}

using System.Net.Sockets;
using StoreEdge.Agent.Sensing;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing;

/// <summary>The sources that feed a receiver: a socket that peers stream to, and a recording.</summary>
public sealed class SourcesTests : IAsyncDisposable
{
    private readonly Ear ear = new();
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        ear.Dispose();
    }

    [Fact]
    public async Task A_peers_events_are_stamped_with_our_own_clock()
    {
        await ListenAsync();
        ear.Clock.Advance(TimeSpan.FromSeconds(7));
        using var peer = await ear.ConnectAsync();
        await peer.SendAsync(Ear.Stream(Frames.Legacy(Frames.IBeacon)));
        var sighting = await ear.Sightings.ReadAsync();
        Assert.Equal(7_000, sighting.At.Milliseconds);
        Assert.True(ear.Receiver.Status.Connected);
    }

    [Fact]
    public async Task A_broken_stream_ends_its_connection_and_nothing_else()
    {
        await ListenAsync();
        using (var broken = await ear.ConnectAsync())
        {
            await broken.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            Assert.Equal(0, await broken.ReceiveAsync(new byte[1]));
        }

        Assert.Contains(ear.Health.Warnings, w => w.Code == "receiver-stream:door");
        Assert.Equal(1, ear.Receiver.Status.Malformed);
        using var sound = await ear.ConnectAsync();
        await sound.SendAsync(Ear.Stream(Frames.Legacy(Frames.IBeacon)));
        await ear.Sightings.ReadAsync();
        await Ear.UntilAsync(() => ear.Health.Warnings.Count == 0, "the end of the warning");
        Assert.False(running.IsCompleted);
    }

    [Fact]
    public async Task A_peer_that_breaks_off_in_the_middle_of_a_record_makes_room_for_the_next()
    {
        await ListenAsync();
        using (var cut = await ear.ConnectAsync()) await cut.SendAsync(Ear.Stream(Frames.Legacy(Frames.IBeacon)).AsMemory(0, 30));
        using var next = await ear.ConnectAsync();
        await next.SendAsync(Ear.Stream(Frames.Legacy(Frames.IBeacon)));
        await ear.Sightings.ReadAsync();
        Assert.Equal((1, 0), (ear.Receiver.Status.Frames, ear.Receiver.Status.Malformed));
    }

    [Fact]
    public async Task A_second_peer_waits_until_the_first_has_gone()
    {
        await ListenAsync();
        var first = await ear.ConnectAsync();
        await first.SendAsync(Ear.Stream(Frames.Legacy(Frames.IBeacon, "C0")));
        Assert.Equal(-64, (await ear.Sightings.ReadAsync()).Rssi);
        using var second = await ear.ConnectAsync();
        await second.SendAsync(Ear.Stream(Frames.Legacy(Frames.IBeacon, "D0")));
        // The first goes on being heard although the second has something to say.
        await first.SendAsync(Ear.Stream(Frames.Legacy(Frames.IBeacon, "C1")).AsMemory(16));
        Assert.Equal(-63, (await ear.Sightings.ReadAsync()).Rssi);
        first.Dispose();
        Assert.Equal(-48, (await ear.Sightings.ReadAsync()).Rssi);
    }

    [Fact]
    public async Task A_socket_that_a_killed_agent_left_is_replaced_and_one_that_is_used_is_not()
    {
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(ear.Socket + "2"));
            // .NET removes the file with the socket; a killed process does not.
            File.Move(ear.Socket + "2", ear.Socket);
        }

        Assert.True(File.Exists(ear.Socket));
        await ListenAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(ear.Socket));
        var other = await Assert.ThrowsAsync<IOException>(() => new SocketSource(ear.Socket, ear.Clock, ear.Health).RunAsync(ear.Receiver, stop.Token));
        Assert.Contains("another process listens", other.Message, StringComparison.Ordinal);
        using var peer = await ear.ConnectAsync();
    }

    [Fact]
    public async Task A_file_in_the_way_is_left_alone_and_named()
    {
        await File.WriteAllTextAsync(ear.Socket, "somebody's notes");
        var fault = await Assert.ThrowsAsync<IOException>(() => new SocketSource(ear.Socket, ear.Clock, ear.Health).RunAsync(ear.Receiver, stop.Token));
        Assert.Contains(ear.Socket, fault.Message, StringComparison.Ordinal);
        Assert.Equal("somebody's notes", await File.ReadAllTextAsync(ear.Socket));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_file_in_the_sockets_place_is_somebodys_and_stays(bool behindALink)
    {
        var file = behindALink ? ear.Socket + ".notes" : ear.Socket;
        await File.WriteAllTextAsync(file, "");
        if (behindALink) File.CreateSymbolicLink(ear.Socket, file);
        var fault = await Assert.ThrowsAsync<IOException>(() => new SocketSource(ear.Socket, ear.Clock, ear.Health).RunAsync(ear.Receiver, stop.Token).WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Contains("is no socket", fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
        Assert.True(File.Exists(ear.Socket));
    }

    [Fact]
    public async Task The_socket_goes_with_its_listener()
    {
        await ListenAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(File.Exists(ear.Socket));
    }

    [Fact]
    public async Task A_recording_plays_at_its_own_pace()
    {
        Play(Ear.Stream(Frames.Legacy(Frames.IBeacon), Frames.Legacy(Frames.IBeacon), Frames.Legacy(Frames.IBeacon)));
        Assert.Equal(0, (await ear.Sightings.ReadAsync()).At.Milliseconds);
        for (var i = 1; i < 3; i++)
        {
            await Ear.UntilAsync(() => ear.Clock.Timers == 1, "the pause");
            Assert.False(ear.Sightings.TryRead(out _));
            ear.Clock.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(100 * i, (await ear.Sightings.ReadAsync()).At.Milliseconds);
        }

        await running;
        Assert.Equal((false, "the recording is over"), (ear.Receiver.Status.Connected, ear.Receiver.Status.Fault));
    }

    [Fact]
    public async Task A_recording_that_was_cut_is_played_to_the_last_whole_record()
    {
        Play(Ear.Stream(Frames.Legacy(Frames.IBeacon), Frames.Legacy(Frames.IBeacon))[..^1]);
        await running;
        Assert.Equal(1, ear.Receiver.Status.Frames);
        Assert.Contains("cut in the middle", ear.Receiver.Status.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_recording_is_named_with_the_byte()
    {
        Play("not btsnoop at all"u8.ToArray());
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => running);
        Assert.Contains("no btsnoop at byte 0", fault.Message, StringComparison.Ordinal);
    }

    private void Play(byte[] recording)
    {
        var file = Path.Combine(ear.Directory, "recording.btsnoop");
        File.WriteAllBytes(file, recording);
        running = new RecordingSource(file, ear.Clock, ear.Health).RunAsync(ear.Receiver, stop.Token);
    }

    private async Task ListenAsync()
    {
        running = new SocketSource(ear.Socket, ear.Clock, ear.Health).RunAsync(ear.Receiver, stop.Token);
        await Ear.UntilAsync(() => ear.Receiver.Status.Fault == "no peer is connected", "a listener");
    }
}

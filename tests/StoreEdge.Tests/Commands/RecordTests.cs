using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sensing;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Commands;

public sealed class RecordTests : IDisposable
{
    private static readonly ReceiverPlace Door = ReceiverPlace.Uncalibrated(new("door"), new("entrance"), ReceiverSide.Inside);
    private static readonly ReceiverPlace Street = ReceiverPlace.Uncalibrated(new("street"), new("street"), ReceiverSide.Outside);
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-record-").FullName;
    private readonly StringWriter told = new(), error = new();

    private string Out => Path.Combine(directory, "complaint.btsnoop");

    public void Dispose()
    {
        told.Dispose();
        error.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_recording_is_for_its_owner_alone_and_says_how_to_play_it()
    {
        Assert.Equal(0, await RunAsync([Door], Three));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Out));
        Assert.Equal(3, Events(Out));
        Assert.Contains("door: 3 events in 0.2 s, 1 enrolled devices, 1 advertisements of strangers, 0 events lost", told.ToString(), StringComparison.Ordinal);
        Assert.Contains($"storeedge replay --config FILE --receiver door:inside={Out}", told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_receivers_are_several_files()
    {
        Assert.Equal(0, await RunAsync([Door, Street], Three));
        Assert.Equal((3, 3), (Events(Path.Combine(directory, "complaint.door.btsnoop")), Events(Path.Combine(directory, "complaint.street.btsnoop"))));
        Assert.Contains("1 enrolled devices in all", told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_is_not_overwritten_unasked()
    {
        await File.WriteAllTextAsync(Out, "evidence");
        Assert.Equal(2, await RunAsync([Door], Three));
        Assert.Contains("--force", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("evidence", await File.ReadAllTextAsync(Out));
        Assert.Equal(0, await RunAsync([Door], Three, replace: true));
        Assert.Equal(3, Events(Out));
    }

    [Fact]
    public async Task An_agent_that_is_not_there_leaves_no_empty_recording()
    {
        Assert.Equal(1, await RunAsync([Door], (_, _, _) => throw new IOException("nobody answers")));
        Assert.Contains("nobody answers", error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Out));
    }

    [Fact]
    public async Task A_recording_is_not_replaced_by_nothing()
    {
        await File.WriteAllTextAsync(Out, "evidence");
        Assert.Equal(1, await RunAsync([Door], (_, _, _) => throw new IOException("nobody answers"), replace: true));
        Assert.Equal("evidence", await File.ReadAllTextAsync(Out));
        Assert.Single(Directory.GetFiles(directory));
    }

    [Fact]
    public async Task Only_files_are_replaced()
    {
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, default);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Out));
        Assert.Equal(2, await RunAsync([Door], Three, replace: true));
        Assert.Contains("is no file", error.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Out));
    }

    [Fact]
    public async Task A_radio_that_is_not_there_ends_the_recording_at_once()
    {
        var health = new StoreEdge.Agent.Health.HealthBoard(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<StoreEdge.Agent.Health.HealthBoard>.Instance);
        var request = new TapRequest(Door.Id, TapFilter.Everybody, default, TimeSpan.FromHours(1));
        var fault = await Assert.ThrowsAsync<IOException>(() => Listening.DirectlyAsync(new Missing(health), health, Door, Ear.Lookup, request, TimeProvider.System, (_, _, _) => { }, default).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("there is no adapter hci7 Plug it in.", fault.Message);
    }

    [Fact]
    public async Task An_agent_that_breaks_off_leaves_what_came_before()
    {
        Assert.Equal(1, await RunAsync([Door], async (place, take, stop) => await Three(place, take, stop) is null ? "" : null));
        Assert.Contains("the agent broke off; kept: 3 whole events", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Events(Out));
    }

    [Fact]
    public void A_full_disk_leaves_whole_records_only()
    {
        using var disk = new SmallDisk(16 + 2 * (24 + Frames.Legacy(Frames.IBeacon).Length) + 10);
        using var file = new RecordingFile(disk, "x");
        for (var i = 0; i < 2; i++) file.Write(i, 0, Frames.Legacy(Frames.IBeacon));
        Assert.Throws<IOException>(() => file.Write(2, 0, Frames.Legacy(Frames.IBeacon)));
        Assert.Equal((2, disk.Length), (file.Events, file.Length));
        disk.Position = 0;
        var reader = new BtsnoopReader(disk);
        Assert.True(reader.Fill());
        Assert.Equal((BtsnoopRead.Done, BtsnoopRead.Done, BtsnoopRead.NeedMore, false), (reader.TryRead(out _), reader.TryRead(out _), reader.TryRead(out _), reader.IsMidway));
    }

    private Task<int> RunAsync(ReceiverPlace[] places, Func<ReceiverPlace, TakeTapped, CancellationToken, Task<string?>> listen, bool replace = false) =>
        RecordCommand.RunAsync(places, Out, replace, Ear.Lookup, " --config FILE", told, error, listen, CancellationToken.None);

    private static Task<string?> Three(ReceiverPlace place, TakeTapped take, CancellationToken stop)
    {
        take(1_000_000, 0, Frames.Legacy(Frames.IBeacon));
        take(1_100_000, 0, Frames.Legacy(Frames.Uid));
        take(1_200_000, 0, Tap.EndNote("as asked"));
        return Task.FromResult<string?>("as asked");
    }

    private static int Events(string file)
    {
        using var stream = File.OpenRead(file);
        var reader = new BtsnoopReader(stream);
        for (var events = 0; ;)
        {
            var result = reader.TryRead(out _);
            if (result == BtsnoopRead.Done) events++;
            else if (!reader.Fill()) return events;
        }
    }

    /// <summary>Waits for an adapter, as a radio does.</summary>
    private sealed class Missing(StoreEdge.Agent.Health.HealthBoard health) : IAdvertisementSource
    {
        public Task RunAsync(Receiver receiver, CancellationToken stop)
        {
            health.Raise(SensingLoop.FaultOf(receiver), StoreEdge.Agent.Health.Severity.Fault, "there is no adapter hci7", "Plug it in.");
            return Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }
    }

    /// <summary>Holds so many bytes and no more, like ENOSPC after half a record.</summary>
    private sealed class SmallDisk(int bytes) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, Math.Min(count, bytes - (int)Position));
            if (Position == bytes) throw new IOException("No space left on device");
        }
    }
}

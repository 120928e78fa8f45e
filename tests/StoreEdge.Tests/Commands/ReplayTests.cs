using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Commands;

public sealed class ReplayTests : IDisposable
{
    private readonly StringWriter error = new();

    public void Dispose() => error.Dispose();

    [Fact]
    public void A_walk_through_the_door_is_told_in_seconds_since_the_first_frame_of_all()
    {
        // 10 s on the street, 80 s inside, then on the street again.
        var lines = Run(
            ("street", ReceiverSide.Outside, Recording(100, 0.1, i => i < 100 ? -55 : i < 900 ? -85 : -55)),
            ("till", ReceiverSide.Inside, Recording(100, 0.1, i => i < 100 ? -75 : i < 900 ? -60 : -75)));
        Assert.Equal(["arrival", "dwell", "departure"], lines.Select(l => l.GetProperty("event").GetString()));
        Assert.InRange(lines[0].GetProperty("t").GetDouble(), 10, 13);
        Assert.InRange(lines[2].GetProperty("t").GetDouble(), 90, 93);
        Assert.Equal(("till", "till", "low", "outside"), (
            lines[0].GetProperty("receiver").GetString(), lines[0].GetProperty("zone").GetString(), lines[0].GetProperty("assurance").GetString(),
            lines[2].GetProperty("reason").GetString()));
        Assert.Single(lines.Select(l => l.GetProperty("subject").GetString()).Distinct());
        Assert.Single(lines.Select(l => l.GetProperty("visit").GetString()).Distinct());
        Assert.DoesNotContain("e2c56db5", string.Concat(lines), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(error.ToString());
    }

    [Fact]
    public void Rotating_ids_are_looked_up_as_of_the_recording_and_not_as_of_now()
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(50);
        // The vectors of the specification: the id at 0 s, and the one at 2,000 s.
        var recording = new MemoryStream();
        var writer = new BtsnoopWriter(recording);
        writer.WriteHeader();
        foreach (var (from, id) in new[] { (0, "A9B76A71C5F89290"), (2000, "4144413E45FEFA58") })
            for (var i = 0; i < 40; i++) writer.Write(start.AddSeconds(from + i * 0.5), Frames.Legacy($"0201060303AAFE0D16AAFE30E7{id}"));
        recording.Position = 0;
        var list = $$"""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"0102030405060708090a111213141516","rotationExponent":10,"registeredAt":"{{start:O}}"}]}]}""";
        Assert.True(EnrolmentList.TryParse(Encoding.UTF8.GetBytes(list), out var enrolment, out var faults), string.Join(' ', faults));
        var output = new MemoryStream();
        Assert.Equal(0, ReplayCommand.Run([Lane("till", ReceiverSide.Inside, recording)], clock =>
        {
            var registry = new EnrolmentRegistry(new PseudonymKey(1, new byte[32]), clock);
            registry.Replace(enrolment);
            return registry;
        }, new(), output, error));
        var events = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(["arrival", "departure", "arrival"], events.Select(e => e.GetProperty("event").GetString()));
        Assert.All(events.Where(e => e.GetProperty("event").GetString() == "arrival"), e => Assert.Equal("medium", e.GetProperty("assurance").GetString()));
    }

    [Fact]
    public void The_end_of_a_recording_is_no_departure() =>
        Assert.Equal("arrival", Assert.Single(Run(("till", ReceiverSide.Inside, Recording(20, 0.1, _ => -60)))).GetProperty("event").GetString());

    [Fact]
    public void What_is_no_recording_is_named_with_the_byte()
    {
        Assert.Equal(2, ReplayCommand.Run([Lane("till", ReceiverSide.Inside, new MemoryStream([1, 2, 3]))], new AnyBeacon().TryFind, new(), new MemoryStream(), error));
        Assert.Contains("till.btsnoop: no btsnoop", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_that_was_cut_is_used_and_told()
    {
        var recording = Recording(20, 0.1, _ => -60);
        recording.SetLength(recording.Length - 1);
        Assert.Single(Run(("till", ReceiverSide.Inside, recording)));
        Assert.Contains("ends in the middle", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_nobody_takes_end_the_command_with_a_sentence()
    {
        Assert.Equal(2, ReplayCommand.Run([Lane("till", ReceiverSide.Inside, Recording(20, 0.1, _ => -60))], new AnyBeacon().TryFind, new(), new FullDisk(), error));
        Assert.Contains("No space left", error.ToString(), StringComparison.Ordinal);
    }

    private List<JsonElement> Run(params (string Id, ReceiverSide Side, Stream Recording)[] lanes)
    {
        var output = new MemoryStream();
        Assert.Equal(0, ReplayCommand.Run([.. lanes.Select(l => Lane(l.Id, l.Side, l.Recording))], new AnyBeacon().TryFind, new(), output, error));
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
    }

    private static ReplayLane Lane(string id, ReceiverSide side, Stream recording) => new(ReceiverPlace.Uncalibrated(new(id), new(id), side), $"{id}.btsnoop", recording);

    private static MemoryStream Recording(double seconds, double interval, Func<int, int> rssi)
    {
        var file = new MemoryStream();
        var writer = new BtsnoopWriter(file);
        writer.WriteHeader();
        for (var i = 0; i < seconds / interval; i++)
            writer.Write(DateTimeOffset.UnixEpoch.AddYears(50).AddSeconds(i * interval), Frames.Legacy(Frames.IBeacon, $"{(byte)(sbyte)rssi(i):X2}"));
        file.Position = 0;
        return file;
    }
}

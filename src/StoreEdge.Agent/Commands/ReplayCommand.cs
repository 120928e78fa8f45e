using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge replay</c>: what the agent would have said to recordings, as JSON lines.</summary>
internal static class ReplayCommand
{
    private const string LaneAllowed = "ID:inside=FILE or ID:outside=FILE, FILE a btsnoop recording";

    internal static Command Create()
    {
        var enrol = new Option<string?>("--enrol") { Description = "'any' counts every beacon as enrolled.", HelpName = "any" };
        enrol.AcceptOnlyFromAmong("any");
        var receivers = new Option<string[]>("--receiver") { Description = $"{LaneAllowed}; once for each receiver.", HelpName = "ID:SIDE=FILE", Required = true };
        var command = new Command("replay", "Run recordings through sensing and presence on their own clock and print what happens.") { enrol, receivers };
        command.Validators.Add(result =>
        {
            if (result.GetResult(enrol) is null) result.AddError("--enrol any is needed: without it nobody is known");
        });
        command.SetAction(parsed =>
        {
            var error = parsed.InvocationConfiguration.Error;
            if (!TryOpen(parsed.GetValue(receivers)!, out var lanes, out var fault))
            {
                error.WriteLine(fault);
                return 2;
            }

            try
            {
                using var output = Console.OpenStandardOutput();
                return Run(lanes, new AnyBeacon().TryFind, new(), output, error);
            }
            finally
            {
                foreach (var lane in lanes) lane.Recording.Dispose();
            }
        });
        return command;
    }

    internal static int Run(IReadOnlyList<ReplayLane> lanes, BeaconLookup lookup, PresenceOptions options, Stream output, TextWriter error)
    {
        var replay = new Replay(lanes, lookup, options);
        var written = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(written);
        try
        {
            replay.Run(happened =>
            {
                json.Reset();
                PresenceEventJson.Write(json, happened);
                json.Flush();
                written.Write("\n"u8);
                output.Write(written.WrittenSpan);
                written.ResetWrittenCount();
            });
        }
        catch (InvalidDataException broken)
        {
            output.Flush();
            error.WriteLine(broken.Message);
            return 2;
        }

        output.Flush();
        foreach (var name in replay.Cut) error.WriteLine($"{name}: ends in the middle of a record; everything before it was used");
        foreach (var status in replay.Status)
            if (status.Malformed > 0)
                error.WriteLine($"{status.Place.Id}: {status.Malformed} of {status.Frames} frames are malformed and were left out (`storeedge decode` says why)");
        return 0;
    }

    private static bool TryOpen(IReadOnlyList<string> words, out List<ReplayLane> lanes, out string fault)
    {
        lanes = [];
        fault = "";
        foreach (var word in words)
        {
            if (!TryParse(word, out var place, out var path)) fault = $"--receiver {word}: allowed is {LaneAllowed}";
            else if (lanes.Any(l => l.Place.Id == place.Id)) fault = $"--receiver {word}: {place.Id} stands twice";
            else if (!TryOpen(path, out var recording, out var because)) fault = $"--receiver {word}: {because}";
            else lanes.Add(new(place, path, recording));
            if (fault.Length == 0) continue;
            foreach (var lane in lanes) lane.Recording.Dispose();
            return false;
        }

        return true;
    }

    private static bool TryOpen(string path, out Stream recording, out string because)
    {
        recording = Stream.Null;
        because = "";
        try
        {
            recording = File.OpenRead(path);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            because = fault.Message;
            return false;
        }
    }

    private static bool TryParse(string word, out ReceiverPlace place, out string path)
    {
        place = ReceiverPlace.Uncalibrated(default, default, default);
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var colon = equals < 0 ? -1 : word.LastIndexOf(':', equals);
        path = word[(equals + 1)..];
        if (colon <= 0 || path.Length == 0) return false;
        ReceiverSide side;
        switch (word[(colon + 1)..equals])
        {
            case "inside":
                side = ReceiverSide.Inside;
                break;
            case "outside":
                side = ReceiverSide.Outside;
                break;
            default:
                return false;
        }

        // Without a configuration each receiver stands for a zone of its own name.
        place = ReceiverPlace.Uncalibrated(new(word[..colon]), new(word[..colon]), side);
        return true;
    }
}

using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge replay</c>: what the agent would have said to recordings, as JSON lines.</summary>
internal static class ReplayCommand
{
    private const string LaneAllowed = "ID:inside=FILE or ID:outside=FILE, FILE a btsnoop recording";

    internal static Command Create()
    {
        var configuration = new ConfigurationArguments();
        var enrol = new Option<string?>("--enrol") { Description = "'any' counts every beacon as enrolled; without it the configuration says who is.", HelpName = "any" };
        enrol.AcceptOnlyFromAmong("any");
        var receivers = new Option<string[]>("--receiver") { Description = $"{LaneAllowed}; once for each receiver.", HelpName = "ID:SIDE=FILE", Required = true };
        var command = new Command("replay", "Run recordings through sensing and presence on their own clock and print what happens.") { enrol, receivers };
        configuration.AddTo(command);
        command.SetAction(parsed =>
        {
            var error = parsed.InvocationConfiguration.Error;
            List<ReplayLane> lanes = [];
            try
            {
                // With --enrol any alone nothing of this machine is read: recordings are looked into anywhere.
                var any = parsed.GetValue(enrol) is not null;
                var options = any && !configuration.IsGiven(parsed) ? null : AgentOptionsReader.Read(configuration.Read(parsed));
                if (!TryOpen(parsed.GetValue(receivers)!, options?.Receivers ?? [], lanes, out var fault))
                {
                    error.WriteLine(fault);
                    return 2;
                }

                using var output = Console.OpenStandardOutput();
                return any
                    ? Run(lanes, new AnyBeacon().TryFind, options?.Presence ?? new(), output, error)
                    : Run(lanes, clock => Listening.Registry(options!, clock, error), options!.Presence, output, error);
            }
            catch (ConfigurationException wrong)
            {
                foreach (var one in wrong.Errors) error.WriteLine(one);
                return 2;
            }
            finally
            {
                foreach (var lane in lanes) lane.Recording.Dispose();
            }
        });
        return command;
    }

    /// <summary>With a registry that lives at the time of the recordings.</summary>
    internal static int Run(IReadOnlyList<ReplayLane> lanes, Func<TimeProvider, EnrolmentRegistry> enrol, PresenceOptions options, Stream output, TextWriter error)
    {
        RecordingClock clock;
        try
        {
            clock = RecordingClock.Of(lanes);
        }
        catch (InvalidDataException broken)
        {
            error.WriteLine(broken.Message);
            return 2;
        }

        var registry = enrol(clock);
        return Run(lanes, registry.TryFind, options, output, error, at =>
        {
            clock.Reach(at);
            registry.Turn();
        });
    }

    internal static int Run(IReadOnlyList<ReplayLane> lanes, BeaconLookup lookup, PresenceOptions options, Stream output, TextWriter error, Action<Instant>? timePasses = null)
    {
        var replay = new Replay(lanes, lookup, options, timePasses);
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
            error.WriteLine(broken.Message);
            return 2;
        }
        catch (IOException broken)
        {
            // A recording on a card that fails, or nobody left who takes the lines.
            error.WriteLine($"Reading or writing failed: {broken.Message}");
            return 2;
        }

        foreach (var name in replay.Cut) error.WriteLine($"{name}: ends in the middle of a record; everything before it was used");
        foreach (var status in replay.Status)
            if (status.Malformed > 0)
                error.WriteLine($"{status.Place.Id}: {status.Malformed} of {status.Frames} frames are malformed and were left out (`storeedge decode` says why)");
        return 0;
    }

    private static bool TryOpen(IReadOnlyList<string> words, IReadOnlyList<ReceiverOptions> configured, List<ReplayLane> lanes, out string fault)
    {
        fault = "";
        foreach (var word in words)
        {
            if (!TryParse(word, out var place, out var path))
            {
                fault = $"--receiver {word}: allowed is {LaneAllowed}";
                return false;
            }

            var known = configured.FirstOrDefault(r => r.Place.Id == place.Id)?.Place ?? place;
            if (lanes.Any(l => l.Place.Id == place.Id)) fault = $"--receiver {word}: {place.Id} stands twice";
            else if (known.Side != place.Side) fault = $"--receiver {word}: the configuration has {place.Id} on the other side";
            else if (!TryOpen(path, out var recording, out var because)) fault = $"--receiver {word}: {because}";
            else lanes.Add(new(known, path, recording));
            if (fault.Length > 0) return false;
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

        // A receiver that no configuration knows stands for a zone of its own name.
        place = ReceiverPlace.Uncalibrated(new(word[..colon]), new(word[..colon]), side);
        return true;
    }
}

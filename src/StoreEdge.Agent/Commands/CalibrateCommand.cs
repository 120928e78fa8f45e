using System.CommandLine;
using System.Globalization;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge calibrate</c>: a technician walks in with a tag, and each receiver's thresholds are proposed with a verdict on how far to trust them.</summary>
internal static class CalibrateCommand
{
    private const string PhasesAllowed = "outside:TIME,inside:TIME, such as outside:20s,inside:40s";
    private static readonly (TimeSpan Outside, TimeSpan Inside) Usual = (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40));

    public static Command Create()
    {
        var configuration = new ConfigurationArguments();
        var beacon = new Option<string?>("--beacon") { Description = $"The tag that is carried; it need not be enrolled. Default: the enrolled one that is heard best. {BeaconId.Allowed}", HelpName = "ID" };
        var phases = new Option<string?>("--phases") { Description = $"Ask nothing, start at once: {PhasesAllowed}, one directly after the other.", HelpName = "PHASES" };
        var outside = new Option<string[]>("--outside") { Description = "Instead of live data: what a receiver recorded while the tag was outside. Once for each receiver.", HelpName = "ID=FILE", DefaultValueFactory = _ => [] };
        var inside = new Option<string[]>("--inside") { Description = "And while it was inside.", HelpName = "ID=FILE", DefaultValueFactory = _ => [] };
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object." };
        var write = new Option<string?>("--write") { Description = "Write the thresholds as this file of the configuration, such as /etc/storeedge/conf.d/50-calibration.json.", HelpName = "FILE" };
        var anyway = new Option<bool>("--anyway") { Description = "Write the trusted receivers' thresholds even where the whole is not to be trusted." };
        var command = new Command("calibrate", "Walk in with a tag and get thresholds for each receiver, with a verdict. Exit code 0: good to use, 1: do not trust it, 2: nothing could be said.")
        {
            beacon, phases, outside, inside, json, write, anyway,
        };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var layers = configuration.Read(parsed);
                var options = AgentOptionsReader.Read(layers);
                if (options.Receivers.Count == 0) throw new IOException("no receiver is configured (receivers[])");
                BeaconId? given = parsed.GetValue(beacon) is not { } text ? null : BeaconId.TryParse(text, out var id) ? id : throw new IOException($"--beacon {text}: allowed is {BeaconId.Allowed}");
                var (before, within) = (parsed.GetValue(outside)!, parsed.GetValue(inside)!);
                var walk = before.Length + within.Length > 0
                    ? FromRecordings(before, within, given, options)
                    : await LiveAsync(parsed.GetValue(phases), given, options, error, stop).ConfigureAwait(false);
                // What could not be listened to is not judged, and keeps its thresholds.
                var places = options.Receivers.Where(r => before.Length + within.Length > 0 || !r.Source.IsElsewhere).Select(r => r.Place).ToList();
                var result = Calibration.Of(places, walk.Outside, walk.Inside, options.Presence);
                var report = new CalibrationReport(result, places, walk.Beacon.ToString());
                var fragment = report.Fragment(layers, options, TimeProvider.System.GetUtcNow());
                await output.WriteAsync(parsed.GetValue(json) ? report.Json() + "\n" : report.Text()).ConfigureAwait(false);
                if (parsed.GetValue(write) is { } file)
                {
                    if (result.IsTrusted || parsed.GetValue(anyway)) Write(file, fragment, () => configuration.Read(parsed), error);
                    else await error.WriteLineAsync($"{file} was not written: see the verdict (--anyway writes what is trusted of it).").ConfigureAwait(false);
                }
                else if (!parsed.GetValue(json))
                {
                    await output.WriteAsync($"For the configuration (--write FILE writes it):\n{fragment}").ConfigureAwait(false);
                }

                return result.IsTrusted ? 0 : 1;
            }
            catch (ConfigurationException fault)
            {
                foreach (var one in fault.Errors) await error.WriteLineAsync(one.ToString()).ConfigureAwait(false);
                return 2;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                await error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return 2;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await error.WriteLineAsync("Stopped; nothing was changed.").ConfigureAwait(false);
                return 2;
            }
        });
        return command;
    }

    private static Walk FromRecordings(string[] before, string[] within, BeaconId? given, AgentOptions options)
    {
        var (outside, inside) = (Read("--outside", before, options), Read("--inside", within, options));
        var beacon = given ?? outside.Strongest() ?? inside.Strongest() ?? throw new IOException("no beacon stands ten times in these recordings; name the tag with --beacon");
        return new(beacon, outside.Of(beacon), inside.Of(beacon));
    }

    private static TagSamples Read(string option, string[] words, AgentOptions options)
    {
        var samples = new TagSamples();
        foreach (var word in words)
        {
            var cut = word.IndexOf('=', StringComparison.Ordinal);
            // A store with one receiver need not say which.
            var id = cut > 0 ? word[..cut] : options.Receivers.Count == 1 ? options.Receivers[0].Place.Id.Value : "";
            var receiver = options.Receivers.FirstOrDefault(r => r.Place.Id.Value == id)?.Place.Id
                ?? throw new IOException($"{option} {word}: allowed is ID=FILE, ID one of {string.Join(", ", options.Receivers.Select(r => r.Place.Id))}");
            using var file = File.OpenRead(word[(cut + 1)..]);
            samples.TakeRecording(receiver, file, word[(cut + 1)..]);
        }

        return samples;
    }

    private static async Task<Walk> LiveAsync(string? phases, BeaconId? given, AgentOptions options, TextWriter told, CancellationToken stop)
    {
        var (outside, inside) = Usual;
        foreach (var why in options.Receivers.Select(Listening.NotHere).OfType<string>()) await told.WriteLineAsync($"Not listened to: {why}").ConfigureAwait(false);
        if (options.Receivers.All(r => r.Source.IsElsewhere)) throw new IOException("no receiver is left to listen to");
        if (phases is not null && !TryParse(phases, out outside, out inside)) throw new IOException($"--phases {phases}: allowed is {PhasesAllowed}, each 10–600 s");
        if (phases is null && Console.IsInputRedirected) throw new IOException($"nobody can be asked here; --phases {PhasesAllowed} starts at once");
        void Ask(string step)
        {
            told.WriteLine(step);
            if (phases is null) Console.ReadLine();
        }

        Ask($"1. Go before the door, with the tag where a customer would carry it. Walk slowly to and fro for {outside.TotalSeconds:0} s, as near as people pass. Enter starts.");
        var before = await ListenAsync(outside, given, options, stop).ConfigureAwait(false);
        var beacon = given ?? before.Samples.Strongest() ?? throw new IOException("no enrolled tag was heard ten times by any receiver; enrol it, or name it with --beacon");
        told.WriteLine($"Heard best: {beacon}. If that is not yours, stop here and name yours with --beacon.");
        Ask($"2. Walk in. Then go to every normal place and the far corners, a few seconds each, {inside.TotalSeconds:0} s in all. Enter starts.");
        var within = await ListenAsync(inside, beacon, options, stop).ConfigureAwait(false);
        told.WriteLine("3. You may walk out.");
        return new(beacon, before.Samples.Of(beacon, before.From, outside), within.Samples.Of(beacon, within.From, inside));
    }

    private static async Task<(TagSamples Samples, long From)> ListenAsync(TimeSpan length, BeaconId? only, AgentOptions options, CancellationToken stop)
    {
        var samples = new TagSamples();
        var from = Btsnoop.UnixEpoch + TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        await Task.WhenAll(options.Receivers.Where(r => !r.Source.IsElsewhere).Select(async r =>
        {
            var request = new TapRequest(r.Place.Id, only is null ? TapFilter.Enrolled : TapFilter.One, only ?? default, length);
            if (await Listening.ThroughAgentAsync(options.StateDirectory, request, TimeProvider.System, (at, _, packet) => samples.Take(r.Place.Id, at, packet), stop).ConfigureAwait(false) is null)
                throw new IOException($"{r.Place.Id}: the agent broke off");
        })).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return (samples, from);
    }

    private static bool TryParse(string phases, out TimeSpan outside, out TimeSpan inside)
    {
        outside = inside = default;
        return phases.Split(',') is [var first, var second] && TryParse(first, "outside:", out outside) && TryParse(second, "inside:", out inside);
    }

    private static bool TryParse(string phase, string name, out TimeSpan length)
    {
        length = default;
        if (!phase.StartsWith(name, StringComparison.Ordinal) || !phase.EndsWith('s')
            || !int.TryParse(phase.AsSpan(name.Length, phase.Length - name.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 10 or > 600) return false;
        length = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static void Write(string file, string fragment, Func<ConfigurationLayers> read, TextWriter told)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory) Directory.CreateDirectory(directory);
        // The agent's own user reads it, and there is nothing secret in it.
        const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        DurableFile.Replace(file, System.Text.Encoding.UTF8.GetBytes(fragment), ForAll);
        var source = read().OriginOf("receivers");
        told.WriteLine(Path.GetFullPath(source) == Path.GetFullPath(file)
            ? $"{file} is written. It takes effect when the agent is restarted: systemctl restart storeedge"
            : $"{file} is written, but the receivers come from {source}: move it into the conf.d beside the main file, under a name that sorts last.");
    }

    private sealed record Walk(BeaconId Beacon, CalibrationPhase Outside, CalibrationPhase Inside);
}

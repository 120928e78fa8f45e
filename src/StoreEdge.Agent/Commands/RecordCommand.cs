using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge record</c>: what the radios hear, as btsnoop files that Wireshark opens and <c>storeedge replay</c> plays.</summary>
internal static class RecordCommand
{
    private const string TypedConfirmation = "record strangers";

    public static Command Create()
    {
        var configuration = new ConfigurationArguments();
        var output = new Option<string>("--out", "-o") { Description = "The file; with several receivers each gets one of its own, with its id before the ending.", HelpName = "FILE", Required = true };
        var receivers = new Option<string[]>("--receiver") { Description = "Which receiver; may be given again. Default: all that are configured.", HelpName = "ID", DefaultValueFactory = _ => [] };
        var seconds = new Option<int>("--seconds") { Description = $"For how long, 1–{TapRequest.Longest.TotalSeconds:0}; Ctrl-C ends it earlier.", DefaultValueFactory = _ => 60 };
        var all = new Option<bool>("--all") { Description = "Record everybody near, with their addresses, not only enrolled devices. Asks for a typed confirmation." };
        var confirmed = new Option<bool>("--i-confirm-strangers") { Description = "Confirms --all where nobody can be asked. The store's health page says so while it lasts." };
        var force = new Option<bool>("--force") { Description = "Replace files that are there." };
        var source = new Option<string?>("--source") { Description = $"Without a running agent: listen to this source, as the one --receiver. {ReceiverSource.AllowedHere}", HelpName = "WORD" };
        var command = new Command("record", "Record what the radios hear into btsnoop files, from the running agent. Only enrolled devices, unless a technician confirms otherwise.")
        {
            output, receivers, seconds, all, confirmed, force, source,
        };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (told, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var everybody = parsed.GetValue(all);
                if (everybody && !parsed.GetValue(confirmed) && !Confirmed(error)) return 2;
                var word = parsed.GetValue(source);
                // Everybody, from a source of its own: nothing of this machine is needed.
                var options = word is not null && everybody && !configuration.IsGiven(parsed) ? null : AgentOptionsReader.Read(configuration.Read(parsed));
                var places = Places(parsed.GetValue(receivers)!, word, options, out var wrong);
                foreach (var gone in word is null ? options?.Receivers.Where(r => r.Source.IsElsewhere) ?? [] : [])
                {
                    if (places.RemoveAll(p => p.Id == gone.Place.Id) > 0) await error.WriteLineAsync($"Not recorded: {Listening.NotHere(gone)}").ConfigureAwait(false);
                    if (places.Count == 0) wrong ??= "no receiver is left to record";
                }

                if (parsed.GetValue(seconds) is var asked && (asked < 1 || asked > TapRequest.Longest.TotalSeconds)) wrong ??= $"--seconds {parsed.GetValue(seconds)}: 1–{TapRequest.Longest.TotalSeconds:0}";
                ReceiverSource? direct = null;
                if (word is not null && ReceiverSource.TryParse(word, out var found) && !found.IsElsewhere) direct = found;
                else if (word is not null) wrong ??= $"--source {word}: allowed is a source of this machine: {ReceiverSource.AllowedHere}";
                if (wrong is not null)
                {
                    await error.WriteLineAsync(wrong).ConfigureAwait(false);
                    return 2;
                }

                // What an agent lets pass without strangers is enrolled there, whatever this program can read.
                BeaconLookup lookup = direct is null && !everybody ? new Passed().TryFind : options is null ? Nobody : Listening.Registry(options, TimeProvider.System, error).TryFind;
                var request = new TapRequest(default, everybody ? TapFilter.Everybody : TapFilter.Enrolled, default, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
                var configured = configuration.FileOf(parsed) is { } file ? $" --config {file}" : "";
                return await RunAsync(
                    places, parsed.GetValue(output)!, parsed.GetValue(force), lookup, configured, told, error,
                    (place, take, end) => direct is { } from
                        ? Listening.DirectlyAsync(from, place, lookup, request with { Receiver = place.Id }, TimeProvider.System, take, end)
                        : Listening.ThroughAgentAsync(options!.StateDirectory, request with { Receiver = place.Id }, TimeProvider.System, take, end),
                    stop).ConfigureAwait(false);
            }
            catch (ConfigurationException fault)
            {
                foreach (var one in fault.Errors) await error.WriteLineAsync(one.ToString()).ConfigureAwait(false);
                return 2;
            }
        });
        return command;
    }

    /// <summary>Records each place into its file until told to stop or until the first of them fails; then tells what there is.</summary>
    /// <returns>0 where everything went as asked, 1 where something broke off; what was kept is told either way.</returns>
    internal static async Task<int> RunAsync(
        IReadOnlyList<ReceiverPlace> places, string path, bool replace, BeaconLookup lookup, string configured, TextWriter told, TextWriter error,
        Func<ReceiverPlace, TakeTapped, CancellationToken, Task<string?>> listen, CancellationToken stop)
    {
        List<Recorder> recorders = [];
        var wrong = 0;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            foreach (var place in places) recorders.Add(new(place, RecordingFile.Create(PathOf(path, place, places.Count), replace), lookup));
            await Task.WhenAll(recorders.Select(async recorder =>
            {
                try
                {
                    if (await listen(recorder.Place, recorder.Take, over.Token).ConfigureAwait(false) is { } why) await told.WriteLineAsync($"{recorder.Place.Id}: ended: {why}").ConfigureAwait(false);
                    else throw new IOException("the agent broke off");
                    recorder.File.Keep();
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or System.Net.Sockets.SocketException)
                {
                    wrong = 1;
                    await error.WriteLineAsync($"{recorder.Place.Id}: {fault.Message}; kept: {recorder.File.Events} whole events, {recorder.File.Length} bytes of {recorder.File.Path}").ConfigureAwait(false);
                    await over.CancelAsync().ConfigureAwait(false);
                }
            })).ConfigureAwait(false);
            Summarise(recorders, configured, told);
            return wrong;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped before anything was recorded.").ConfigureAwait(false);
            return 1;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 2;
        }
        finally
        {
            foreach (var recorder in recorders) recorder.File.Dispose();
        }
    }

    private static void Summarise(List<Recorder> recorders, string configured, TextWriter told)
    {
        foreach (var recorder in recorders) told.WriteLine(recorder.Told());
        if (recorders.Count > 1) told.WriteLine($"{recorders.SelectMany(r => r.Enrolled).Distinct().Count()} enrolled devices in all");
        var lanes = recorders.Select(r => $" --receiver {r.Place.Id}:{(r.Place.Side == ReceiverSide.Inside ? "inside" : "outside")}={Path.GetFullPath(r.File.Path)}");
        told.WriteLine($"To play it: storeedge replay{configured}{string.Concat(lanes)}");
    }

    /// <summary>One receiver is the file itself; btsnoop has no field for a receiver, so several are several files, as replay takes them.</summary>
    internal static string PathOf(string path, ReceiverPlace place, int count) =>
        count == 1 ? path : Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}.{place.Id}{Path.GetExtension(path)}");

    private static List<ReceiverPlace> Places(string[] ids, string? source, AgentOptions? options, out string? wrong)
    {
        wrong = null;
        List<ReceiverPlace> places = [];
        if (source is not null && ids.Length != 1) wrong = "--source is one radio: name it with one --receiver ID";
        foreach (var id in ids)
        {
            var known = options?.Receivers.FirstOrDefault(r => r.Place.Id.Value == id)?.Place;
            if (known is null && source is not null) known = ReceiverPlace.Uncalibrated(new(id), new(id), ReceiverSide.Inside);
            if (known is not null) places.Add(known);
            else wrong ??= $"--receiver {id}: is not configured; there are {string.Join(", ", options?.Receivers.Select(r => r.Place.Id.Value) ?? [])}";
        }

        if (ids.Length == 0 && options is not null) places.AddRange(options.Receivers.Select(r => r.Place));
        if (places.Count == 0) wrong ??= "no receiver is configured (receivers[])";
        return places;
    }

    private static bool Confirmed(TextWriter error)
    {
        error.WriteLine("--all records the address and every advertisement of everybody near, customers, staff and passers-by alike. These are personal data: record only");
        error.WriteLine("while you look for the fault, and delete the files afterwards. The store's health page says that it is happening.");
        if (Console.IsInputRedirected)
        {
            error.WriteLine("Nobody can be asked here: --i-confirm-strangers confirms it.");
            return false;
        }

        error.Write($"Type \"{TypedConfirmation}\" to go on: ");
        if (Console.ReadLine()?.Trim() == TypedConfirmation) return true;
        error.WriteLine("Nothing was recorded.");
        return false;
    }

    private static bool Nobody(in Heard heard, out BeaconOwner owner)
    {
        owner = default;
        return false;
    }

    /// <summary>Counts all that passed an agent's filter as enrolled: beacons by their ids, devices that only their owners' keys explain as one.</summary>
    private sealed class Passed
    {
        private readonly AnyBeacon any = new();
        private readonly Lock gate = new();

        public bool TryFind(in Heard heard, out BeaconOwner owner)
        {
            // Each receiver's stream is read on a thread of its own.
            lock (gate)
                if (any.TryFind(heard, out owner))
                    return true;
            owner = new(new("k1-by-address"), BeaconRole.Customer, Assurance.Medium, null);
            return true;
        }
    }
}

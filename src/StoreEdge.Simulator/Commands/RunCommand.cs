using System.CommandLine;
using System.Globalization;
using StoreEdge.Core.Identity;
using StoreEdge.Simulator.Live;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Commands;

/// <summary>Runs a scenario against a live agent and judges what it reported.</summary>
internal static class RunCommand
{
    private const string Description = """
        Runs a scenario against a live agent: radio over its Unix sockets, phones on its portal, the central journey service over MQTT. Then holds truth against report.

        A true arrival is somebody who crosses the door inwards with an enrolled tag and stays at least 5 s, at least 8 s before the end; or a phone that accepted the
        terms on the portal. Who has both counts once. Staff, fixed beacons and whoever passes outside never arrive. A report is right from 5 s before the door to 5 s
        after leaving (portal: from sending the acceptance to 5 s after its answer); a second report of the same stay is wrong. Arrivals that are true but too short or
        too late to be demanded are neither right nor wrong when reported. Latency is from the door (portal: from sending) to the journey service. Ctrl-C ends and judges.
        """;

    public static Command Make(TimeProvider time)
    {
        var scenario = RunOptions.Scenario();
        var seed = RunOptions.Seed();
        var seconds = new Option<double>("--seconds") { Description = "Length of the run, 10–86400; two hours unless given.", DefaultValueFactory = _ => 7200 };
        var receivers = new Option<string[]>("--receiver") { Description = "ID=unix:PATH, where the agent listens for that receiver; once for each.", AllowMultipleArgumentsPerToken = true };
        var portal = new Option<string?>("--portal") { Description = "Address of the portal's page, such as http://127.0.0.1:8080/portal; without it nobody uses a phone." };
        var mqtt = RunOptions.Mqtt();
        var store = new Option<string>("--store") { Description = "The store's id, as in the agent's configuration.", Required = true };
        var key = new Option<string>("--pseudonym-key") { Description = $"File with the tenant's pseudonym key, the same as the agent's; written {PseudonymKey.Allowed}.", Required = true };
        var database = new Option<string?>("--database") { Description = "SQLite file of the journey service; a temporary one unless given." };
        var drain = new Option<double>("--drain") { Description = "Seconds that the last acknowledgements may take.", DefaultValueFactory = _ => 20 };
        var json = new Option<string?>("--json") { Description = "File for the result." };
        var table = new Option<bool>("--table") { Description = "Print arrivals as they come." };
        var command = new Command("run", Description) { scenario, seed, seconds, receivers, portal, mqtt, store, key, database, drain, json, table };
        command.SetAction(async (parsed, stop) =>
        {
            var temporary = parsed.GetValue(database) is null ? Directory.CreateTempSubdirectory("storeedge-sim-") : null;
            try
            {
                var (host, port) = RunOptions.HostAndPort(parsed.GetValue(mqtt)!);
                var read = ScenarioFiles.Read(parsed.GetValue(scenario)!);
                var options = new LiveOptions(
                    read, parsed.GetValue(seed), TimeSpan.FromSeconds(RunOptions.Within("--seconds", parsed.GetValue(seconds), 10, 86_400)),
                    new(NameRule.Holds(parsed.GetValue(store)) ? parsed.GetValue(store)! : throw Fault("--store", parsed.GetValue(store), NameRule.Allowed)),
                    Sockets(read, parsed.GetValue(receivers) ?? []), Page(parsed.GetValue(portal)), host, port, RunOptions.Key(parsed.GetValue(key)!),
                    parsed.GetValue(database) ?? Path.Combine(temporary!.FullName, "journey.db"),
                    TimeSpan.FromSeconds(RunOptions.Within("--drain", parsed.GetValue(drain), 0, 3600)), parsed.GetValue(table));
                var report = await new LiveRun(options, Console.Out, time).RunAsync(stop).ConfigureAwait(false);
                if (parsed.GetValue(json) is { } file) await File.WriteAllBytesAsync(file, report.Json(), CancellationToken.None).ConfigureAwait(false);
                Console.Write(report.Text());
                return 0;
            }
            catch (Exception fault) when (fault is ScenarioException or LiveRunException or UsageException)
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return fault is LiveRunException ? 1 : 2;
            }
            finally
            {
                temporary?.Delete(recursive: true);
            }
        });
        return command;
    }

    private static Dictionary<ReceiverId, string> Sockets(Scenario scenario, IReadOnlyList<string> given)
    {
        var sockets = new Dictionary<ReceiverId, string>();
        var known = scenario.Layout.Receivers.Select(r => r.Id).ToHashSet();
        foreach (var text in given)
        {
            var parts = text.Split("=unix:", 2);
            if (parts.Length != 2 || !known.Contains(new(parts[0])) || parts[1].Length is 0 or > 107)
                throw Fault("--receiver", text, $"ID=unix:PATH with an ID of {string.Join(", ", known)} and a path of at most 107 bytes");
            if (!sockets.TryAdd(new(parts[0]), parts[1])) throw Fault("--receiver", text, "each receiver once");
        }

        if (sockets.Count == 0 && scenario.Layout.Receivers.All(r => r.Socket is null)) throw Fault("--receiver", "nothing", "at least one, because the scenario names no sockets");
        return sockets;
    }

    private static Uri? Page(string? text) =>
        text is null ? null : Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : throw Fault("--portal", text, "an http or https address");

    private static UsageException Fault(string option, string? value, string allowed) => new(string.Create(CultureInfo.InvariantCulture, $"{option}: {value} is not allowed; allowed: {allowed}"));
}

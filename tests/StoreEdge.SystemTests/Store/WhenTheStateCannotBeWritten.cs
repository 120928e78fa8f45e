using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Store;

/// <summary>The card was remounted read-only, or somebody copied the state as root: the store goes on elsewhere, and brings home what happened.</summary>
public sealed class WhenTheStateCannotBeWritten(ITestOutputHelper output)
{
    private const string Code = "state-not-writable";

    /// <summary>Debian's nobody.</summary>
    private const int Nobody = 65534;

    [RootFact]
    public async Task On_a_disk_that_became_read_only_displays_go_on_and_when_it_is_mended_central_has_everything_once()
    {
        await using var broker = new Broker();
        await using var agent = new AgentProcess(broker.Port, Configure);
        using var disk = new SmallDisk(agent.State, megabytes: 64);
        await using var simulation = new Simulation(agent, broker.Port);
        var runtime = ("RUNTIME_DIRECTORY", Directory.CreateDirectory(Path.Combine(agent.Directory, "run")).FullName);
        await agent.StartAsync(runtime);
        await VisitAsync(agent, agent.Sockets);
        await agent.KeptAsync("decision");
        // A log that was never folded in must be read as well.
        await agent.KillAsync();
        disk.Remount(writable: false);

        var began = Stopwatch.GetTimestamp();
        await agent.StartAsync(runtime);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"read-only: ready after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        var stood = Assert.Single(Directory.GetDirectories(runtime.Item2));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(stood));
        Assert.Contains("mounted read-only", await WarnsAsync(agent, Code, yes: true), StringComparison.Ordinal);
        var (_, told, _) = await agent.RunAsync(null, "doctor", "--config", agent.ConfigurationFile, "--json");
        Assert.Contains("remount,rw", told, StringComparison.Ordinal);
        await broker.StartAsync();
        simulation.Journey();
        await VisitAsync(agent, Path.Combine(stood, "radio"));
        await DrainedAsync(agent);
        var stoodIn = Assert.Single(Of(simulation, "journal-renewed"), e => (string?)e["data"]!["reason"] == "not-writable");
        Assert.True((bool?)stoodIn["data"]!["complete"]);

        disk.Remount(writable: true);
        await WarnsAsync(agent, Code, yes: false);
        Assert.Empty(Directory.GetDirectories(runtime.Item2));
        await VisitAsync(agent, agent.Sockets);
        await DrainedAsync(agent);
        CheckOnce(agent, simulation, stoodIn);
        Assert.Empty(agent.Kept("gap"));
    }

    [RootFact]
    public async Task On_somebody_elses_directory_the_store_runs_carefully_and_after_a_chown_and_a_restart_central_has_everything_once()
    {
        await using var broker = await Broker.StartedAsync();
        await using var agent = new AgentProcess(broker.Port, Configure);
        await using var simulation = new Simulation(agent, broker.Port);
        var run = Directory.CreateDirectory(Path.Combine(agent.Directory, "run")).FullName;
        await agent.StartAsync(("RUNTIME_DIRECTORY", run));
        await VisitAsync(agent, agent.Sockets);
        Assert.Equal(0, await agent.StopAsync());
        File.SetUnixFileMode(agent.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Everything but the state is the service's.
        await RunAsync("chmod", "755", agent.Directory);
        await RunAsync("chown", "-R", Nobody.ToString(CultureInfo.InvariantCulture), run, agent.KeyFile, agent.ConfigurationFile);

        agent.User = Nobody;
        var began = Stopwatch.GetTimestamp();
        await agent.StartAsync(("RUNTIME_DIRECTORY", run));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"another's: ready after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        Assert.Contains($"belongs to user 0, group 0, mode 700, and the agent runs as user {Nobody}", await WarnsAsync(agent, Code, yes: true), StringComparison.Ordinal);
        await WarnsAsync(agent, "words-in-doubt", yes: true);
        simulation.Journey();
        var stood = Assert.Single(Directory.GetDirectories(run));
        await using (await Visitor.ComesInAsync(Path.Combine(stood, "radio", "door-in.sock")))
            await Eventually.True(() => Of(simulation, "arrival").Any(e => (string?)e["epoch"] == Epoch(simulation)), "an arrival at central");
        Assert.Contains("entrance", await agent.Http.GetStringAsync(new Uri("/display/entrance", UriKind.Relative)), StringComparison.Ordinal);
        await DrainedAsync(agent);
        var stoodIn = Assert.Single(Of(simulation, "journal-renewed"));
        Assert.Equal(("not-writable", null, false), ((string?)stoodIn["data"]!["reason"], (string?)stoodIn["data"]!["formerEpoch"], (bool?)stoodIn["data"]!["complete"]));
        Assert.Equal(0, await agent.StopAsync());

        await RunAsync("chown", "-R", Nobody.ToString(CultureInfo.InvariantCulture), agent.State);
        await agent.StartAsync(("RUNTIME_DIRECTORY", run));
        await WarnsAsync(agent, Code, yes: false);
        await WarnsAsync(agent, "words-in-doubt", yes: false);
        await DrainedAsync(agent);
        CheckOnce(agent, simulation, stoodIn);
    }

    /// <summary>Central holds every number of both journals, of the store's own exactly what is in it, and was told that it is back.</summary>
    private static void CheckOnce(AgentProcess agent, Simulation simulation, JsonNode stoodIn)
    {
        var held = simulation.Held();
        var journals = held.GroupBy(h => h.Epoch).ToDictionary(g => g.Key, g => g.ToList());
        Assert.Equal(2, journals.Count);
        foreach (var journal in journals.Values) Assert.Equal(Enumerable.Range(1, journal.Count).Select(n => (long)n), journal.Select(h => h.Seq));
        var meanwhile = (string)stoodIn["epoch"]!;
        var own = journals.Single(j => j.Key != meanwhile).Value;
        var kept = agent.Kept();
        Assert.Equal(kept.Take(own.Count).Select(k => $"storeedge.{k.Type}.v1"), own.Select(h => (string?)JsonNode.Parse(h.Envelope)!["type"]));
        Assert.InRange(own.Count, kept.Count - 5, kept.Count);
        var returned = Assert.Single(Of(simulation, "journal-renewed"), e => (string?)e["data"]!["reason"] == "returned");
        Assert.Equal((meanwhile, journals[meanwhile].Count), ((string?)returned["data"]!["formerEpoch"], (int)returned["data"]!["formerLastSeq"]!));
        Assert.True((bool?)returned["data"]!["complete"]);
    }

    private static List<JsonNode> Of(Simulation simulation, string type) =>
        [.. simulation.Held().Select(h => JsonNode.Parse(h.Envelope)!).Where(e => (string?)e["type"] == $"storeedge.{type}.v1")];

    private static string? Epoch(Simulation simulation) => (string?)Of(simulation, "journal-renewed").FirstOrDefault()?["epoch"];

    private static void Configure(JsonObject configuration)
    {
        AgentProcess.EnrolFromFile(configuration);
        AgentProcess.DrainAtOnce(configuration);
        configuration["presence"] = new JsonObject { ["silenceMinimum"] = "4s", ["silenceUnlearned"] = "4s", ["silenceMaximum"] = "5s", ["reentryGrace"] = "0s", ["blindHold"] = "0s" };
    }

    /// <summary>Somebody comes in and is shown something, and their display is empty again after they left.</summary>
    private static async Task VisitAsync(AgentProcess agent, string sockets)
    {
        await using (await Visitor.ComesInAsync(Path.Combine(sockets, "door-in.sock")))
            await Eventually.Get(() => ShowingAsync(agent), showing => showing is not null, "a showing on the entrance display");
        await Eventually.Get(() => ShowingAsync(agent), showing => showing is null, "an empty display");
    }

    private static async Task<string?> ShowingAsync(AgentProcess agent) =>
        (await agent.StatusAsync())["displays"]!.AsArray().Single(d => (string?)d!["id"] == "entrance")!["showing"]?.GetValue<string>();

    private static Task<long> DrainedAsync(AgentProcess agent) => Eventually.Get(
        async () => (await agent.StatusAsync())["outbox"]!["pending"]!.GetValue<long>(), pending => pending == 0, "an empty outbox");

    private static async Task<string> WarnsAsync(AgentProcess agent, string code, bool yes)
    {
        var checks = await Eventually.Get(
            async () =>
            {
                try
                {
                    return (await agent.StatusAsync())["checks"]!;
                }
                catch (HttpRequestException)
                {
                    // It runs its rooms anew.
                    return new JsonArray();
                }
            },
            checks => checks.AsArray().Count > 0 && checks.AsArray().Any(c => (string?)c!["code"] == code) == yes, yes ? $"the warning {code}" : $"no {code} any more");
        return checks.AsArray().FirstOrDefault(c => (string?)c!["code"] == code)?.ToJsonString() ?? "";
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}

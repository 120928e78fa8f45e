using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using StoreEdge.Core.Sightings;

namespace StoreEdge.SystemTests.Store;

/// <summary>A complaint from the field: what the live store said must come out again when its recording is replayed.</summary>
public sealed class RecordAndReplay
{
    private static readonly string[] Told = ["arrival", "zone", "dwell", "departure"];
    private static readonly string[] Radios = ["door-out", "door-in", "shoes", "outdoor"];

    // The agent looks four times a second whether somebody is silent, a replay ten times; an event is journaled a moment after it happened; and where both cores are taken the agent's looks come late, which a
    // replay's never do (0.88 s beside another row of tests). It is to find an event's other half, not to judge how fast the agent was.
    private const double ToleranceSeconds = 2;

    [Fact]
    public async Task A_replayed_recording_tells_what_the_live_store_told()
    {
        await using var broker = await Broker.StartedAsync();
        await using var agent = new AgentProcess(broker.Port);
        await using var simulation = new Simulation(agent, broker.Port);
        await agent.StartAsync();
        var output = Path.Combine(agent.Directory, "complaint.btsnoop");
        var log = Path.Combine(agent.Directory, "record.log");
        using var record = Checkout.Start(Checkout.Agent, log, ["record", "--config", agent.ConfigurationFile, "--out", output, "--seconds", "300"]);
        await Eventually.Get(() => Task.FromResult(agent.Log), l => Radios.All(r => l.Contains($"taps receiver {r}", StringComparison.Ordinal)), "four taps");
        await simulation.ResultOf(simulation.Run(Scenario(agent.Directory), seconds: 40, drain: 2), TimeSpan.FromSeconds(120));
        Assert.DoesNotContain((await agent.StatusAsync())["checks"]!.AsArray(), c => ((string)c!["code"]!).StartsWith("strangers-recorded", StringComparison.Ordinal));
        await InterruptAsync(record);
        var summary = await File.ReadAllTextAsync(log);
        Assert.True(record.ExitCode == 0, summary);
        Assert.Equal(4, summary.Split("ended: as asked").Length - 1);

        var files = Radios.ToDictionary(r => r, r => Path.Combine(agent.Directory, $"complaint.{r}.btsnoop"));
        var (from, to) = files.Values.Select(Ends).Aggregate((a, b) => (Math.Min(a.First, b.First), Math.Max(a.Last, b.Last)));
        // The line that the summary prints, as a technician would paste it.
        var line = summary.Split('\n').Single(l => l.StartsWith("To play it: ", StringComparison.Ordinal))["To play it: storeedge ".Length..];
        var (code, lines, error) = await AgentProcess.CommandAsync(null, line.Split(' '));
        Assert.True(code == 0 && error.Length == 0, error);
        var replayed = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)
            .Select(e => Line((string)e["event"]!, e, from + (double)e["t"]!)).ToList();
        var (_, journal, _) = await agent.RunAsync(null, "journal", "export", "--directory", agent.State);
        var live = journal.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)
            .Select(e => (Type: ((string)e["type"]!).Split('.')[1], Data: e["data"]!, At: DateTimeOffset.Parse((string)e["time"]!, CultureInfo.InvariantCulture)))
            .Where(e => Told.Contains(e.Type)).Select(e => Line(e.Type, e.Data, (e.At - DateTimeOffset.UnixEpoch).TotalSeconds)).Where(e => e.At < to).ToList();

        Assert.True(live.Count >= 10, $"only {live.Count} events happened");
        var missing = live.Where(l => !replayed.Any(r => r.Words == l.Words && Math.Abs(r.At - l.At) <= ToleranceSeconds)).ToList();
        var invented = replayed.Where(r => !live.Any(l => r.Words == l.Words && Math.Abs(r.At - l.At) <= ToleranceSeconds)).ToList();
        Assert.True(missing.Count == 0 && invented.Count == 0, $"of {live.Count} live and {replayed.Count} replayed events missing: {string.Join("; ", missing)}; invented: {string.Join("; ", invented)}");
    }

    [WiresharkFact]
    public async Task Wireshark_opens_a_recording_and_finds_every_report_in_it()
    {
        var directory = Directory.CreateTempSubdirectory("storeedge-record-").FullName;
        try
        {
            var (original, copy) = (Path.Combine(directory, "original.btsnoop"), Path.Combine(directory, "copy.btsnoop"));
            await File.WriteAllBytesAsync(original, [.. Visitor.Header(), .. Visitor.Record(0xC0), .. Visitor.Record(0xC8)]);
            var (code, output, error) = await AgentProcess.CommandAsync(
                null, "record", "--source", $"btsnoop:{original}", "--receiver", "till", "--out", copy, "--seconds", "2", "--all", "--i-confirm-strangers");
            Assert.True(code == 0, output + error);
            var fields = await OutputOf("tshark", "-r", copy, "-Y", "bthci_evt.le_meta_subevent == 0x02", "-T", "fields", "-e", "bthci_evt.bd_addr", "-e", "bthci_evt.rssi");
            Assert.Equal(["c6:55:44:33:22:11\t-64", "c6:55:44:33:22:11\t-56"], fields.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains("btsnoop", await OutputOf("capinfos", "-t", copy), StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Everybody_is_recorded_only_when_a_technician_confirms_it_and_the_store_says_so()
    {
        await using var agent = new AgentProcess(null);
        await agent.StartAsync();
        var output = Path.Combine(agent.Directory, "all.btsnoop");
        string[] asked = ["record", "--config", agent.ConfigurationFile, "--out", output, "--receiver", "door-in", "--all"];
        var (code, _, error) = await AgentProcess.CommandAsync("", asked);
        Assert.Equal(2, code);
        Assert.Contains("--i-confirm-strangers", error, StringComparison.Ordinal);
        Assert.False(File.Exists(output));

        var log = Path.Combine(agent.Directory, "record.log");
        using var record = Checkout.Start(Checkout.Agent, log, [.. asked, "--i-confirm-strangers"]);
        await Eventually.Get(agent.StatusAsync, s => s["checks"]!.AsArray().Any(c => (string)c!["code"]! == "strangers-recorded:door-in"), "the warning");
        await InterruptAsync(record);
        await Eventually.Get(agent.StatusAsync, s => !s["checks"]!.AsArray().Any(c => ((string)c!["code"]!).StartsWith("strangers-recorded", StringComparison.Ordinal)), "the end of the warning");
        Assert.Contains("strangers-recorded:door-in", agent.Log, StringComparison.Ordinal);
    }

    /// <summary>The default shop without phones: what the portal says is in no recording.</summary>
    private static string Scenario(string directory)
    {
        var scenario = JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "src/StoreEdge.Simulator/Scenarios/default.json")), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!;
        var groups = scenario["population"]!.AsArray();
        foreach (var withPhone in groups.Where(g => g!["portal"] is not null).ToList()) groups.Remove(withPhone);
        var file = Path.Combine(directory, "without-phones.json");
        File.WriteAllText(file, scenario.ToJsonString());
        return file;
    }

    private static (double At, string Words) Line(string type, JsonNode data, double at) => (at, $"{type} {data["subject"]} {data["zone"]} {data["from"]} {data["reason"]} {data["returned"]}");

    /// <summary>First and last time stamp, in seconds since the Unix epoch.</summary>
    private static (double First, double Last) Ends(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var (first, last) = (double.NaN, double.NaN);
        for (var at = 16; at + 24 <= bytes.Length; at += 24 + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 4)))
        {
            last = (BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at + 16)) - Btsnoop.UnixEpoch) / 1e6;
            if (double.IsNaN(first)) first = last;
        }

        return (first, last);
    }

    private static async Task InterruptAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(patience.Token);
    }

    private static async Task<string> OutputOf(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }
}

/// <summary>A fact that needs Wireshark's command line (Debian: tshark), skipped with the reason where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WiresharkFactAttribute : FactAttribute
{
    public WiresharkFactAttribute()
    {
        if (!new[] { "tshark", "capinfos" }.All(p => File.Exists($"/usr/bin/{p}"))) Skip = "tshark is not installed (apt-get install tshark)";
    }
}

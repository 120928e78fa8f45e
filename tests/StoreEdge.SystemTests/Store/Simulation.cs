using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace StoreEdge.SystemTests.Store;

/// <summary>The simulator beside an agent: its shoppers, its phones and its journey service.</summary>
internal sealed class Simulation(AgentProcess agent, int mqttPort) : IAsyncDisposable
{
    private static readonly string[] Receivers = ["door-out", "door-in", "shoes", "outdoor"];
    private readonly List<Process> running = [];

    public string Database => Path.Combine(agent.Directory, "journey.db");

    public string Result => Path.Combine(agent.Directory, "result.json");

    public string LogFile => Path.Combine(agent.Directory, "simulator.log");

    /// <summary>Customers, radio, phones and the journey service, for a while.</summary>
    public Process Run(string scenario, int seconds, int seed = 1, int drain = 20) => Start(
    [
        "run", "--scenario", scenario, "--seed", Text(seed), "--seconds", Text(seconds), "--drain", Text(drain),
        .. Receivers.SelectMany(r => new[] { "--receiver", $"{r}=unix:{agent.Sockets}/{r}.sock" }),
        "--portal", new Uri(agent.Url, "/portal").ToString(), "--mqtt", $"127.0.0.1:{mqttPort}", "--store", "demo-store", "--pseudonym-key", agent.KeyFile,
        "--database", Database, "--json", Result,
    ]);

    /// <summary>The journey service alone.</summary>
    public Process Journey() => Start(["journey", "--mqtt", $"127.0.0.1:{mqttPort}", "--database", Database]);

    /// <summary>Waits for a run to end, and reads what it found.</summary>
    public async Task<JsonNode> ResultOf(Process run, TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        await run.WaitForExitAsync(patience.Token);
        Assert.True(run.ExitCode == 0, $"the simulator ended with {run.ExitCode}:\n{await File.ReadAllTextAsync(LogFile)}");
        return JsonNode.Parse(await File.ReadAllTextAsync(Result))!;
    }

    /// <summary>What the journey service holds, in order: epoch, number and envelope of each event.</summary>
    public IReadOnlyList<(string Epoch, long Seq, string Envelope)> Held()
    {
        if (!File.Exists(Database)) return [];
        using var database = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=false");
        database.Open();
        using var command = database.CreateCommand();
        // The file is there a moment before its table.
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'event'";
        if ((long)command.ExecuteScalar()! == 0) return [];
        command.CommandText = "SELECT epoch, seq, CAST(envelope AS TEXT) FROM event ORDER BY epoch, seq";
        using var rows = command.ExecuteReader();
        var held = new List<(string, long, string)>();
        while (rows.Read()) held.Add((rows.GetString(0), rows.GetInt64(1), rows.GetString(2)));
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in running)
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private Process Start(IEnumerable<string> arguments)
    {
        var process = Checkout.Start(Checkout.Simulator, LogFile, arguments);
        running.Add(process);
        return process;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

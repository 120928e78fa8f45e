using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Gate;

namespace StoreEdge.SystemTests.Store;

/// <summary>The real agent in a directory of its own: started, asked over HTTP, stopped with SIGTERM or killed with SIGKILL, started again on the same state.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private Process? process;

    private readonly string program;

    private readonly NetworkNamespace? inside;

    /// <param name="mqttPort">Of a broker on this machine; null for a store without one.</param>
    /// <param name="configure">Changes the demo's configuration.</param>
    /// <param name="program">Another build than the one beside these tests.</param>
    /// <param name="inside">The network that it runs in; null for this machine's own.</param>
    public AgentProcess(int? mqttPort, Action<JsonObject>? configure = null, string? program = null, NetworkNamespace? inside = null)
    {
        this.program = program ?? Checkout.Agent;
        this.inside = inside;
        Directory = System.IO.Directory.CreateTempSubdirectory("storeedge-agent-").FullName;
        Port = Checkout.FreePort();
        Url = new Uri($"http://127.0.0.1:{Port}");
        File.WriteAllText(KeyFile, "1:" + string.Concat(Enumerable.Repeat("5e", 32)));
        var configuration = JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "deploy/demo/storeedge.json")), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip })!.AsObject();
        configuration["state"] = new JsonObject { ["directory"] = State };
        configuration["http"] = new JsonObject { ["listen"] = $"127.0.0.1:{Port}" };
        configuration["enrolment"] = new JsonObject { ["pseudonymKeyFile"] = KeyFile };
        configuration["bundle"]!["file"] = Path.Combine(Checkout.Root, "deploy/examples/bundle.json");
        if (mqttPort is { } port) configuration["mqtt"]!["port"] = port;
        else configuration.Remove("mqtt");
        configure?.Invoke(configuration);
        File.WriteAllText(ConfigurationFile, configuration.ToJsonString());
        Http = inside?.Http() ?? new() { Timeout = TimeSpan.FromSeconds(30) };
        Http.BaseAddress = Url;
    }

    /// <summary>The user as whom it is started, with no privilege; null for the one that runs the tests. Only root may set it.</summary>
    public int? User { get; set; }

    public string Directory { get; }

    public string State => Path.Combine(Directory, "state");

    public string Sockets => Path.Combine(State, "radio");

    public string KeyFile => Path.Combine(Directory, "pseudonym.key");

    public string ConfigurationFile => Path.Combine(Directory, "storeedge.json");

    public string LogFile => Path.Combine(Directory, "agent.log");

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    public int Port { get; }

    public Uri Url { get; }

    public HttpClient Http { get; }

    public int ProcessId => process?.Id ?? throw new InvalidOperationException("the agent does not run");

    /// <summary>Enrols <see cref="Visitor"/> from a file, where no central sends a list.</summary>
    public static void EnrolFromFile(JsonObject configuration)
    {
        var file = Path.Combine((string)configuration["state"]!["directory"]!, "..", "enrolment.json");
        File.WriteAllText(file, $$"""{ "version": 1, "entries": [ { "customer": "C-42", "role": "customer", "loyaltyNumber": "4242", "beacons": ["{{Visitor.Beacon}}"] } ] }""");
        configuration["enrolment"]!["file"] = file;
    }

    /// <summary>Sends a backlog as fast as central takes it: the pace of a fleet would only make a test wait.</summary>
    public static void DrainAtOnce(JsonObject configuration) => configuration["outbox"] = new JsonObject { ["drainPerSecond"] = 100_000 };

    /// <summary>Starts the agent and waits until it says that it is ready.</summary>
    /// <param name="environment">Beside what this process has.</param>
    public Task StartAsync(params (string Name, string Value)[] environment) => StartAsync("200 ", [], environment);

    /// <summary>As above, with more words on its command line, and until its answer to whether it is ready begins so.</summary>
    public Task StartAsync(string until, params string[] arguments) => StartAsync(until, arguments, []);

    /// <summary>Waits until it says that it is ready.</summary>
    public Task<string> ReadyAsync() => AnswersAsync("200 ");

    /// <summary>As above, with both.</summary>
    public async Task StartAsync(string until, string[] arguments, (string Name, string Value)[] environment)
    {
        IReadOnlyList<string> drop = User is { } user ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"] : [];
        IReadOnlyList<string> command = [.. inside?.Prefix ?? [], .. drop, program, "run", "--config", ConfigurationFile, .. arguments];
        process = Checkout.Start(command[0], LogFile, command.Skip(1), environment);
        await AnswersAsync(until);
    }

    private Task<string> AnswersAsync(string until) => Eventually.Get(
        async () =>
        {
            if (process!.HasExited) Assert.Fail($"the agent ended with {process.ExitCode}:\n{Log}");
            try
            {
                using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            }
            catch (HttpRequestException refused)
            {
                return refused.Message;
            }
        },
        answer => answer.StartsWith(until, StringComparison.Ordinal), $"an agent that answers {until}", TimeSpan.FromSeconds(60));

    /// <summary>SIGKILL: no chance to tidy up.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>SIGTERM, as systemd does it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process!.WaitForExitAsync(patience.Token);
        var code = process.ExitCode;
        process.Dispose();
        process = null;
        return code;
    }

    /// <summary>The technician's data.</summary>
    public async Task<JsonNode> StatusAsync() => JsonNode.Parse(await Http.GetStringAsync(new Uri("/diagnostics/status.json", UriKind.Relative)))!;

    /// <summary>Runs another subcommand to its end.</summary>
    public static Task<(int Code, string Output, string Error)> CommandAsync(string? input, params string[] arguments) => CommandOfAsync([Checkout.Agent, .. arguments], input);

    /// <summary>As <see cref="CommandAsync"/>, of this agent's own build and in its network.</summary>
    public Task<(int Code, string Output, string Error)> RunAsync(string? input, params string[] arguments) => CommandOfAsync([.. inside?.Prefix ?? [], program, .. arguments], input);

    private static async Task<(int Code, string Output, string Error)> CommandOfAsync(string[] line, string? input)
    {
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var command = Process.Start(start)!;
        var (output, error) = (command.StandardOutput.ReadToEndAsync(), command.StandardError.ReadToEndAsync());
        if (input is not null) await command.StandardInput.WriteAsync(input);
        command.StandardInput.Close();
        await command.WaitForExitAsync();
        return (command.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (process is not null) await KillAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

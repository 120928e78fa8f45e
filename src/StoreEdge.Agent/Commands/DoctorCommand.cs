using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Agent.Commands;

/// <summary>
/// <c>storeedge doctor</c>: the technician's page in a terminal. Asks the running agent; where none answers, looks at what keeps it from starting.
/// </summary>
internal static class DoctorCommand
{
    private const string StandardAgent = "http://127.0.0.1:8480";

    /// <summary>Where a terminal says its language, in the order in which gettext looks.</summary>
    private static readonly string[] LanguageVariables = ["LC_ALL", "LC_MESSAGES", "LANG"];

    /// <summary>The page answers within milliseconds; an agent that needs seconds is not well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var configuration = new ConfigurationArguments();
        var url = new Option<Uri?>("--url")
        {
            Description = $"The agent to ask, such as {StandardAgent}. Default: where the configuration lets this machine's agent listen.",
            HelpName = "URL",
            CustomParser = ParseAgent,
        };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON, as /diagnostics/status.json gives it." };
        var command = new Command("doctor", "Tell what works, what does not, and what to do next. Exit code 0: all is well, 1: something to look at, 2: a part does not work.") { url, json };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var tongue = Spoken();
            var report = parsed.GetValue(url) is { } given
                ? await ElsewhereAsync(given, tongue, stop).ConfigureAwait(false)
                : await ThisMachineAsync(configuration.Read(parsed), tongue, stop).ConfigureAwait(false);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) await output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.StatusReport)).ConfigureAwait(false);
            else new ReportPrinter(output, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "").Print(report);
            return ExitCode(report);
        });
        return command;
    }

    private static Uri? ParseAgent(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var agent) && agent.Scheme is "http" or "https") return agent;
        argument.AddError($"--url {text}: an address such as {StandardAgent} is needed");
        return null;
    }

    internal static int ExitCode(StatusReport report) => report.Verdict switch { "ok" => 0, "degraded" => 1, _ => 2 };

    /// <summary>Of an agent elsewhere nothing is known but its answer.</summary>
    private static async Task<StatusReport> ElsewhereAsync(Uri agent, Tongue tongue, CancellationToken stop)
    {
        var (answer, why) = await AskAsync(agent, tongue, stop).ConfigureAwait(false);
        return answer ?? Offline([OfflineChecks.Silent(agent, why)], tongue);
    }

    private static async Task<StatusReport> ThisMachineAsync(ConfigurationLayers layers, Tongue tongue, CancellationToken stop)
    {
        // An agent may still run with the configuration as it was before it was broken; it is asked where this one says, or where agents usually listen.
        List<ConfigurationError> faults = [.. layers.Errors];
        var top = Configuration.ConfigurationSection.Top(layers, faults);
        var agent = IPEndPoint.TryParse(top.Section("http").Text("listen") ?? "", out var listen) ? AddressOf(listen) : new Uri(StandardAgent);
        var state = top.Section("state").File("directory") ?? "/var/lib/storeedge";
        var radios = AdapterChecks.Wanted(top);
        IReadOnlyList<string> errors = [.. faults.Select(e => e.ToString())];

        var (answer, why) = await AskAsync(agent, tongue, stop).ConfigureAwait(false);
        if (answer is not null) return answer;
        var offline = new OfflineChecks(state);
        var clock = new TrustedClock(TimeProvider.System, KernelClock.IsSynchronized, BuildTime.Value, state, KernelClock.ReadBootId());
        var machine = new MachineChecks(state, clockSynchronised: () => clock.IsSynchronized, clockAtLeast: () => clock.LowerBound);
        return Offline([OfflineChecks.Silent(agent, why), OfflineChecks.Configuration(layers.Sources, errors), offline.Writable(), offline.Database(), offline.Quarantined(), AdapterChecks.Look(radios, TimeProvider.System, stop), .. machine.Look()], tongue);
    }

    private static StatusReport Offline(IReadOnlyList<HealthCheck> checks, Tongue tongue) => OfflineChecks.Report(checks, tongue, TimeProvider.System.GetUtcNow());

    private static async Task<(StatusReport? Answer, string Why)> AskAsync(Uri agent, Tongue tongue, CancellationToken stop)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            var address = new Uri(agent, $"/diagnostics/status.json?lang={(tongue == Tongue.Portuguese ? "pt-BR" : "en")}");
            var json = await client.GetByteArrayAsync(address, stop).ConfigureAwait(false);
            return (JsonSerializer.Deserialize(json, ReportJson.Default.StatusReport), "the answer is empty");
        }
        catch (HttpRequestException fault)
        {
            return (null, fault.Message);
        }
        catch (JsonException)
        {
            return (null, "what answers there is no StoreEdge agent of this version");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"nothing within {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>An agent that listens everywhere is asked on this machine's own address.</summary>
    private static Uri AddressOf(IPEndPoint listen)
    {
        var address = IPAddress.Any.Equals(listen.Address) ? IPAddress.Loopback : IPAddress.IPv6Any.Equals(listen.Address) ? IPAddress.IPv6Loopback : listen.Address;
        return new($"http://{new IPEndPoint(address, listen.Port)}");
    }

    /// <summary>The terminal's language.</summary>
    private static Tongue Spoken()
    {
        var language = LanguageVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        return language is not null && language.StartsWith("pt", StringComparison.OrdinalIgnoreCase) ? Tongue.Portuguese : Tongue.English;
    }
}

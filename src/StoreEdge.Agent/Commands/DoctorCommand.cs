using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Commands;

/// <summary>
/// <c>storeedge doctor</c>: the technician's page in a terminal. Asks the running agent; where none answers, looks at everything that keeps it from starting, the way to the broker included.
/// </summary>
internal static class DoctorCommand
{
    private const string StandardAgent = "http://127.0.0.1:8480";

    /// <summary>Where a terminal says its language, in the order in which gettext looks.</summary>
    private static readonly string[] LanguageVariables = ["LC_ALL", "LC_MESSAGES", "LANG"];

    /// <summary>The page answers within milliseconds; an agent that needs seconds is not well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(TimeProvider time)
    {
        var configuration = new ConfigurationArguments();
        var url = new Option<Uri?>("--url")
        {
            Description = $"The agent to ask, such as {StandardAgent}. Default: where the configuration lets this machine's agent listen.",
            HelpName = "URL",
            CustomParser = ParseAgent,
        };
        var json = new Option<string?>("--json")
        {
            Description = "The report as JSON, as /diagnostics/status.json gives it: to the terminal, or into a file, which is replaced as a whole.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var quiet = new Option<bool>("--quiet") { Description = "Print nothing; the exit code, and the file of --json, say it. For a timer." };
        var command = new Command("doctor", "Tell what works, what does not, and what to do next, within half a minute. Exit code 0: all is well, 1: something to look at, 2: a part does not work.") { url, json, quiet };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (tongue, since) = (Spoken(), Instant.Now(time));
            var output = parsed.GetValue(quiet) ? TextWriter.Null : parsed.InvocationConfiguration.Output;
            var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
            var asJson = parsed.GetResult(json) is { Implicit: false };
            var file = parsed.GetValue(json);
            using var progress = new DoctorProgress(isTerminal && (!asJson || file is not null) ? output : TextWriter.Null, tongue);
            var report = parsed.GetValue(url) is { } given
                ? await ElsewhereAsync(given, tongue, time, stop).ConfigureAwait(false)
                : await ThisMachineAsync(configuration.ReadInForce(parsed), tongue, new(progress.Looks, time), time, stop).ConfigureAwait(false);
            report = report with { TookSeconds = Math.Round((Instant.Now(time) - since).TotalSeconds, 1) };
            progress.Over();
            return await WriteAsync(report, output, isTerminal, asJson, file, parsed.InvocationConfiguration.Error).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> WriteAsync(StatusReport report, TextWriter output, bool isTerminal, bool asJson, string? file, TextWriter error)
    {
        if (asJson)
        {
            var text = JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.StatusReport);
            if (file is null)
            {
                await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(text)).ConfigureAwait(false);
                return ExitCode(report);
            }

            try
            {
                DurableFile.Replace(Path.GetFullPath(file), text);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"{file} cannot be written: {fault.Message}").ConfigureAwait(false);
                return 2;
            }
        }

        new ReportPrinter(output, isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "").Print(report);
        return ExitCode(report);
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
    private static async Task<StatusReport> ElsewhereAsync(Uri agent, Tongue tongue, TimeProvider time, CancellationToken stop)
    {
        var (answer, why) = await AskAsync(agent, tongue, stop).ConfigureAwait(false);
        return answer ?? OfflineChecks.Report([OfflineChecks.Silent(agent, why)], tongue, time.GetUtcNow());
    }

    /// <summary>The report of this machine, whether or not its agent runs.</summary>
    internal static async Task<StatusReport> ThisMachineAsync(ConfigurationInForce configuration, Tongue tongue, DoctorRounds rounds, TimeProvider time, CancellationToken stop)
    {
        // An agent may still run with the configuration as it was before it was broken; it is asked where this one says, or where agents usually listen.
        var store = DoctorView.Of(configuration);
        var agent = store.Http is { } listen ? AddressOf(listen) : new Uri(StandardAgent);
        var (answer, why) = await AskAsync(agent, tongue, stop).ConfigureAwait(false);
        if (answer is not null) return WithOwn(answer, await rounds.MakeAsync(store.BesideAgent(time), stop).ConfigureAwait(false), tongue);
        var found = await rounds.MakeAsync(store.WithoutAgent(time), stop).ConfigureAwait(false);
        return OfflineChecks.Report([OfflineChecks.Silent(agent, why), .. found], tongue, time.GetUtcNow());
    }

    /// <summary>The agent's answer, with what this process found beside it.</summary>
    private static StatusReport WithOwn(StatusReport answer, List<HealthCheck> own, Tongue tongue)
    {
        // The agent looked at its journal when it opened it; what this process has just read of the same file is newer.
        var newer = own.Any(c => c is { Code: JournalChecks.FileCode, Verdict: not CheckVerdict.Unknown });
        answer = answer with { Checks = [.. answer.Checks.Where(c => !newer || c.Code != JournalChecks.FileCode)] };
        var known = answer.Checks.Select(c => c.Code).ToHashSet(StringComparer.Ordinal);
        CheckView[] checks = [.. answer.Checks, .. own.Where(c => !known.Contains(c.Code)).Select(c => Checkup.View(c, tongue))];
        var (verdict, summary) = Checkup.Conclude(checks.Count(c => c.Verdict == Checkup.Word(CheckVerdict.Fail)), checks.Count(c => c.Verdict == Checkup.Word(CheckVerdict.Warn)));
        return answer with { Verdict = verdict, Summary = summary.In(tongue), Checks = [.. checks.OrderBy(c => Checkup.Rank(Checkup.Verdict(c.Verdict)))] };
    }

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

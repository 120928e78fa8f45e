using System.CommandLine;
using System.Globalization;
using System.Net;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;
using StoreEdge.Core;
using StoreEdge.Linux.Systemd;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge run</c>: the service itself, and safe mode where it cannot run.</summary>
internal static class RunCommand
{
    private const string Auto = "auto", On = "on", Off = "off";

    /// <summary>A part that fails sooner than this fails again at the next start; later, a clean start is the better remedy.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static readonly IPEndPoint Standard = new(IPAddress.Loopback, 8480);

    public static Command Create()
    {
        var configuration = new ConfigurationArguments();
        var safeMode = new Option<string>("--safe-mode")
        {
            Description = "Where the store cannot run: serve /diagnostics with the reasons until it can (on), or end with an exit code (off). Default: on under systemd.",
            HelpName = "auto|on|off",
            DefaultValueFactory = _ => Auto,
        };
        safeMode.AcceptOnlyFromAmong(Auto, On, Off);
        var command = new Command("run", "Run the store until told to stop (Ctrl-C, SIGTERM). Exit code 2 when the configuration is wrong, 1 when a part failed for good; under systemd it serves the reasons instead.") { safeMode };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var systemd = ServiceNotifier.FromEnvironment();
            var isSafe = parsed.GetValue(safeMode) switch { On => true, Off => false, _ => systemd.IsPresent };
            var (said, time) = ("", TimeProvider.System);
            while (true)
            {
                var attempt = await TryAsync(configuration, parsed, time, stop).ConfigureAwait(false);
                if (attempt.Lines.Count > 0 && string.Join('\n', attempt.Lines) is var lines && lines != said)
                    await parsed.InvocationConfiguration.Error.WriteLineAsync(said = lines).ConfigureAwait(false);
                if (!isSafe || attempt.Findings.Count == 0 || stop.IsCancellationRequested) return attempt.Code;
                try
                {
                    var layers = configuration.Read(parsed);
                    var view = DoctorView.Of(layers);
                    var mode = new SafeMode(
                        view.Http ?? SafeMode.LastListened(view.StateDirectory) ?? Standard, () => Fingerprint(configuration.FileOf(parsed) ?? ConfigurationLayers.DefaultFile),
                        (findings, tongue) => OfflineChecks.Report(findings, tongue, time.GetUtcNow()), systemd, time);
                    if (!await mode.ServeAsync(attempt.Findings, attempt.Again, stop).ConfigureAwait(false)) return 0;
                }
                catch (IOException)
                {
                    // Somebody else has the port: the reason was printed, and systemd starts it again.
                    return attempt.Code;
                }

                // A part that failed is run again by a new process, with a clean memory.
                if (attempt.IsProcessSpent) return attempt.Code;
            }
        });
        return command;
    }

    /// <summary>One run of the store.</summary>
    /// <param name="Code">The exit code.</param>
    /// <param name="Lines">What is to be printed.</param>
    /// <param name="Findings">Why it did not run; none where safe mode is no help.</param>
    /// <param name="Again">When to try again though nothing changed; null: not.</param>
    /// <param name="IsProcessSpent">Whether this process should not try again.</param>
    private sealed record Attempt(int Code, IReadOnlyList<string> Lines, IReadOnlyList<HealthCheck> Findings, TimeSpan? Again = null, bool IsProcessSpent = false);

    private static async Task<Attempt> TryAsync(ConfigurationArguments configuration, ParseResult parsed, TimeProvider time, CancellationToken stop)
    {
        var since = Instant.Now(time);
        try
        {
            var code = await new StoreRuns(desired => configuration.Read(parsed, desired), time).RunAsync(stop).ConfigureAwait(false);
            return code == 0 || Instant.Now(time) - since > Soon ? new(code, [], []) : new(code, [], SafeMode.Findings("A part of the store failed soon after the start; its log says which and why.", null), SafeMode.TryAgain, IsProcessSpent: true);
        }
        catch (ConfigurationException fault)
        {
            // A file that it names may be put in place without a word of it changing.
            return new(2, [.. fault.Errors.Select(e => e.ToString())], SafeMode.Findings(fault), SafeMode.TryAgain);
        }
        catch (JournalFault fault)
        {
            return new(1, [fault.Message], SafeMode.Findings(fault.What, fault.Remedy), SafeMode.TryAgain);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // A port that is taken, a directory that may not be written, a file of ours that was cut: for a person, not for a programmer.
            return new(1, [$"The store cannot start: {fault.Message}"], SafeMode.Findings(fault.Message, null), SafeMode.TryAgain);
        }
    }

    /// <summary>Changes when a file of the configuration does.</summary>
    private static string Fingerprint(string main)
    {
        var parts = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(main))!, "conf.d");
        IEnumerable<string> files = Directory.Exists(parts) ? Directory.GetFiles(parts, "*.json").Order(StringComparer.Ordinal).Prepend(main) : [main];
        return string.Join('\n', files.Select(f => new FileInfo(f)).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.FullName} {(f.Exists ? f.Length : -1)} {f.LastWriteTimeUtc.Ticks}")));
    }
}

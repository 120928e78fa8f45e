using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Support;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge support-bundle</c>: one archive for whoever helps from afar, with nobody named in it.</summary>
internal static class SupportBundleCommand
{
    public static Command Create(TimeProvider time)
    {
        var configuration = new ConfigurationArguments();
        var file = new Option<string?>("--out") { Description = "Where to write it. Default: storeedge-support-STORE-DATE.tar.gz here.", HelpName = "FILE" };
        var log = new Option<string?>("--log") { Description = "A file with the service's log, where systemd's journal has none.", HelpName = "FILE" };
        var command = new Command(
            "support-bundle",
            "Write an archive (tar.gz, at most 5 MB) with what whoever helps asks for first: the doctor's report, configuration, versions, unit, log, counts of the journal, messages of the kernel. "
            + "Addresses, names, numbers, keys and passwords are taken out; manifest.json in it says what is there and why. Run it with sudo, or it lacks what only root may read.") { file, log };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (inForce, output, error) = (configuration.ReadInForce(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var (store, layers) = (DoctorView.Of(inForce), inForce.Layers);
            var target = Path.GetFullPath(parsed.GetValue(file) ?? string.Create(CultureInfo.InvariantCulture, $"storeedge-support-{(store.StoreId.Length > 0 ? store.StoreId : "store")}-{time.GetUtcNow():yyyyMMdd-HHmm}.tar.gz"));
            var bundle = new SupportBundle(Parts(inForce, store, parsed.GetValue(log), time), RedactorOf(layers, store), time);
            try
            {
                BundleManifest manifest;
                await using (var written = new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                    manifest = await bundle.WriteAsync(written, stop).ConfigureAwait(false);
                foreach (var entry in manifest.Files)
                    await output.WriteLineAsync($"  {entry.File,-22} {Spans.OfBytes(entry.Bytes),8}  {(entry.Fault is { } fault ? $"could not be read: {fault}" : entry.What)}{(entry.Cut ? " (the newest part)" : "")}").ConfigureAwait(false);
                await output.WriteLineAsync($"{target}: {Spans.OfBytes(new FileInfo(target).Length)}, {manifest.TakenOut.Values.Sum()} names, addresses and secrets taken out.").ConfigureAwait(false);
                return manifest.Files.Any(f => f.Fault is not null) ? 1 : 0;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"{target} cannot be written: {fault.Message}").ConfigureAwait(false);
                return 2;
            }
        });
        return command;
    }

    /// <summary>What is secret here by name, beside what is by its shape.</summary>
    private static Redactor RedactorOf(ConfigurationLayers layers, DoctorView store)
    {
        string Full(string path) => Path.IsPathRooted(path) ? path : Path.GetFullPath(path, Path.GetDirectoryName(layers.Sources.LastOrDefault(File.Exists) is { } source ? Path.GetFullPath(source) : "/")!);
        var enrolment = layers.Root["enrolment"]?["file"]?.ToString();
        List<string> lists = [Path.Combine(store.StateDirectory, "enrolment.last-good.json")];
        if (enrolment is not null) lists.Add(Full(enrolment));
        List<string> secrets = [Path.Combine(store.StateDirectory, "portal.key"), .. EffectiveConfiguration.SecretFiles(layers.Root).Select(Full)];
        if (Directory.Exists("/etc/storeedge/secrets")) secrets.AddRange(Directory.GetFiles("/etc/storeedge/secrets"));
        return new(KnownSecrets.Enrolled(lists).Concat(KnownSecrets.InFiles(secrets)), open: ProgramVersion.Text.Split('+'));
    }

    private static List<BundlePart> Parts(ConfigurationInForce inForce, DoctorView store, string? log, TimeProvider time)
    {
        async Task<StatusReport> ReportAsync(CancellationToken stop) => await DoctorCommand.ThisMachineAsync(inForce, Tongue.English, new(_ => { }, time), time, stop).ConfigureAwait(false);
        Task<StatusReport>? once = null;
        Task<StatusReport> Report(CancellationToken stop) => once ??= ReportAsync(stop);
        return
        [
            new("report.txt", "what storeedge doctor says", "the first thing to read", async stop =>
            {
                using var text = new StringWriter(CultureInfo.InvariantCulture);
                new ReportPrinter(text, colours: false).Print(await Report(stop).ConfigureAwait(false));
                return text.ToString();
            }),
            new("report.json", "the same with every number, warnings included", "for programs", async stop => JsonSerializer.Serialize(await Report(stop).ConfigureAwait(false), ReportJson.Default.StatusReport)),
            new("configuration.jsonc", "all layers of the configuration together", "most faults are in it; secrets are files, and no file with one is here", _ => Task.FromResult(EffectiveConfiguration.Of(inForce.Layers))),
            new("versions.txt", "program, runtime, system, board", "some faults belong to a version", _ => Task.FromResult(MachineParts.Versions(ProgramVersion.Text))),
            new("unit.txt", "the service as systemd sees it", "restarts, memory, why it ended", MachineParts.UnitAsync),
            new("journal.txt", "how many events of each kind are kept, and how far central has them", "what waits and what is missing; never what an event says", _ => Task.Run(() => MachineParts.Journal(store.StateDirectory))),
            new("disk.txt", "space, mounts, names and sizes of the state's files", "full and read-only disks", _ => Task.Run(() => MachineParts.Disk(store.StateDirectory))),
            new("network.txt", "interfaces and whether they are up", "without any address", _ => Task.FromResult(MachineParts.Network())),
            new("kernel.txt", "what the kernel said of radios, disk, power and memory", "faults below the program", MachineParts.KernelAsync),
            new("log.txt", "the service's log, the newest part", "what happened before", log is null ? MachineParts.LogAsync : stop => File.ReadAllTextAsync(log, stop)),
        ];
    }
}

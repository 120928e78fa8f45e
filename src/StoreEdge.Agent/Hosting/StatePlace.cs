using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Hosting;

/// <summary>
/// Where a run of the rooms keeps what it must. The store's own directory, or, while nothing can be written there (mounted read-only, somebody else's), a private one that stands in for it:
/// a store whose card has failed still greets its customers. What can be read of the real one is copied; what happens meanwhile comes home as soon as it can be written again.
/// </summary>
/// <param name="Directory">The one in use.</param>
/// <param name="Own">The store's own, as configured.</param>
/// <param name="StandIn">The one that stands in, or would.</param>
/// <param name="Fault">What is wrong with the store's own; null where nothing is.</param>
internal sealed record StatePlace(string Directory, string Own, string StandIn, StateFault? Fault)
{
    /// <summary>The health board's code while the other one is in use.</summary>
    public const string Code = "state-not-writable";

    /// <summary>Soon enough after a repair; looking costs the disk nothing while it works.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>What is larger than this is a recording or a journal, not a key.</summary>
    private const long MostCopied = 16 << 20;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Files without which the store would not be what it was: where one of them cannot be read, the directory is as good as not there.</summary>
    private static readonly string[] Needed = [JournalFile.Name, JournalFile.Name + "-wal", JournalFile.LockName, EpochFile.Name, SchemaCopy.Name, "portal.key"];

    /// <summary>Whether the store's own is in use.</summary>
    public bool IsOwn => Directory == Own;

    /// <summary>Chooses, and makes what is chosen.</summary>
    /// <exception cref="IOException">Neither can be written.</exception>
    public static StatePlace Find(string own)
    {
        var standIn = StandInFor(own);
        if (RefusalOf(own) is not { } refusal) return new(own, own, standIn, null);
        try
        {
            MakePrivate(standIn);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"nothing can be written in {own} ({refusal.Message}), and nothing can stand in for it: {fault.Message}", fault);
        }

        CopyReadable(own, standIn);
        return new(standIn, own, standIn, StateFault.Of(own, refusal, standIn));
    }

    /// <summary>The run's settings, in this place.</summary>
    public AgentOptions Place(AgentOptions options) => options with
    {
        StateDirectory = Directory,
        Bundle = options.Bundle with { StateDirectory = Directory },
        // A socket cannot be made there either.
        Receivers = IsOwn ? options.Receivers : [.. options.Receivers.Select(r => r.Source is { Kind: "unix" } && Below(r.Source.Path) is { } below ? r with { Source = new("unix", Path.Combine(Directory, below)) } : r)],
        Journal = IsOwn ? options.Journal with { StandIn = StandIn } : options.Journal with { StandsInFor = Own },
    };

    /// <summary>Says so on the board, and ends the run when the other place is the right one.</summary>
    public async Task WatchAsync(HealthBoard health, Action end, TimeProvider time, CancellationToken stop)
    {
        if (Fault is { } fault) health.Raise(Code, Severity.Fault, fault.Text, fault.NextAction);
        while (true)
        {
            await Task.Delay(LookEvery, time, stop).ConfigureAwait(false);
            // While it works it is only asked of the kernel: a trial each time would wear the card for nothing.
            var isOwnWritable = IsOwn ? !StateFault.IsMountedReadOnly(Own) || RefusalOf(Own) is null : RefusalOf(Own) is null;
            if (isOwnWritable == IsOwn) continue;
            end();
            // A loop ends when it is told to.
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(false);
        }
    }

    private string? Below(string path) => Path.GetRelativePath(Path.GetFullPath(Own), path) is var below && below.StartsWith("..", StringComparison.Ordinal) ? null : below;

    /// <summary>Below the service's runtime directory, which outlives its restarts; named by the directory that it stands in for.</summary>
    private static string StandInFor(string own)
    {
        var name = "stand-in-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(own))))[..8];
        if (Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") is { Length: > 0 } runtime) return Path.Combine(runtime.Split(':')[0], name);
        const string Run = "/run/storeedge";
        return System.IO.Directory.Exists(Run) && DurableFile.RefusalOf(Run) is null ? Path.Combine(Run, name) : Path.Combine(Path.GetTempPath(), "storeedge-" + name);
    }

    /// <summary>Nobody else may have made it, or may look into it: customers' words lie there.</summary>
    private static void MakePrivate(string directory)
    {
        System.IO.Directory.CreateDirectory(directory, Private);
        if (new DirectoryInfo(directory).LinkTarget is not null || File.GetUnixFileMode(directory) != Private || FileOwner.Of(directory).User != FileOwner.ThisUser)
            throw new UnauthorizedAccessException($"{directory} is not this agent's own private directory: remove it");
    }

    private static Exception? RefusalOf(string own)
    {
        if (DurableFile.RefusalOf(own) is { } refusal) return refusal;
        try
        {
            foreach (var file in Needed.Select(n => Path.Combine(own, n)).Where(File.Exists)) File.OpenRead(file).Dispose();
            return null;
        }
        catch (UnauthorizedAccessException unreadable)
        {
            return unreadable;
        }
        catch (IOException)
        {
            // Whoever reads it for good says what is wrong with it.
            return null;
        }
    }

    /// <summary>Keys, last good copies, desired documents: each as far as it can be read. The journal has its own road; what is there already is newer.</summary>
    private static void CopyReadable(string own, string standIn)
    {
        foreach (var folder in (ReadOnlySpan<string>)["", "desired"])
        {
            try
            {
                foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(own, folder)))
                {
                    var target = Path.Combine(standIn, folder, Path.GetFileName(file));
                    if (Path.GetFileName(file).StartsWith("journal.", StringComparison.Ordinal) || File.Exists(target) || !FileKind.IsRegular(file) || new FileInfo(file).Length > MostCopied) continue;
                    System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!, Private);
                    TryCopy(file, target);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Then there is nothing to be read here.
            }
        }
    }

    private static void TryCopy(string file, string target)
    {
        try
        {
            DurableFile.Replace(target, File.ReadAllBytes(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Whoever misses it does as if there were none.
        }
    }
}

/// <summary>Why nothing can be written in the state directory, in words.</summary>
/// <param name="Text">What is wrong.</param>
/// <param name="NextAction">What to do.</param>
internal sealed record StateFault(string Text, string NextAction)
{
    /// <summary>Looks at the mount and the owner.</summary>
    public static StateFault Of(string directory, Exception refusal, string standIn)
    {
        var meanwhile = $"The store runs on {standIn} instead: displays and decisions go on, and everything comes home by itself. A power cut before then loses what central does not hold yet, customers' words among it.";
        if (MountOf(directory) is { IsReadOnly: true } mount)
            return new(
                $"Nothing can be written in {directory}: {mount.Point} ({mount.Source}, {mount.Kind}) is mounted read-only. {meanwhile}",
                $"See `dmesg` for why, then `mount -o remount,rw {mount.Point}`; where that is refused, check the file system (fsck) with nothing running on it. A card that does this again is failing: replace it. The agent notices by itself.");
        if (!Directory.Exists(directory))
            return new($"Nothing can be written in {directory}: {refusal.Message} {meanwhile}", $"Make {directory} for user {FileOwner.ThisUser}, or mount what belongs there. The agent notices by itself.");
        try
        {
            var (user, group) = FileOwner.Of(directory);
            return new(
                string.Create(CultureInfo.InvariantCulture, $"Nothing can be written in {directory}: it belongs to user {user}, group {group}, mode {Convert.ToString((int)File.GetUnixFileMode(directory), 8)}, and the agent runs as user {FileOwner.ThisUser} ({refusal.Message}). {meanwhile}"),
                string.Create(CultureInfo.InvariantCulture, $"`chown -R {FileOwner.ThisUser} {directory} && chmod -R u+rwX {directory}`; under systemd `systemctl restart storeedge` gives it to the service's user. The agent notices by itself."));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new($"Nothing can be written in {directory}: {refusal.Message} {meanwhile}", $"Check owner, mode and mount of {directory} for user {FileOwner.ThisUser}. The agent notices by itself.");
        }
    }

    /// <summary>Whether the kernel says so; without touching the disk.</summary>
    public static bool IsMountedReadOnly(string directory) => MountOf(directory) is { IsReadOnly: true };

    /// <summary>The mount that holds a directory: the deepest one, the last where several lie over each other. Null where the kernel does not tell.</summary>
    private static Mount? MountOf(string directory)
    {
        try
        {
            var path = Path.GetFullPath(directory);
            return File.ReadLines("/proc/self/mountinfo").Select(Mount.Parse).OfType<Mount>()
                .Where(m => m.Point == "/" || path == m.Point || path.StartsWith(m.Point + "/", StringComparison.Ordinal))
                .Aggregate((Mount?)null, (best, m) => best is null || m.Point.Length >= best.Point.Length ? m : best);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Mount(string Point, string Source, string Kind, bool IsReadOnly)
    {
        /// <summary>ext4 of Linux 6.15 and later says the third of itself after an error, and goes on calling itself rw.</summary>
        private static readonly string[] ReadOnly = ["ro", "shutdown", "emergency_ro"];

        /// <summary>A line of /proc/self/mountinfo: proc_pid_mountinfo(5).</summary>
        public static Mount? Parse(string line)
        {
            var words = line.Split(' ');
            var dash = Array.IndexOf(words, "-", 6 <= words.Length ? 6 : words.Length);
            return dash < 0 || words.Length < dash + 4 ? null : new(
                Unescape(words[4]), words[dash + 2], words[dash + 1], words[5].Split(',').Concat(words[dash + 3].Split(',')).Any(ReadOnly.Contains));
        }

        private static string Unescape(string word) =>
            word.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Support;

/// <summary>What a bundle tells of the machine. Each reads what it can; none needs the agent.</summary>
internal static partial class MachineParts
{
    /// <summary>Lines of the service's log: a day of a busy store, weeks of a quiet one.</summary>
    private const int LogLines = 20_000;

    /// <summary>Versions of the program and of what it stands on.</summary>
    public static string Versions(string program)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"storeedge {program}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}");
        foreach (var file in new[] { "/etc/os-release", "/proc/device-tree/model", "/proc/version", "/proc/uptime", "/proc/loadavg" })
            if (File.Exists(file)) text.AppendLine(CultureInfo.InvariantCulture, $"{file}: {File.ReadAllText(file).Trim('\0', '\n')}");
        return text.ToString();
    }

    /// <summary>Network interfaces and how they are, without any address.</summary>
    public static string Network()
    {
        var text = new StringBuilder();
        foreach (var one in NetworkInterface.GetAllNetworkInterfaces().OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            var gateways = one.GetIPProperties().GatewayAddresses.Count;
            text.AppendLine(CultureInfo.InvariantCulture, $"{one.Name}: {one.NetworkInterfaceType}, {one.OperationalStatus}, {one.GetIPProperties().UnicastAddresses.Count} addresses, {gateways} gateways");
        }

        return text.ToString();
    }

    /// <summary>Space, mounts of real file systems, and the names and sizes of the state's files.</summary>
    public static string Disk(string stateDirectory)
    {
        var text = new StringBuilder();
        foreach (var mount in File.ReadLines("/proc/mounts").Where(m => m.StartsWith("/dev/", StringComparison.Ordinal))) text.AppendLine(mount);
        if (!Directory.Exists(stateDirectory)) return text.AppendLine(CultureInfo.InvariantCulture, $"{stateDirectory} does not exist, or may not be seen").ToString();
        var drive = new DriveInfo(stateDirectory);
        text.AppendLine(CultureInfo.InvariantCulture, $"{stateDirectory}: {drive.AvailableFreeSpace} of {drive.TotalSize} bytes free");
        foreach (var file in new DirectoryInfo(stateDirectory).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Take(500))
            text.AppendLine(CultureInfo.InvariantCulture, $"{file.Length,12} {Path.GetRelativePath(stateDirectory, file.FullName)}");
        return text.ToString();
    }

    /// <summary>How many events of each kind the journal holds, and how far central has them. Never what they say.</summary>
    /// <exception cref="JournalFault">It cannot be read.</exception>
    public static string Journal(string stateDirectory)
    {
        using var journal = JournalInspection.Open(Path.Combine(stateDirectory, JournalFile.Name));
        var text = new StringBuilder();
        journal.Query(database =>
        {
            foreach (var (title, sql) in new[]
                     {
                         ("acknowledged", "SELECT acknowledged FROM journal"), ("first", "SELECT coalesce(min(seq), 0) FROM event"), ("last", "SELECT coalesce(max(seq), 0) FROM event"),
                         ("boots", "SELECT count(*) FROM boot"), ("declared holes", "SELECT count(*) FROM gap"), ("dead letters", "SELECT count(*) FROM dead_letter"),
                     })
            {
                using var one = database.CreateCommand();
                one.CommandText = sql;
                text.AppendLine(CultureInfo.InvariantCulture, $"{title}: {one.ExecuteScalar()}");
            }

            using var types = database.CreateCommand();
            types.CommandText = "SELECT type, count(*), sum(synchronized = 0) FROM event GROUP BY type ORDER BY type";
            using var rows = types.ExecuteReader();
            while (rows.Read()) text.AppendLine(CultureInfo.InvariantCulture, $"{rows.GetString(0)}: {rows.GetInt64(1)}, {rows.GetInt64(2)} of them without a right clock");
            return 0;
        });
        return text.ToString();
    }

    /// <summary>How systemd sees the service.</summary>
    public static Task<string> UnitAsync(CancellationToken stop) => RunAsync(
        "systemctl", ["show", "storeedge.service", "--property=ActiveState,SubState,Result,NRestarts,ExecMainStatus,ExecMainStartTimestamp,StatusText,MemoryCurrent,MemoryPeak,CPUUsageNSec,TasksCurrent,WatchdogUSec,DropInPaths"], stop);

    /// <summary>The service's log.</summary>
    public static Task<string> LogAsync(CancellationToken stop) => RunAsync("journalctl", ["-u", "storeedge.service", "-n", LogLines.ToString(CultureInfo.InvariantCulture), "--no-pager", "-o", "short-iso", "--no-hostname"], stop);

    /// <summary>What the kernel said of radios, disk, power and memory.</summary>
    public static async Task<string> KernelAsync(CancellationToken stop)
    {
        var all = await RunAsync("journalctl", ["-k", "-n", "20000", "--no-pager", "-o", "short-monotonic", "--no-hostname"], stop).ConfigureAwait(false);
        if (!all.Contains('\n', StringComparison.Ordinal)) all = await RunAsync("dmesg", [], stop).ConfigureAwait(false);
        return Concerning(all);
    }

    /// <summary>The lines that concern what a store stands on; a firewall's lines about guests do not.</summary>
    internal static string Concerning(string messages) => string.Join('\n', messages.Split('\n').Where(l => Concerns().IsMatch(l) && !Firewall().IsMatch(l)));

    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken stop)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, Environment = { ["LC_ALL"] = "C" } })!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            return await output.ConfigureAwait(false) is { Length: > 0 } said ? said : await error.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    [GeneratedRegex(@"bluetooth|\bhci\d|btusb|\busb\b|mmc|ext4|xfs|f2fs|btrfs|nvme|\bsd[a-z]\b|I/O error|voltage|thermal|oom|out of memory|brcm|wlan|ath\d|rtl|watchdog|segfault|storeedge", RegexOptions.IgnoreCase)]
    private static partial Regex Concerns();

    [GeneratedRegex(@"\bSRC=|\bDST=|\bMAC=")]
    private static partial Regex Firewall();
}

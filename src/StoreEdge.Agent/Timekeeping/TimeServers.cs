using System.Globalization;

namespace StoreEdge.Agent.Timekeeping;

/// <summary>Whom this machine would ask for the time: the store's own configuration, or that of systemd-timesyncd and chrony.</summary>
internal static class TimeServers
{
    /// <summary>More would only make a technician wait.</summary>
    private const int Most = 3;

    private static readonly string[] Files = ["etc/systemd/timesyncd.conf", "etc/chrony/chrony.conf", "etc/chrony.conf", "etc/ntpsec/ntp.conf", "etc/ntp.conf"];

    /// <summary>What the programs that keep the clock right are told to ask; empty where nobody tells them anything.</summary>
    /// <param name="root">The root of the file tree; another one in tests.</param>
    public static IReadOnlyList<TimeServer> OfMachine(string root = "/") => [.. Files.SelectMany(f => Named(Path.Combine(root, f))).Distinct().Take(Most)];

    /// <summary>A server as a person writes it: <c>192.168.0.1</c>, <c>time.example</c> or <c>time.example:1123</c>; null where it is none.</summary>
    public static TimeServer? Parse(string text)
    {
        var (host, port) = (text, TimeServer.StandardPort);
        if (text.Count(c => c == ':') == 1)
        {
            var cut = text.IndexOf(':', StringComparison.Ordinal);
            if (!int.TryParse(text.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535) return null;
            host = text[..cut];
        }

        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null : new(host, port);
    }

    private static IEnumerable<TimeServer> Named(string file)
    {
        string[] lines;
        try
        {
            if (!File.Exists(file)) return [];
            lines = File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        // timesyncd: NTP=a b; the others: server a iburst, pool a. What follows a # is a remark.
        return lines.Select(l => l.Split(['#', ';'], 2)[0].Trim()).SelectMany(l => l.StartsWith("NTP=", StringComparison.Ordinal) ? l[4..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["server" or "pool", var host, ..] ? [host] : []).Select(Parse).OfType<TimeServer>();
    }
}

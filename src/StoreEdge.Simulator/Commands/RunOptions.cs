using System.CommandLine;
using System.Globalization;
using StoreEdge.Core.Identity;

namespace StoreEdge.Simulator.Commands;

/// <summary>An option's value is not allowed.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Options that several commands share, and how their values are read.</summary>
internal static class RunOptions
{
    public static Option<string> Scenario() => new("--scenario") { Description = "Name of a scenario that comes with the program, or a path.", DefaultValueFactory = _ => "default" };

    public static Option<ulong> Seed() => new("--seed") { Description = "The same seed gives the same people, the same radio.", DefaultValueFactory = _ => 1 };

    public static Option<string> Mqtt() => new("--mqtt") { Description = "HOST:PORT of the broker.", DefaultValueFactory = _ => "127.0.0.1:1883" };

    public static (string Host, int Port) HostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536) return (text[..colon], port);
        throw new UsageException($"--mqtt: {text} is not allowed; allowed: HOST:PORT");
    }

    public static double Within(string option, double value, double minimum, double maximum) =>
        value >= minimum && value <= maximum ? value
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option}: {value} is not allowed; allowed: {minimum}–{maximum}"));

    /// <summary>A span with its unit, as the agent's configuration has them.</summary>
    public static TimeSpan Span(string option, string text)
    {
        foreach (var (unit, milliseconds) in (ReadOnlySpan<(string, double)>)[("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000), ("d", 86_400_000)])
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * milliseconds <= TimeSpan.FromDays(30).TotalMilliseconds)
                return TimeSpan.FromMilliseconds(number * milliseconds);
            break;
        }

        throw new UsageException($"{option}: {text} is not allowed; allowed: a number and its unit (ms, s, min, h, d), at most 30d");
    }

    public static PseudonymKey Key(string file)
    {
        try
        {
            return PseudonymKey.Parse(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new UsageException($"--pseudonym-key: {file}: {fault.Message}");
        }
    }
}

using System.CommandLine;

namespace StoreEdge.Agent.Commands;

/// <summary>How long a command may take to end after it was told to (Ctrl-C, SIGTERM), before the process ends without it.</summary>
internal static class Patience
{
    /// <summary>Services have an end worth waiting for: the last events are written, central is told goodbye, the pages finish their answers. Longer than their units allow (TimeoutStopSec), so that systemd decides.</summary>
    private static readonly TimeSpan OfServices = TimeSpan.FromSeconds(30);

    /// <summary>System.CommandLine's own: a person waits.</summary>
    private static readonly TimeSpan OfTools = TimeSpan.FromSeconds(2);

    /// <summary>How long, by the command's name.</summary>
    public static TimeSpan Of(string command) => command is "run" or "satellite" or "kiosk" ? OfServices : OfTools;

    /// <summary>Runs what was asked for.</summary>
    public static Task<int> RunAsync(ParseResult parsed) => parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Of(parsed.CommandResult.Command.Name) });
}

using System.Diagnostics;

namespace StoreEdge.Tests.Deploy;

/// <summary>Runs a command to its end.</summary>
internal static class Shell
{
    public static (int Code, string Output) Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    /// <summary>Whether a program is there.</summary>
    public static bool Has(string program) => Run("/bin/sh", "-c", $"command -v {program}").Code == 0;
}

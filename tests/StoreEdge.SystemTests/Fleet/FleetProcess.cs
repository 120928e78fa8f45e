using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace StoreEdge.SystemTests.Fleet;

/// <summary>A fleet of stores (<c>storeedge-sim fleet</c>) as a process, with its report.</summary>
internal sealed class FleetProcess(string directory) : IAsyncDisposable
{
    private Process? process;

    public string Log => Path.Combine(directory, "fleet.log");

    private string Json => Path.Combine(directory, "fleet.json");

    public void Start(params string[] arguments) => process = Checkout.Start(Checkout.Simulator, Log, ["fleet", "--json", Json, .. arguments]);

    /// <summary>The last line of its progress: stores with a connection, and events that central has acknowledged.</summary>
    public (int Online, long Acknowledged) Progress()
    {
        if (process is { HasExited: true }) Assert.Fail($"the fleet has ended:\n{ReadLog()}");
        var last = ReadLog().Split('\n').LastOrDefault(l => l.EndsWith(" MB", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return last is null ? (0, 0) : (int.Parse(last[1], CultureInfo.InvariantCulture), long.Parse(last[4], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its report; a fleet that is not complete fails the test.</returns>
    public async Task<JsonElement> ReportAsync(TimeSpan within)
    {
        await process!.WaitForExitAsync().WaitAsync(within);
        Assert.True(process.ExitCode == 0, ReadLog());
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Json));
        return document.RootElement.Clone();
    }

    public string ReadLog() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    public async ValueTask DisposeAsync()
    {
        if (process is null) return;
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}

using System.Diagnostics;
using System.Globalization;

namespace StoreEdge.SystemTests.Fleet;

/// <summary>A central journey service (<c>storeedge-sim journey</c>) as a process.</summary>
/// <param name="directory">For its log.</param>
/// <param name="name">Of its log.</param>
/// <param name="database">Its table, which several may share.</param>
internal sealed class JourneyProcess(string directory, string name, string database) : IAsyncDisposable
{
    private Process? process;

    public string Log => Path.Combine(directory, name + ".log");

    public void Start(string broker, params string[] arguments) => process = Checkout.Start(Checkout.Simulator, Log, ["journey", "--mqtt", broker, "--database", database, .. arguments]);

    /// <summary>Ends it in order.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> StopAsync()
    {
        using var stop = Process.Start("kill", ["-TERM", process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return await File.ReadAllTextAsync(Log);
    }

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

using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StoreEdge.SystemTests.Simulator;

/// <summary>Instances of the journey service at one table, started, stopped and killed at will.</summary>
internal sealed class JourneyProcess(string directory, params string[] arguments) : IAsyncDisposable
{
    private Process? process;

    public static string DatabaseIn(string directory) => Path.Combine(directory, "journey.db");

    public string Log { get; } = Path.Combine(directory, $"journey-{Guid.NewGuid():N}.log");

    public bool IsRunning => process is { HasExited: false };

    public JourneyProcess Start()
    {
        process?.Dispose();
        process = Checkout.Start(Checkout.Simulator, Log, ["journey", "--database", DatabaseIn(directory), .. arguments]);
        return this;
    }

    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, and reads what it says then.</summary>
    public async Task<string> StopAsync()
    {
        // Not SIGINT: a shell that runs this in the background has its children ignore that one.
        using var stop = Process.Start("kill", ["-TERM", process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(process.ExitCode == 0, await File.ReadAllTextAsync(Log));
        return await File.ReadAllTextAsync(Log);
    }

    /// <summary>Asks the table.</summary>
    public static List<T> Ask<T>(string directory, string sql, Func<SqliteDataReader, T> row)
    {
        var all = new List<T>();
        if (!File.Exists(DatabaseIn(directory))) return all;
        using var database = new SqliteConnection($"Data Source={DatabaseIn(directory)};Mode=ReadOnly;Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        // The file is there a moment before its tables.
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'replay'";
        if ((long)command.ExecuteScalar()! == 0) return all;
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        while (rows.Read()) all.Add(row(rows));
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StoreEdge.SystemTests.Journal;

/// <summary>A process that appends as fast as it can is killed in the middle; what it said was kept must be there.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("journal-kill-").FullName;

    public KillTests() => Batteries_V2.Init();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Every_event_that_was_called_kept_is_in_the_file_after_kill_9_and_no_number_is_missing()
    {
        var kills = Checkout.EverythingWasAskedFor ? 1000 : 25;
        var random = new Random(20261121);
        long promised = 0;
        string? epoch = null;
        for (var kill = 1; kill <= kills; kill++)
        {
            var said = await AppendAndKillAsync(random.Next(1, 400), TimeSpan.FromMilliseconds(random.NextDouble() * 20));
            promised = Math.Max(promised, said.Count == 0 ? 0 : said.Max());
            var (first, last, count, integrity, found) = Read();
            Assert.Equal("ok", integrity);
            Assert.Equal((1, last), (first, count));
            Assert.True(promised <= last, $"kill {kill}: event {promised} was called kept, the file ends with {last}");
            Assert.Equal(epoch ??= found, found);
        }

        Assert.True(promised > kills * 50, $"too little load to prove anything: {promised} events");
    }

    /// <summary>Reads numbers until there are enough, then a little longer, then kills; returns everything that had been said by then.</summary>
    private async Task<List<long>> AppendAndKillAsync(int enough, TimeSpan longer)
    {
        using var child = Process.Start(new ProcessStartInfo(Checkout.Benchmarks, ["append", directory]) { RedirectStandardOutput = true })!;
        var said = new List<long>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (said.Count < enough && await child.StandardOutput.ReadLineAsync(patience.Token) is { } line) said.Add(long.Parse(line, CultureInfo.InvariantCulture));
        Assert.False(child.HasExited, "the writer ended by itself");
        await Task.Delay(longer, CancellationToken.None);
        child.Kill();
        // What it said before it died is still in the pipe; the last line may be cut short.
        var rest = await child.StandardOutput.ReadToEndAsync(patience.Token);
        said.AddRange(rest.Split('\n')[..^1].Select(line => long.Parse(line, CultureInfo.InvariantCulture)));
        await child.WaitForExitAsync(patience.Token);
        return said;
    }

    private (long First, long Last, long Count, string Integrity, string Epoch) Read()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "journal.db")};Pooling=False");
        connection.Open();
        T Ask<T>(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (T)command.ExecuteScalar()!;
        }

        return (
            Ask<long>("SELECT min(seq) FROM event"), Ask<long>("SELECT max(seq) FROM event"), Ask<long>("SELECT count(*) FROM event"), Ask<string>("PRAGMA integrity_check"),
            Ask<string>("SELECT epoch FROM journal"));
    }
}

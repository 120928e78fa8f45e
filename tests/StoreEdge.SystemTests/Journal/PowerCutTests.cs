using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.SystemTests.Journal;

/// <summary>The power goes at random moments of a writer's life, evictions and checkpoints among them.</summary>
public sealed class PowerCutTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("journal-cut-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Whatever_was_called_kept_is_there_after_a_power_cut_or_declared_lost()
    {
        var (lives, cuts) = Checkout.EverythingWasAskedFor ? (5, 50) : (1, 20);
        for (var life = 1; life <= lives; life++)
        {
            var (outcomes, promised, syncs) = await CutAsync(life, cuts, careless: false);
            Assert.True(outcomes is [], string.Join("\n", outcomes));
            Assert.True(promised > 500 && syncs > 100, $"{promised} promises and {syncs} syncs are no load");
        }
    }

    /// <summary>Without this the test above would prove nothing: it might not cut at all.</summary>
    [Fact]
    public async Task A_writer_that_does_not_wait_for_the_disk_loses_what_it_called_kept()
    {
        var (outcomes, promised, syncs) = await CutAsync(1, 20, careless: true);
        Assert.True(promised > 500, $"{promised} promises are no load");
        Assert.True(outcomes.Count > 0, $"20 cuts of a writer that synced {syncs} times lost nothing");
    }

    /// <returns>What was wrong after each cut that lost something.</returns>
    private async Task<(IReadOnlyList<string> Wrong, int Promised, int Syncs)> CutAsync(int life, int cuts, bool careless)
    {
        var (directory, trace) = (Path.Combine(root, $"life-{life}-{careless}"), Path.Combine(root, $"trace-{life}-{careless}"));
        await WriteAsync(directory, trace, careless);
        var notes = PowerCut.Read(trace);
        var epoch = JournalContents.Read(directory).Epoch;
        var chance = new Random(life);
        var moments = Enumerable.Range(0, cuts).Select(_ => chance.Next(notes.Count)).Order().ToList();
        var (cut, next) = (new PowerCut(), 0);
        var wrong = new List<string>();
        foreach (var moment in moments)
        {
            for (; next <= moment; next++) cut.Happens(notes[next]);
            // From "nothing of what was not synced" to "all of it, in one piece or in many".
            var survives = chance.Next(4) switch { 0 => 0, 1 => 1, _ => chance.NextDouble() };
            var found = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"cut-{life}-{careless}-{moment}"));
            Directory.CreateDirectory(found);
            cut.Write(found, survives, chance);
            if (await WrongWithAsync(found, cut.Promises, epoch!) is { } fault) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"life {life}, cut at note {moment} of {notes.Count}, {survives:0.00} of what was not synced: {fault}"));
            Directory.Delete(found, recursive: true);
        }

        for (; next < notes.Count; next++) cut.Happens(notes[next]);
        return (wrong, cut.Promises.Count, cut.Syncs);
    }

    private static async Task<string?> WrongWithAsync(string directory, Promises promises, string epoch)
    {
        try
        {
            var time = TimeProvider.System;
            // As the agent finds it, which goes on with it.
            await using (var store = JournalStore.Open(
                directory, new() { Ballast = 0 }, [], time, new HealthBoard(time, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance))
            {
                if (promises.Count > 0 && store.Epoch.ToString() != epoch) return $"epoch {store.Epoch}, not {epoch}";
                var next = await store.AppendAsync(new ChoiceData("v", "k1-x", "stop", null, null, "low"), Instant.Now(time), CancellationToken.None);
                if (!next.IsKept) return "it cannot be written";
            }

            var contents = JournalContents.Read(directory);
            if (contents.Integrity != "ok") return contents.Integrity;
            if (promises.Count == 0 && contents.Epoch is null) return null;
            if (promises.MissingIn(contents) is { Count: > 0 } missing) return "called kept but not there: " + string.Join(", ", missing);
            return contents.Holes() is { Count: > 0 } holes ? "neither there nor declared: " + string.Join(", ", holes) : null;
        }
        catch (Exception fault) when (fault is JournalFault or SqliteException)
        {
            return fault.Message;
        }
    }

    private async Task WriteAsync(string directory, string trace, bool careless)
    {
        var shim = Path.Combine(root, "disk-trace.so");
        if (!File.Exists(shim))
        {
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O1", "-o", shim, Path.Combine(Checkout.Root, "tests/StoreEdge.SystemTests/Journal/disk-trace.c"), "-ldl", "-lpthread"]);
            await compiler.WaitForExitAsync();
            Assert.Equal(0, compiler.ExitCode);
        }

        using var writer = Process.Start(new ProcessStartInfo(Checkout.Benchmarks, ["append", directory, "--pages", "200", "--events", "4000", .. careless ? (string[])["--careless"] : []])
        {
            RedirectStandardOutput = true,
            Environment = { ["LD_PRELOAD"] = shim, ["DISK_TRACE"] = trace },
        })!;
        await writer.StandardOutput.ReadToEndAsync();
        await writer.WaitForExitAsync();
        Assert.Equal(0, writer.ExitCode);
    }
}

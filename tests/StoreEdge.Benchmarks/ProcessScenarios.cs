using System.Diagnostics;

namespace StoreEdge.Benchmarks;

/// <summary>What the whole program costs: how soon after its start a customer can be served (page cache warm), and what it keeps in memory once it idles.</summary>
internal static class ProcessScenarios
{
    /// <summary>Long enough for start-up garbage to be collected or not, as it would be in a quiet shop.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Figure>> StartAsync(Setting setting)
    {
        using var publishes = new Publishes(setting);
        var figures = new List<Figure>();
        foreach (var (name, program) in Both(publishes))
        {
            var (ready, answered) = (new List<(double, double)>(), new List<(double, double)>());
            for (var round = -1; round < setting.Rounds; round++)
            {
                var bare = await VersionAsync(program);
                using var scratch = setting.Scratch();
                using var agent = await AgentProcess.StartAsync(program, scratch.Path);
                if (round < 0) continue;
                ready.Add((agent.Ready.TotalMilliseconds, bare.TotalMilliseconds));
                answered.Add((agent.Answered.TotalMilliseconds, bare.TotalMilliseconds));
            }

            figures.Add(Figure.Of($"{name}: start to READY=1", "ms", "the same program's --version", ready));
            figures.Add(Figure.Of($"{name}: start to first HTTP answer", "ms", "the same program's --version", answered));
        }

        return figures;
    }

    public static async Task<IReadOnlyList<Figure>> MemoryAsync(Setting setting)
    {
        using var publishes = new Publishes(setting);
        var figures = new List<Figure>();
        foreach (var (name, program) in Both(publishes))
        {
            var seen = new List<(double Resident, double Anonymous)>();
            for (var round = 0; round < setting.Rounds; round++)
            {
                using var scratch = setting.Scratch();
                using var agent = await AgentProcess.StartAsync(program, scratch.Path);
                await Task.Delay(Idle);
                seen.Add(agent.MemoryMegabytes());
            }

            figures.Add(new($"{name}: resident, idle", Figure.Median(seen.Select(s => s.Resident)), "MB"));
            figures.Add(new($"{name}: of which private", Figure.Median(seen.Select(s => s.Anonymous)), "MB"));
        }

        return figures;
    }

    private static IEnumerable<(string Name, string[] Program)> Both(Publishes publishes)
    {
        yield return ("portable", publishes.Portable);
        yield return ("trimmed", publishes.Trimmed);
    }

    private static async Task<TimeSpan> VersionAsync(string[] program)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program[0], [.. program[1..], "--version"]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(start);
    }
}

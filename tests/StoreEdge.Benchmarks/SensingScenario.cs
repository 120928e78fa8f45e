using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Benchmarks;

/// <summary>
/// What hearing costs the whole program: the published agent with a receiver that streams 1,000 and 5,000 advertisements a second, one in ten of somebody enrolled. The floor
/// is a bare program that reads the same stream from the same kind of socket and does nothing with it; a real radio's socket is measured in tests/lab.
/// </summary>
internal static class SensingScenario
{
    private const int Enrolled = 100;
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20), Settling = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Setting setting)
    {
        using var publishes = new Publishes(setting);
        var figures = new List<Figure>();
        foreach (var rate in new[] { 1_000, 5_000 })
        {
            var shares = new List<(double, double)>();
            double dropped = 0;
            for (var round = 0; round < setting.Rounds; round++)
            {
                using var scratch = setting.Scratch();
                double ours;
                using (var agent = await AgentProcess.StartAsync(publishes.Portable, scratch.Path, Enrolled))
                {
                    var (share, sent) = await ShareAsync(agent.ProcessId, Path.Combine(scratch.Path, "door"), rate);
                    ours = share;
                    dropped = Math.Max(dropped, sent - await HeardAsync(agent, sent));
                }

                using var drain = await DrainAsync(Path.Combine(scratch.Path, "drain"));
                shares.Add((ours, (await ShareAsync(drain.Id, Path.Combine(scratch.Path, "drain"), rate)).Share));
                drain.Kill();
                await drain.WaitForExitAsync();
            }

            figures.Add(Figure.Of($"agent hearing {rate:#,0} adverts/s", "% of a core", "a bare reader of the socket", shares));
            figures.Add(new($"agent hearing {rate:#,0} adverts/s: lost, most", dropped, "adverts"));
        }

        return figures;
    }

    /// <summary>Listens and reads and nothing else, until it is ended: the floor.</summary>
    public static int Drain(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        Console.WriteLine("listening");
        using var peer = listener.Accept();
        var buffer = new byte[16384];
        while (peer.Receive(buffer) > 0)
        {
        }

        return 0;
    }

    private static async Task<Process> DrainAsync(string path)
    {
        var drain = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["drain", path]) { RedirectStandardOutput = true })!;
        await drain.StandardOutput.ReadLineAsync();
        return drain;
    }

    private static async Task<(double Share, long Sent)> ShareAsync(int process, string path, int rate)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        var writer = new BtsnoopWriter(stream);
        writer.WriteHeader();
        var frames = Crowd();
        var start = Stopwatch.GetTimestamp();
        long sent = 0, spentBefore = 0, measuredFrom = 0;
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (await beat.WaitForNextTickAsync())
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            for (var due = (long)(elapsed.TotalSeconds * rate); sent < due; sent++) writer.Write(DateTimeOffset.UnixEpoch + elapsed, frames[sent % frames.Length]);
            if (measuredFrom == 0 && elapsed >= Settling) (measuredFrom, spentBefore) = (Stopwatch.GetTimestamp(), CpuTicks(process));
            if (elapsed >= Settling + Measured) break;
        }

        var share = (CpuTicks(process) - spentBefore) / (double)TicksPerSecond / Stopwatch.GetElapsedTime(measuredFrom).TotalSeconds * 100;
        return (share, sent);
    }

    /// <summary>How many frames the agent says that it heard; what is still on its way is given some seconds.</summary>
    private static async Task<long> HeardAsync(AgentProcess agent, long sent)
    {
        using var http = new HttpClient();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var tries = 0; ; tries++)
        {
            using var status = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{agent.Port}/diagnostics/status.json")));
            var heard = status.RootElement.GetProperty("receivers").EnumerateArray().First(r => r.GetProperty("id").GetString() == "door").GetProperty("frames").GetInt64();
            if (heard == sent || tries == 25) return heard;
            await beat.WaitForNextTickAsync();
        }
    }

    /// <summary>Nine in ten are strangers' phones.</summary>
    private static byte[][] Crowd() =>
        [.. Enumerable.Range(0, 1000).Select(i => i % 10 == 0
            ? Frames.Legacy($"0201061AFF4C000215E2C56DB5DFFB48D2B060D0F5A71096E00001{i / 10:X4}C5")
            : Frames.Legacy($"02011A0EFF4C001009{i:X4}00112233445566"))];

    // proc(5): fields 14 and 15 of /proc/PID/stat, counted in sysconf(_SC_CLK_TCK), which is 100 on every Linux that .NET runs on.
    private const int TicksPerSecond = 100;

    private static long CpuTicks(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace StoreEdge.Benchmarks;

/// <summary>One run of the published agent with a small store's configuration, seen from outside as systemd sees it.</summary>
internal sealed class AgentProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Socket notifications;

    private AgentProcess(Process process, Socket notifications, int port, TimeSpan ready, TimeSpan answered) =>
        (this.process, this.notifications, Port, Ready, Answered) = (process, notifications, port, ready, answered);

    public int ProcessId => process.Id;

    /// <summary>Where it serves HTTP on loopback.</summary>
    public int Port { get; }

    /// <summary>From the start of the process to <c>READY=1</c>.</summary>
    public TimeSpan Ready { get; }

    /// <summary>From the start of the process to the first answer over HTTP.</summary>
    public TimeSpan Answered { get; }

    /// <summary>Resident memory now, all of it and what is private to the process: proc(5), VmRSS and RssAnon.</summary>
    public (double Resident, double Anonymous) MemoryMegabytes()
    {
        var status = File.ReadAllLines($"/proc/{process.Id}/status");
        double Read(string name) => double.Parse(
            status.First(l => l.StartsWith(name, StringComparison.Ordinal)).AsSpan(name.Length).TrimStart(":\t ").TrimEnd(" kB"), CultureInfo.InvariantCulture) / 1024;
        return (Read("VmRSS"), Read("RssAnon"));
    }

    /// <summary>Starts the agent and waits until it is ready and answers.</summary>
    /// <param name="program">Program and first arguments.</param>
    /// <param name="directory">For its configuration, state and output.</param>
    /// <param name="enrolled">How many beacons are enrolled.</param>
    /// <param name="guests">Where guests are served apart; null: with everything else.</param>
    public static async Task<AgentProcess> StartAsync(string[] program, string directory, int enrolled = 0, int? guests = null)
    {
        var (port, socketPath) = (Broker.FreePort(), Path.Combine(directory, "notify"));
        // Stays open as long as the agent runs, as systemd's does.
        var notifications = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notifications.Bind(new UnixDomainSocketEndPoint(socketPath));
        var start = new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1", "sh", Path.Combine(directory, "output"), .. program, "run", "--config", Configure(directory, port, enrolled, guests)])
        {
            Environment = { ["NOTIFY_SOCKET"] = socketPath },
        };
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            var ready = WaitReadyAsync(notifications, began, patience.Token);
            var answered = WaitAnsweredAsync(port, began, patience.Token);
            return new(process, notifications, port, await ready, await answered);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            notifications.Dispose();
            throw new InvalidOperationException($"the agent was not ready within {Patience.TotalSeconds:0} s:\n{File.ReadAllText(Path.Combine(directory, "output"))}");
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        notifications.Dispose();
    }

    private static async Task<TimeSpan> WaitReadyAsync(Socket notifications, long began, CancellationToken stop)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = await notifications.ReceiveAsync(buffer, SocketFlags.None, stop);
            if (Encoding.UTF8.GetString(buffer, 0, length).Split('\n').Contains("READY=1")) return Stopwatch.GetElapsedTime(began);
        }
    }

    private static async Task<TimeSpan> WaitAnsweredAsync(int port, long began, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/portal", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, stop);
                return Stopwatch.GetElapsedTime(began);
            }
            catch (HttpRequestException)
            {
                await beat.WaitForNextTickAsync(stop);
            }
        }
    }

    private static string Configure(string directory, int port, int enrolled, int? guests)
    {
        var examples = Path.Combine(Publishes.Root, "deploy", "examples");
        File.WriteAllText(Path.Combine(directory, "key"), "1:" + new string('5', 64) + "\n");
        var entries = Enumerable.Range(0, enrolled).Select(i => $$"""{ "customer": "C-{{i}}", "beacons": [ "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/{{i}}" ] }""");
        File.WriteAllText(Path.Combine(directory, "enrolment.json"), $$"""{ "version": 1, "entries": [ {{string.Join(", ", entries)}} ] }""");
        var file = Path.Combine(directory, "storeedge.json");
        File.WriteAllText(file, $$"""
            {
              "store": { "id": "bench" },
              "state": { "directory": "{{directory}}/state" },
              "http": { "listen": "127.0.0.1:{{port}}" },
              "receivers": [
                { "id": "door", "zone": "entrance", "side": "inside", "source": "unix:{{directory}}/door" },
                { "id": "street", "zone": "entrance", "side": "outside", "source": "unix:{{directory}}/street" }
              ],
              "enrolment": { "file": "{{directory}}/enrolment.json", "pseudonymKeyFile": "{{directory}}/key" },
              "bundle": { "file": "{{examples}}/bundle.json" },
              "displays": [ { "id": "door-screen", "zone": "entrance" } ],
              "portal": { "enabled": true, "zone": "entrance"{{(guests is { } apart ? $", \"listen\": \"127.0.0.1:{apart}\"" : "")}} }
            }
            """);
        return file;
    }
}

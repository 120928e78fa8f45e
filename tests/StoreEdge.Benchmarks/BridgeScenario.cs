using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using StoreEdge.Contracts;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Benchmarks;

/// <summary>
/// What a user would set up instead: a mosquitto in the store that keeps messages on disk and bridges to the central broker. Side by side in one run: how fast events are accepted with central
/// away, what that writes, what a kill -9 loses, how fast 100,000 drain, at what memory. The floor is the bridge in its safest setting (it saves on every change); its timer of one second
/// comes beside it as figures of its own.
/// </summary>
internal static class BridgeScenario
{
    private const int Accepted = 2_000, Backlog = 100_000, Window = 50;

    /// <summary>About the size of an event in its envelope, for the bridge's side.</summary>
    private static readonly byte[] Payload = new byte[600];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Setting setting)
    {
        var (rate, bytes, lost) = (new List<(double, double)>(), new List<(double, double)>(), new List<(double, double)>());
        var (drain, memory) = (new List<(double, double)>(), new List<(double, double)>());
        var (timerRate, timerBytes, timerLost) = (new List<double>(), new List<double>(), new List<double>());
        new Random(1).NextBytes(Payload);
        for (var round = 0; round < setting.Rounds; round++)
        {
            var ours = await AcceptOursAsync(setting);
            var safest = await AcceptBridgeAsync(setting, safest: true);
            var timer = await AcceptBridgeAsync(setting, safest: false);
            rate.Add((ours.PerSecond, safest.PerSecond));
            bytes.Add((ours.Written, safest.Written));
            lost.Add((ours.Lost, safest.Lost));
            timerRate.Add(timer.PerSecond);
            timerBytes.Add(timer.Written);
            timerLost.Add(timer.Lost);
            using var scratch = setting.Scratch();
            var drained = await OutboxScenario.DrainAsync(scratch, Backlog, DrainPace.Most, newEvents: 0);
            var bridged = await DrainBridgeAsync(setting);
            drain.Add((drained.PerSecond, bridged.PerSecond));
            memory.Add((drained.PeakMegabytes, bridged.PeakMegabytes));
        }

        const string Safest = "bridge, saved on every change", Timer = "bridge, saved every second", Filled = "bridge, filled with its timer";
        return
        [
            Figure.Of("accepted with central away", "/s", Safest, rate),
            new($"  the same: {Timer}", Figure.Median(timerRate), "/s"),
            Figure.Of("written per accepted event", "B", Safest, bytes),
            new($"  the same: {Timer}", Figure.Median(timerBytes), "B"),
            Figure.Of($"lost of {Accepted} acknowledged, kill -9", "", Safest, lost),
            new($"  the same: {Timer}", Figure.Median(timerLost), ""),
            Figure.Of("drain of 100,000", "/s", Filled, drain),
            Figure.Of("peak memory of the sender", "MB", Filled, memory),
        ];
    }

    /// <summary>
    /// Our journal in a process of its own, which is killed when it has said so many events. It writes acknowledgements and a room's own rows beside them, as a store does; they count as
    /// nothing here.
    /// </summary>
    private static async Task<Side> AcceptOursAsync(Setting setting)
    {
        using var scratch = setting.Scratch();
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. OutboxScenario.Self, "append", scratch.Path]) { RedirectStandardOutput = true })!;
        var acknowledged = 0L;
        async Task ReadAsync(int count)
        {
            while (count > 0)
            {
                var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the appending process ended by itself");
                if (line.Split(' ') is not [not ("row" or "acknowledged"), var seq]) continue;
                acknowledged = Math.Max(acknowledged, long.Parse(seq, CultureInfo.InvariantCulture));
                count--;
            }
        }

        await ReadAsync(100);
        var (start, before) = (Stopwatch.GetTimestamp(), OutboxScenario.Written(process.Id));
        await ReadAsync(Accepted);
        var (seconds, written) = (Stopwatch.GetElapsedTime(start).TotalSeconds, OutboxScenario.Written(process.Id) - before);
        process.Kill();
        await process.WaitForExitAsync();
        await using var journal = JournalScenario.Open(scratch.Path, TimeProvider.System);
        return new(Accepted / seconds, (double)written / Accepted, Math.Max(0, acknowledged - journal.LastSeq));
    }

    /// <summary>A mosquitto whose bridge finds nobody; killed when it has acknowledged so many, started again, and now it finds somebody.</summary>
    private static async Task<Side> AcceptBridgeAsync(Setting setting, bool safest)
    {
        using var scratch = setting.Scratch();
        var central = Broker.FreePort();
        double seconds;
        long written;
        var store = await Bridge.StartAsync(scratch.Path, central, safest);
        using (store)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), OutboxScenario.Written(store.Id));
            await PublishAsync(store.Port, Accepted);
            (seconds, written) = (Stopwatch.GetElapsedTime(start).TotalSeconds, OutboxScenario.Written(store.Id) - before);
        }

        using var broker = await Broker.StartAsync(scratch.Path, central);
        await using var counter = await Counter.ConnectedAsync(central);
        using var again = await Bridge.StartAsync(scratch.Path, central, safest);
        return new(Accepted / seconds, (double)written / Accepted, Accepted - await counter.SettledAsync(Accepted));
    }

    private static async Task<(double PerSecond, double PeakMegabytes)> DrainBridgeAsync(Setting setting)
    {
        using var scratch = setting.Scratch();
        var central = Broker.FreePort();
        using var store = await Bridge.StartAsync(scratch.Path, central, safest: false);
        await PublishAsync(store.Port, Backlog);
        using var broker = await Broker.StartAsync(scratch.Path, central);
        await using var counter = await Counter.ConnectedAsync(central);
        await counter.SettledAsync(Backlog);
        return (Backlog / counter.Seconds, OutboxScenario.PeakMegabytes(store.Id));
    }

    private static async Task PublishAsync(int port, int count)
    {
        await using var client = new MosquittoClient(new("store", "127.0.0.1", port) { CleanStart = true, MaximumInFlight = Window }, _ => { }, TimeProvider.System);
        await client.ConnectAsync(CancellationToken.None);
        var answers = new Queue<Task<MqttReason>>(Window);
        for (var i = 0; i < count; i++)
        {
            if (answers.Count == Window) Expect(await answers.Dequeue());
            answers.Enqueue(client.PublishAsync(new(new Topics("bench").Event(EventTypes.Arrival), Payload)));
        }

        while (answers.TryDequeue(out var answer)) Expect(await answer);
    }

    private static void Expect(MqttReason reason)
    {
        if (!reason.IsAccepted) throw new InvalidOperationException($"the broker did not take a message: {reason}");
    }

    private readonly record struct Side(double PerSecond, double Written, double Lost);

    /// <summary>The store's mosquitto; disposing of it kills it.</summary>
    private sealed class Bridge : IDisposable
    {
        private readonly Process process;

        private Bridge(Process process, int port) => (this.process, Port) = (process, port);

        public int Port { get; }

        public int Id => process.Id;

        public static async Task<Bridge> StartAsync(string directory, int central, bool safest)
        {
            var port = Broker.FreePort();
            var file = Path.Combine(directory, "bridge.conf");
            await File.WriteAllTextAsync(file, $"""
                listener {port} 127.0.0.1
                allow_anonymous true
                log_type error
                persistence true
                persistence_location {directory}/
                autosave_interval 1
                autosave_on_changes {(safest ? "true" : "false")}
                max_queued_messages 0
                {(Environment.UserName == "root" ? "user root" : "")}
                connection central
                address 127.0.0.1:{central}
                bridge_protocol_version mqttv50
                remote_clientid bridge
                cleansession false
                restart_timeout 1
                try_private false
                topic # out 1

                """);
            var bridge = new Bridge(Process.Start(new ProcessStartInfo("mosquitto", ["-c", file]))!, port);
            using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (true)
            {
                using var probe = new TcpClient();
                try
                {
                    await probe.ConnectAsync("127.0.0.1", port);
                    return bridge;
                }
                catch (SocketException) when (!bridge.process.HasExited)
                {
                    await beat.WaitForNextTickAsync();
                }
            }
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>Counts what reaches the central broker.</summary>
    private sealed class Counter : IAsyncDisposable
    {
        private readonly MosquittoClient client;
        private long count, first, last;

        private Counter(int port) => client = new(new("counter", "127.0.0.1", port) { CleanStart = true }, _ =>
        {
            var now = Stopwatch.GetTimestamp();
            if (Interlocked.Increment(ref count) == 1) first = now;
            Interlocked.Exchange(ref last, now);
        }, TimeProvider.System);

        public double Seconds => (last - first) / (double)Stopwatch.Frequency;

        public static async Task<Counter> ConnectedAsync(int port)
        {
            var counter = new Counter(port);
            await counter.client.ConnectAsync(CancellationToken.None);
            await counter.client.SubscribeAsync(Topics.EveryStoresEvents, MqttQos.AtLeastOnce);
            return counter;
        }

        /// <summary>How many came: all of them, or what there is when nothing has come for 15 s.</summary>
        public async Task<long> SettledAsync(long wanted)
        {
            var (seen, at) = (0L, Stopwatch.GetTimestamp());
            using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (Interlocked.Read(ref count) < wanted && Stopwatch.GetElapsedTime(at) < TimeSpan.FromSeconds(15))
            {
                if (Interlocked.Read(ref count) is var now && now > seen) (seen, at) = (now, Stopwatch.GetTimestamp());
                await beat.WaitForNextTickAsync();
            }

            return Math.Min(wanted, Interlocked.Read(ref count));
        }

        public ValueTask DisposeAsync() => client.DisposeAsync();
    }
}

using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Journal, link and outbox in a process of their own, against a mosquitto with its default limits and a consumer that acknowledges: how fast a backlog drains, what it costs, and how long a
/// new event takes meanwhile. The floor of the latency is the same store without a backlog, in the same run.
/// </summary>
internal static class OutboxScenario
{
    private const int Backlog = 100_000, NewEvents = 200;

    private static readonly TimeSpan NewEvery = TimeSpan.FromMilliseconds(20);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Setting setting)
    {
        var (rates, bytes, peaks) = (new List<double>(), new List<double>(), new List<double>());
        var (p50, p99) = (new List<(double, double)>(), new List<(double, double)>());
        for (var round = 0; round < setting.Rounds; round++)
        {
            using (var scratch = setting.Scratch())
            {
                var drain = await DrainAsync(scratch, Backlog, DrainPace.Most, newEvents: 0);
                rates.Add(drain.PerSecond);
                bytes.Add(drain.WrittenBytes / Backlog);
                peaks.Add(drain.PeakMegabytes);
            }

            using var quiet = setting.Scratch();
            using var busy = setting.Scratch();
            var without = await DrainAsync(quiet, 1, DrainPace.Most, NewEvents);
            // At a pace at which the backlog outlasts the new events.
            var with = await DrainAsync(busy, Backlog, DrainPace.Most, NewEvents);
            p50.Add((Percentile(with.Latencies, 0.5), Percentile(without.Latencies, 0.5)));
            p99.Add((Percentile(with.Latencies, 0.99), Percentile(without.Latencies, 0.99)));
        }

        var figures = new List<Figure>
        {
            new("drain of 100,000, unmetered", Figure.Median(rates), "/s"),
            new("written per drained event", Figure.Median(bytes), "B"),
            new("peak memory while draining 100,000", Figure.Median(peaks), "MB"),
            Figure.Of("new event to subscriber, p50, backlog draining", "ms", "no backlog", p50),
            Figure.Of("new event to subscriber, p99, backlog draining", "ms", "no backlog", p99),
        };
        foreach (var backlog in new[] { 1_000, 1_000_000 })
        {
            using var scratch = setting.Scratch();
            var drain = await DrainAsync(scratch, backlog, DrainPace.Most, newEvents: 0);
            figures.Add(new(string.Create(CultureInfo.InvariantCulture, $"peak memory while draining {backlog:#,0}"), drain.PeakMegabytes, "MB"));
        }

        return figures;
    }

    /// <summary>Runs in the process of its own: tells until told to stop, and appends new events when asked to.</summary>
    public static async Task<int> TellAsync(string directory, int port, int pace)
    {
        var time = TimeProvider.System;
        var health = new HealthBoard(time, NullLogger<HealthBoard>.Instance);
        await using var journal = JournalStore.Open(directory, new(), [], time, health, NullLogger<JournalStore>.Instance);
        var link = new BrokerLink(
            new("127.0.0.1", port), new("bench", journal.Epoch, journal.BootId, "0"), () => journal.NextCounter("birth").Value, health, time, new Random(1), NullLogger<BrokerLink>.Instance);
        var outbox = new OutboxRelay(new() { DrainPerSecond = pace }, "bench", journal, link, health, time, NullLogger<OutboxRelay>.Instance);
        outbox.Listen();
        using var stop = new CancellationTokenSource();
        Task[] running = [link.RunAsync(stop.Token), outbox.RunAsync(stop.Token)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {Written(Environment.ProcessId)}"));
        while (await Console.In.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (line == "new") await journal.AppendAsync(new DwellData(Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture), "k1-test", "door", 1, "involuntary", "low"), Instant.Now(time), CancellationToken.None);
            else break;
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        return 0;
    }

    /// <summary>What proc(5) counts of a process: write_bytes of io, in bytes.</summary>
    public static long Written(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal))["write_bytes:".Length..], CultureInfo.InvariantCulture);

    /// <summary>VmHWM of status, in megabytes.</summary>
    public static double PeakMegabytes(int process) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).AsSpan("VmHWM:".Length).TrimEnd(" kB").Trim(), CultureInfo.InvariantCulture) / 1024;

    /// <summary>Appends a backlog with nobody to tell it to.</summary>
    public static async Task FillAsync(string directory, int events)
    {
        await using var journal = JournalScenario.Open(directory, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(w => Task.Run(async () =>
        {
            for (var i = w; i < events; i += 200) await journal.AppendAsync(JournalScenario.Arrival(i), Instant.Now(TimeProvider.System), CancellationToken.None);
        })));
    }

    public static async Task<Drained> DrainAsync(Scratch scratch, int backlog, int pace, int newEvents)
    {
        var state = Path.Combine(scratch.Path, "state");
        await FillAsync(state, backlog);
        using var broker = await Broker.StartAsync(scratch.Path);
        await using var consumer = await Consumer.ConnectedAsync(broker.Port);
        using var store = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Self, "tell", state, broker.Port.ToString(CultureInfo.InvariantCulture), pace.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var ready = await store.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the sending process ended at once");
            var written = long.Parse(ready["ready ".Length..], CultureInfo.InvariantCulture);
            var first = await consumer.FirstAsync();
            if (newEvents > 0)
            {
                using var beat = new PeriodicTimer(NewEvery);
                for (var i = 0; i < newEvents; i++)
                {
                    await store.StandardInput.WriteLineAsync("new");
                    await store.StandardInput.FlushAsync();
                    await beat.WaitForNextTickAsync();
                }
            }

            await consumer.HasAsync(backlog + newEvents);
            var seconds = (consumer.LastAt - first) / (double)Stopwatch.Frequency;
            // The last acknowledgement is written within a second.
            await Task.Delay(TimeSpan.FromSeconds(2));
            return new(backlog / seconds, PeakMegabytes(store.Id), Written(store.Id) - written, consumer.Latencies);
        }
        finally
        {
            store.Kill();
            await store.WaitForExitAsync();
        }
    }

    /// <summary>Arguments before ours where this program runs under <c>dotnet</c>.</summary>
    public static string[] Self => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(OutboxScenario).Assembly.Location] : [];

    private static double Percentile(IReadOnlyList<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    /// <summary>What one drain showed.</summary>
    internal sealed record Drained(double PerSecond, double PeakMegabytes, double WrittenBytes, IReadOnlyList<double> Latencies);

    /// <summary>Central: takes events and batches, acknowledges the unbroken row.</summary>
    internal sealed class Consumer : IAsyncDisposable
    {
        private readonly MosquittoClient client;
        private readonly Lock gate = new();
        private readonly SeqSet held = new();
        private readonly List<double> latencies = [];
        private readonly TaskCompletionSource<long> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Guid epoch;
        private long wanted = long.MaxValue, said;

        private Consumer(int port) => client = new(new("central", "127.0.0.1", port) { CleanStart = true }, Receive, TimeProvider.System);

        public long LastAt { get; private set; }

        public IReadOnlyList<double> Latencies
        {
            get
            {
                lock (gate) return [.. latencies];
            }
        }

        public static async Task<Consumer> ConnectedAsync(int port)
        {
            var consumer = new Consumer(port);
            await consumer.client.ConnectAsync(CancellationToken.None);
            await consumer.client.SubscribeAsync(Topics.EveryStoresEvents, MqttQos.AtLeastOnce);
            await consumer.client.SubscribeAsync(Topics.EveryStoresBatches, MqttQos.AtLeastOnce);
            return consumer;
        }

        public Task<long> FirstAsync() => first.Task.WaitAsync(TimeSpan.FromMinutes(1));

        public Task HasAsync(long events)
        {
            lock (gate)
            {
                wanted = events;
                if (held.UnbrokenFrom(1) >= wanted) complete.TrySetResult();
            }

            return complete.Task.WaitAsync(TimeSpan.FromMinutes(10));
        }

        public ValueTask DisposeAsync() => client.DisposeAsync();

        private void Receive(MqttMessage message)
        {
            var now = Stopwatch.GetTimestamp();
            first.TrySetResult(now);
            lock (gate)
            {
                if (message.Topic.EndsWith("/evt-batch", StringComparison.Ordinal))
                {
                    using var gzip = new GZipStream(new MemoryStream(message.Payload.ToArray()), CompressionMode.Decompress);
                    using var batch = JsonDocument.Parse(gzip);
                    foreach (var envelope in batch.RootElement.EnumerateArray()) Take(envelope);
                }
                else
                {
                    using var envelope = JsonDocument.Parse(message.Payload);
                    Take(envelope.RootElement);
                    if (envelope.RootElement.GetProperty("type").ValueEquals("storeedge.dwell.v1"))
                        latencies.Add((now - long.Parse(envelope.RootElement.GetProperty("data").GetProperty("visitId").GetString()!, CultureInfo.InvariantCulture)) * 1e3 / Stopwatch.Frequency);
                }

                LastAt = now;
                Acknowledge(message);
            }
        }

        private void Take(JsonElement envelope)
        {
            var seq = long.Parse(envelope.GetProperty("sequence").GetString()!, CultureInfo.InvariantCulture);
            held.Add(new(seq, seq));
            epoch = envelope.GetProperty("epoch").GetGuid();
        }

        private void Acknowledge(MqttMessage message)
        {
            var row = held.UnbrokenFrom(1);
            if (row <= said) return;
            said = row;
            if (!Topics.TryParse(message.Topic, out var topic)) throw new InvalidOperationException($"'{message.Topic}' is not of this contract");
            _ = client.PublishAsync(new(new Topics(topic.StoreId).Ack, JsonSerializer.SerializeToUtf8Bytes(new AckMessage(epoch, row), ContractsJson.Default.AckMessage)) { Retain = true });
            if (row >= wanted) complete.TrySetResult();
        }
    }
}

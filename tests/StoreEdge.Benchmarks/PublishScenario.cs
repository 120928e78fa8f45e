using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Arrivals in their envelopes, QoS 1, MQTT 5, to a loopback mosquitto with its default window of 20: our binding, connecting included, and
/// <c>mosquitto_pub -l</c>, which is the same library driven by C, in turns.
/// </summary>
internal static class PublishScenario
{
    private const int Messages = 20_000, Window = 50;
    private const string Topic = "stores/v1/bench/evt/arrival";

    public static async Task<IReadOnlyList<Figure>> RunAsync(Setting setting)
    {
        using var scratch = setting.Scratch();
        using var broker = await Broker.StartAsync(scratch.Path);
        var payloads = Enumerable.Range(1, Messages).Select(Envelope).ToArray();
        var lines = Path.Combine(scratch.Path, "lines");
        await File.WriteAllLinesAsync(lines, payloads.Select(Encoding.UTF8.GetString));
        var (rates, processor) = (new List<(double, double)>(), new List<double>());
        for (var round = -1; round < setting.Rounds; round++)
        {
            var busy = Process.GetCurrentProcess().TotalProcessorTime;
            var ours = await RateAsync(() => PublishAsync(broker.Port, payloads));
            var spent = Process.GetCurrentProcess().TotalProcessorTime - busy;
            var theirs = await RateAsync(() => MosquittoPubAsync(broker.Port, lines));
            if (round < 0) continue;
            rates.Add((ours, theirs));
            processor.Add(spent.TotalMicroseconds / Messages);
        }

        return
        [
            Figure.Of($"QoS 1 messages of {payloads[0].Length} B", "/s", "mosquitto_pub -l", rates),
            new("processor time per message", Figure.Median(processor), "µs"),
        ];
    }

    private static async Task<double> RateAsync(Func<Task> act)
    {
        var start = Stopwatch.GetTimestamp();
        await act();
        return Messages / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task PublishAsync(int port, byte[][] payloads)
    {
        await using var client = new MosquittoClient(
            new("bench", "127.0.0.1", port) { CleanStart = true, MaximumInFlight = Window }, _ => { }, TimeProvider.System);
        await client.ConnectAsync(CancellationToken.None);
        var answers = new Queue<Task<MqttReason>>(Window);
        foreach (var payload in payloads)
        {
            if (answers.Count == Window) Expect(await answers.Dequeue());
            answers.Enqueue(client.PublishAsync(new(Topic, payload)));
        }

        while (answers.TryDequeue(out var answer)) Expect(await answer);
    }

    private static void Expect(MqttReason reason)
    {
        if (!reason.IsAccepted) throw new InvalidOperationException($"the broker did not take a message: {reason}");
    }

    private static async Task MosquittoPubAsync(int port, string lines)
    {
        var command = $"exec mosquitto_pub -h 127.0.0.1 -p {port} -V 5 -q 1 -t {Topic} -l < '{lines}'";
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"mosquitto_pub ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}");
    }

    private static byte[] Envelope(int n)
    {
        var buffer = new ArrayBufferWriter<byte>();
        new EventEnvelope(
            "bench", Guid.Empty, n, EventTypes.Arrival, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "00000000-0000-0000-0000-000000000000", n, "synchronized",
            ContractsJson.Write(JournalScenario.Arrival(n))).Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}

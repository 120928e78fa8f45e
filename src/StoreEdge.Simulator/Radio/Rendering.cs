using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Radio;

/// <summary>Writes a whole run to files: <c>{receiver}.btsnoop</c> each, <c>truth.jsonl</c> and <c>enrolment.json</c>.</summary>
internal static class Rendering
{
    /// <summary>When a rendered run starts; any fixed moment will do, since the bytes must depend on nothing but scenario, seed and length.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <returns>How many frames each receiver heard.</returns>
    public static IReadOnlyList<long> Write(Scenario scenario, ulong seed, double seconds, string directory)
    {
        Directory.CreateDirectory(directory);
        var people = CrowdPlan.Draw(scenario, seed, seconds);
        var receivers = scenario.Layout.Receivers;
        var counts = new long[receivers.Count];
        var files = receivers.Select(r => new BufferedStream(File.Create(Path.Combine(directory, $"{r.Id}.btsnoop")))).ToArray();
        try
        {
            var writers = files.Select(f => new BtsnoopWriter(f)).ToArray();
            foreach (var writer in writers) writer.WriteHeader();
            var start = Start.AddHours(scenario.StartHour);
            foreach (var heard in Air.Listen(scenario, people, seed, seconds))
            {
                writers[heard.Receiver].Write(start.AddTicks((long)(heard.At * TimeSpan.TicksPerSecond)), heard.Packet);
                counts[heard.Receiver]++;
            }
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }

        File.WriteAllBytes(Path.Combine(directory, "truth.jsonl"), TruthFile.Write(people, seconds));
        File.WriteAllBytes(Path.Combine(directory, "enrolment.json"), Enrolment.Write(scenario, people, seed, 1));
        return counts;
    }
}

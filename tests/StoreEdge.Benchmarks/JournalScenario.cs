using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Appends by one writer at a time, and by 10 and 100 at once, who share commits. The floor is bare SQLite on one thread with the same statement and the same
/// settings, one commit for as many rows as there are writers.
/// </summary>
internal static class JournalScenario
{
    private static readonly (int Writers, int Events)[] Loads = [(1, 2_000), (10, 10_000), (100, 50_000)];

    /// <summary>Ours and the floor take turns this often within a round, so that a neighbour's noise falls on both.</summary>
    private const int Turns = 20;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Setting setting)
    {
        var figures = new List<Figure>();
        foreach (var (writers, events) in Loads)
        {
            var (rates, bytes, groups) = (new List<(double, double)>(), new List<(double, double)>(), new List<double>());
            for (var round = -1; round < setting.Rounds; round++)
            {
                using var scratch = setting.Scratch();
                await using var store = Open(Path.Combine(scratch.Path, "ours"), TimeProvider.System);
                using var bare = new BareSqlite(Path.Combine(scratch.Path, "bare.db"), writers);
                Cost ours = default, floor = default;
                for (var turn = 0; turn < Turns; turn++)
                {
                    ours += await Cost.OfAsync(() => AppendAsync(store, writers, events / Turns));
                    floor += await Cost.OfAsync(() => Task.Run(() => bare.Append(events / Turns)));
                }

                var status = store.Snapshot();
                if (round < 0) continue;
                rates.Add((events / ours.Seconds, events / floor.Seconds));
                bytes.Add((ours.WrittenBytes / events, floor.WrittenBytes / events));
                groups.Add((double)status.Appends / status.Groups);
            }

            var who = writers == 1 ? "alone" : string.Create(CultureInfo.InvariantCulture, $"{writers} writers");
            var against = string.Create(CultureInfo.InvariantCulture, $"bare SQLite, {writers} per commit");
            figures.Add(Figure.Of($"appends, {who}", "/s", against, rates));
            figures.Add(Figure.Of($"written per event, {who}", "B", against, bytes));
            figures.Add(new($"events per commit, {who}", Figure.Median(groups), ""));
        }

        return figures;
    }

    /// <summary>An arrival as it occurs: about 230 bytes of JSON.</summary>
    public static ArrivalData Arrival(int n) =>
        new($"0193b3a2-7c1e-7000-8000-{n:x12}", "k1-0123456789abcdefghjkmnpqrs", "entrance", "door-inside", "low", "beacon", "involuntary");

    public static JournalStore Open(string directory, TimeProvider time) =>
        JournalStore.Open(directory, new(), [], time, new HealthBoard(time, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance);

    private static Task AppendAsync(JournalStore store, int writers, int events) => Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
    {
        for (var i = 0; i < events / writers; i++) await store.AppendAsync(Arrival(i), Instant.Now(TimeProvider.System), CancellationToken.None);
    })));

    private readonly record struct Cost(double Seconds, double WrittenBytes)
    {
        public static async Task<Cost> OfAsync(Func<Task> act)
        {
            var (written, start) = (ReadWrittenBytes(), Stopwatch.GetTimestamp());
            await act();
            return new(Stopwatch.GetElapsedTime(start).TotalSeconds, ReadWrittenBytes() - written);
        }

        public static Cost operator +(Cost a, Cost b) => new(a.Seconds + b.Seconds, a.WrittenBytes + b.WrittenBytes);

        /// <summary>What this process has sent towards the disk, as the kernel counts it: proc(5), write_bytes.</summary>
        private static long ReadWrittenBytes() =>
            long.Parse(File.ReadLines("/proc/self/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal))["write_bytes:".Length..], CultureInfo.InvariantCulture);
    }
}

using System.Diagnostics;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Sightings through the presence tracker with 10, 1,000 and 10,000 customers present, each heard by two of three receivers twice a second, and ticked four times a second as
/// the agent does. The floor finds the subject in a dictionary and notes when it was heard, which is the least that anybody can do.
/// </summary>
internal static class TrackerScenario
{
    private static readonly ReceiverPlace[] Places =
    [
        ReceiverPlace.Uncalibrated(new("door"), new("entrance"), ReceiverSide.Inside), ReceiverPlace.Uncalibrated(new("aisle"), new("aisle"), ReceiverSide.Inside),
        ReceiverPlace.Uncalibrated(new("street"), new("entrance"), ReceiverSide.Outside),
    ];

    public static IReadOnlyList<Figure> Run(Setting setting)
    {
        var figures = new List<Figure>();
        foreach (var devices in new[] { 10, 1_000, 10_000 })
        {
            var subjects = Enumerable.Range(0, devices).Select(i => new Pseudonym($"k1-{i:D26}")).ToArray();
            var rounds = new List<(double, double)>();
            var ticks = new List<double>();
            // The first round is the runtime's, to compile what is hot.
            for (var round = -1; round < setting.Rounds; round++)
            {
                var ours = Track(subjects, out var tick);
                var floor = Note(subjects);
                if (round < 0) continue;
                rounds.Add((ours, floor));
                ticks.Add(tick);
            }

            figures.Add(Figure.Of($"tracker, {devices:#,0} present", "ns/sighting", "dictionary look-up and a note", rounds));
            figures.Add(new($"tracker, {devices:#,0} present: one tick, each", Figure.Median(ticks), "ns/device"));
        }

        figures.Add(Bytes());
        return figures;
    }

    private static int Seconds(int devices) => Math.Max(10, 400_000 / devices);

    private static double Track(Pseudonym[] subjects, out double tick)
    {
        var tracker = new PresenceTracker(Places, new(), _ => new("v"));
        List<PresenceEvent> events = [];
        long spent = 0, ticked = 0, sightings = 0, ticks = 0;
        for (var half = 0; half < 2 * Seconds(subjects.Length); half++)
        {
            var now = new Instant(half * 500_000_000L);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < subjects.Length; i++)
            {
                var at = new Instant(now.Nanoseconds + i * 500_000_000L / subjects.Length);
                tracker.Observe(new(subjects[i], Places[0].Id, (sbyte)(-60 - (half + i) % 9), at, Assurance.Low), events);
                tracker.Observe(new(subjects[i], Places[1 + i % 2].Id, (sbyte)(-82 - (half * 7 + i) % 9), at, Assurance.Low), events);
            }

            var between = Stopwatch.GetTimestamp();
            tracker.Tick(now + TimeSpan.FromSeconds(0.5), events);
            // They come in during the first seconds; measured is how it is once they are here.
            if (half >= 10)
            {
                (spent, ticked) = (spent + between - start, ticked + Stopwatch.GetTimestamp() - between);
                (sightings, ticks) = (sightings + 2 * subjects.Length, ticks + subjects.Length);
            }

            events.Clear();
        }

        if (tracker.Present != subjects.Length) throw new InvalidOperationException($"{tracker.Present} of {subjects.Length} are present; the figures would be of something else");
        tick = Nanoseconds(ticked) / ticks;
        return Nanoseconds(spent) / sightings;
    }

    private static double Note(Pseudonym[] subjects)
    {
        var last = subjects.ToDictionary(s => s, _ => 0L);
        var start = Stopwatch.GetTimestamp();
        var halves = 2 * Seconds(subjects.Length);
        for (var half = 0; half < halves; half++)
        {
            foreach (var subject in subjects)
            {
                last[subject] = half;
                last[subject] = half + 1;
            }
        }

        return Nanoseconds(Stopwatch.GetTimestamp() - start) / (2.0 * halves * subjects.Length);
    }

    private static Figure Bytes()
    {
        const int Devices = 10_000;
        var subjects = Enumerable.Range(0, Devices).Select(i => new Pseudonym($"k1-{i:D26}")).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var tracker = new PresenceTracker(Places, new(), _ => new("01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17"));
        List<PresenceEvent> events = new(2 * Devices);
        for (var packet = 0; packet < 12; packet++)
            foreach (var subject in subjects)
                tracker.Observe(new(subject, Places[0].Id, -60, new(packet * 250_000_000L), Assurance.Low), events);
        if (tracker.Present != Devices) throw new InvalidOperationException($"{tracker.Present} of {Devices} are present");
        events = [];
        var tracked = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Devices;
        GC.KeepAlive(tracker);
        GC.KeepAlive(events);
        before = GC.GetTotalMemory(forceFullCollection: true);
        var noted = subjects.ToDictionary(s => s, _ => 0L);
        var floor = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Devices;
        GC.KeepAlive(noted);
        GC.KeepAlive(subjects);
        return Figure.Of("tracked device, 3 receivers", "B", "a dictionary's entry", [(tracked, floor)]);
    }

    private static double Nanoseconds(long ticks) => ticks * 1e9 / Stopwatch.Frequency;
}

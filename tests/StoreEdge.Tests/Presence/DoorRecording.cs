using System.Globalization;
using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Presence;

/// <summary>One recording of the door: RSSI of one tag at ten receivers every 100 ms, and on which side of the photosensor it was. −100 stands for "not heard".</summary>
internal sealed class DoorRecording
{
    private const int NotHeard = -100;
    private readonly string[] columns;
    private readonly int[][] rows;

    private DoorRecording(string[] columns, int[][] rows) => (this.columns, this.rows) = (columns, rows);

    public static IReadOnlyList<DoorRecording> ReadAll(string directory) =>
        [.. Directory.GetFiles(directory, "car_sensor_*.csv").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The ten receivers.</summary>
    public IEnumerable<string> Receivers => columns.Skip(1).Take(10);

    /// <summary>What the photosensor says: an arrival where the label leaves 0, a departure where it becomes 0; a tag that starts inside arrives at the start.</summary>
    public IReadOnlyList<(double T, string Event)> Truth
    {
        get
        {
            var label = Array.IndexOf(columns, "Label");
            List<(double, string)> truth = [];
            var inside = false;
            foreach (var row in rows)
            {
                if (row[label] > 0 == inside) continue;
                inside = row[label] > 0;
                truth.Add((row[0] / 10.0, inside ? "arrival" : "departure"));
            }

            return truth;
        }
    }

    /// <summary>What one receiver heard, as a btsnoop file of legacy advertising reports.</summary>
    public MemoryStream ToBtsnoop(string receiver)
    {
        var column = Array.IndexOf(columns, receiver);
        var file = new MemoryStream();
        var writer = new BtsnoopWriter(file);
        writer.WriteHeader();
        foreach (var row in rows)
        {
            if (row[column] <= NotHeard) continue;
            var packet = Frames.Legacy(Frames.IBeacon, $"{(byte)row[column]:X2}");
            writer.Write(Btsnoop.UnixEpoch + 1_700_000_000_000_000 + row[0] * 100_000L, packet);
        }

        file.Position = 0;
        return file;
    }

    /// <summary>Why the tag left, in the last replay, and how often.</summary>
    public Dictionary<DepartureReason, int> Departures { get; } = [];

    /// <summary>Runs the agent's own sensing and presence on it, uncalibrated.</summary>
    public IReadOnlyList<(double T, string Event)> Replay(IEnumerable<string> receivers, PresenceOptions options)
    {
        var lanes = receivers.Select(r => new ReplayLane(
            ReceiverPlace.Uncalibrated(new(r), new(r), r.StartsWith('O') ? ReceiverSide.Outside : ReceiverSide.Inside), r, ToBtsnoop(r))).ToList();
        List<(double, string)> events = [];
        Departures.Clear();
        new Replay(lanes, new AnyBeacon().TryFind, options).Run(e =>
        {
            if (e is Departure departure) Departures[departure.Reason] = Departures.GetValueOrDefault(departure.Reason) + 1;
            if (e is Arrival or Departure) events.Add((e.At.Nanoseconds / 1e9, e is Arrival ? "arrival" : "departure"));
        });
        return events;
    }

    private static DoorRecording Read(string path)
    {
        var lines = File.ReadAllLines(path);
        return new(lines[0].Split(','), [.. lines.Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',').Select(v => int.Parse(v, CultureInfo.InvariantCulture)).ToArray())]);
    }
}

/// <summary>How well what was reported matches what was true.</summary>
internal sealed class Score
{
    private readonly List<double> delays = [];

    public int Missed { get; private set; }

    public int Invented { get; private set; }

    public int Matched => delays.Count;

    public double F1 => 2.0 * Matched / (2 * Matched + Missed + Invented);

    public double MedianDelay => delays.Order().ElementAt(delays.Count / 2);

    /// <summary>Matches each true event with the nearest reported one of its kind within the window, each used once.</summary>
    public void Add(IReadOnlyList<(double T, string Event)> truth, IReadOnlyList<(double T, string Event)> reported, double window)
    {
        var free = reported.ToList();
        foreach (var (t, kind) in truth)
        {
            var near = free.Where(r => r.Event == kind && Math.Abs(r.T - t) <= window).OrderBy(r => Math.Abs(r.T - t)).ToList();
            if (near.Count == 0)
            {
                Missed++;
                continue;
            }

            free.Remove(near[0]);
            delays.Add(near[0].T - t);
        }

        Invented += free.Count;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"F1 {F1:0.000}, matched {Matched}, missed {Missed}, invented {Invented}, median delay {(Matched > 0 ? MedianDelay : double.NaN):0.0} s");
}

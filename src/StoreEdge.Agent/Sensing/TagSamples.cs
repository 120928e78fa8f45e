using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>What was heard of each beacon in one phase of a calibration, from taps or from recordings.</summary>
internal sealed class TagSamples
{
    private readonly Lock gate = new();
    private readonly Dictionary<BeaconId, List<CalibrationSample>> heard = [];
    private readonly List<BeaconId> order = [];
    private long first = long.MaxValue, last = long.MinValue;

    /// <summary>Takes one HCI event, at any time since the year 0.</summary>
    public void Take(ReceiverId receiver, long microseconds, ReadOnlySpan<byte> packet)
    {
        lock (gate)
        {
            (first, last) = (Math.Min(first, microseconds), Math.Max(last, microseconds));
            if (!HciEvent.TryRead(packet, out var reports, out _)) return;
            foreach (var report in reports)
            {
                // A tag's frames are never in fragments, and a level that was not said says nothing here.
                if (report.Rssi is not { } rssi || !AdvertisementDecoder.TryDecode(report.Data, out var frame, out _) || !frame.TryGetBeaconId(out var beacon)) continue;
                if (!heard.TryGetValue(beacon, out var samples)) {
                    heard.Add(beacon, samples = []);
                    order.Add(beacon);
                }

                samples.Add(new(receiver, rssi, At(microseconds)));
            }
        }
    }

    /// <summary>Takes a whole recording.</summary>
    /// <exception cref="InvalidDataException">It is no btsnoop.</exception>
    public void TakeRecording(ReceiverId receiver, Stream recording, string name)
    {
        var reader = new BtsnoopReader(recording);
        while (true)
        {
            var result = reader.TryRead(out var record);
            if (result == BtsnoopRead.Malformed) throw new InvalidDataException($"{name}: no btsnoop at byte {reader.Position}");
            if (result == BtsnoopRead.Done && record.Event.Length > 0) Take(receiver, record.Microseconds, record.Event);
            else if (result == BtsnoopRead.NeedMore && !reader.Fill()) return;
        }
    }

    /// <summary>The beacon that some receiver heard best, by the median of at least ten packets: the tag that is carried past them. Null where none was heard so often.</summary>
    public BeaconId? Strongest()
    {
        lock (gate)
        {
            return heard.Select(h => (h.Key, Level: h.Value.GroupBy(s => s.Receiver).Where(g => g.Count() >= 10).Select(g => g.Select(s => (int)s.Rssi).Order().ElementAt(g.Count() / 2)).DefaultIfEmpty(int.MinValue).Max()))
                .Where(h => h.Level > int.MinValue).OrderByDescending(h => h.Level).Select(h => (BeaconId?)h.Key).FirstOrDefault();
        }
    }

    /// <summary>The beacon that one receiver heard best, as above.</summary>
    public BeaconId? StrongestAt(ReceiverId receiver)
    {
        lock (gate)
        {
            return heard.Select(h => (h.Key, Levels: h.Value.Where(s => s.Receiver == receiver).Select(s => (int)s.Rssi).Order().ToArray())).Where(h => h.Levels.Length >= 10)
                .OrderByDescending(h => h.Levels[h.Levels.Length / 2]).Select(h => (BeaconId?)h.Key).FirstOrDefault();
        }
    }

    /// <summary>Everything heard since so many µs since the year 0, each beacon by the number in which it was heard first, from 1: its id is nobody's to see.</summary>
    public IReadOnlyList<TagLevel> Since(long microseconds)
    {
        var from = At(microseconds);
        lock (gate) return [.. order.SelectMany((beacon, i) => heard[beacon].Where(s => s.At >= from).Select(s => new TagLevel(i + 1, s.Receiver, (s.At - from).TotalSeconds, s.Rssi)))];
    }

    /// <summary>One beacon's phase, from the first event of all to the last.</summary>
    public CalibrationPhase Of(BeaconId beacon) => first > last ? new(Instant.Origin, Instant.Origin, []) : Of(beacon, At(first), At(last));

    /// <summary>One beacon's phase of a known length, which began at so many µs since the year 0.</summary>
    public CalibrationPhase Of(BeaconId beacon, long microseconds, TimeSpan length) => Of(beacon, At(microseconds), At(microseconds) + length);

    private CalibrationPhase Of(BeaconId beacon, Instant from, Instant to)
    {
        lock (gate) return new(from, to, [.. heard.GetValueOrDefault(beacon, []).Where(s => s.At >= from && s.At <= to).OrderBy(s => s.At)]);
    }

    /// <summary>Since the Unix epoch, to fit; a clock that was set before it starts there.</summary>
    private static Instant At(long microseconds) => new(Math.Clamp(microseconds - Btsnoop.UnixEpoch, 0, long.MaxValue / 1000) * 1000);
}

/// <summary>One packet of a tag, for a plot.</summary>
/// <param name="Number">Which tag, from 1.</param>
/// <param name="Receiver">Who heard it.</param>
/// <param name="Seconds">Since the plot begins.</param>
/// <param name="Rssi">dBm.</param>
internal readonly record struct TagLevel(int Number, ReceiverId Receiver, double Seconds, sbyte Rssi);

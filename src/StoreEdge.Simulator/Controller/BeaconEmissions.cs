using System.Globalization;
using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Controller;

/// <summary>Plain beacons at a steady rate and level, which begin and end when told to: for measuring and for tests that must know who is there.</summary>
/// <param name="perSecond">Reports of each beacon.</param>
/// <param name="rssi">Mean level, dBm; it swings by 3 dB to either side so that no two reports in a row are the same bytes.</param>
/// <param name="extended">Which kind of report.</param>
internal sealed class BeaconEmissions(double perSecond, int rssi, bool extended) : IEmissions
{
    /// <summary>Of the numbered beacons.</summary>
    public const string Uuid = "5704e6ed-1ab0-4000-8000-000000000000";

    private readonly PriorityQueue<Sender, TimeSpan> due = new();
    private readonly Dictionary<string, Sender> senders = [];

    public TimeSpan? NextAt => Skip() && due.TryPeek(out _, out var at) ? at : null;

    /// <summary>Ids for any number of beacons: iBeacons with minors from 0 on.</summary>
    public static IEnumerable<string> Numbered(int count) => Enumerable.Range(0, count).Select(i => $"ibeacon:{Uuid}/{i >> 16}/{i & 0xFFFF}");

    /// <summary>Lets a beacon send from then on; one that sends already goes on.</summary>
    public void Begin(string id, TimeSpan at)
    {
        if (senders.ContainsKey(id)) return;
        var beacon = Parse(id);
        // A static random address: the two highest bits are set.
        var address = new byte[6];
        Xoshiro.For(1, "lab/" + id).Fill(address);
        address[5] |= 0xC0;
        var sender = senders[id] = new(beacon, address);
        due.Enqueue(sender, at);
    }

    /// <summary>Lets a beacon send no more; false where it does not send.</summary>
    public bool End(string id)
    {
        if (!senders.Remove(id, out var sender)) return false;
        sender.HasEnded = true;
        return true;
    }

    public byte[] Take()
    {
        Skip();
        due.TryDequeue(out var sender, out var at);
        due.Enqueue(sender!, at + TimeSpan.FromSeconds(1 / perSecond));
        var level = (sbyte)(rssi - 3 + sender!.Count % 7);
        var data = AdPayload.Of(sender.Beacon, sender.Count++, at.TotalSeconds);
        return extended ? HciReport.Extended(sender.Address, data, level) : HciReport.Legacy(sender.Address, data, level);
    }

    private bool Skip()
    {
        while (due.TryPeek(out var sender, out _) && sender.HasEnded) due.Dequeue();
        return due.Count > 0;
    }

    private static Beacon Parse(string id)
    {
        if (!BeaconId.TryParse(id, out var parsed)) throw new FormatException($"{id} is no beacon; allowed: {BeaconId.Allowed}");
        var parts = id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('/');
        return parsed.Format switch
        {
            BeaconFormat.IBeacon => Of(TagFormat.IBeacon, parts[0].Replace("-", "", StringComparison.Ordinal) + Hex(parts[1]) + Hex(parts[2])),
            BeaconFormat.AltBeacon => Of(TagFormat.AltBeacon, string.Concat(parts)),
            BeaconFormat.EddystoneUid => Of(TagFormat.EddystoneUid, string.Concat(parts)),
            _ => throw new FormatException($"{id}: the simulator sends no {parsed.Format}; allowed: iBeacon, AltBeacon, Eddystone-UID"),
        };
    }

    private static Beacon Of(TagFormat format, string digits) => new(format, Convert.FromHexString(digits), true, false, 1, -59, 0);

    private static string Hex(string number) => ushort.Parse(number, CultureInfo.InvariantCulture).ToString("x4", CultureInfo.InvariantCulture);

    private sealed class Sender(Beacon beacon, byte[] address)
    {
        public Beacon Beacon => beacon;

        public byte[] Address => address;

        public long Count { get; set; }

        public bool HasEnded { get; set; }
    }
}

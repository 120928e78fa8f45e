using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.Scoring;

/// <summary>Another room made of a recorded one, as far as that goes: other levels, worse air, slower beacons.</summary>
/// <param name="ShiftDb">Added to every packet: a stronger or weaker device, a body.</param>
/// <param name="SpreadDb">Each receiver's own offset is drawn from ± this: other antennas, other places.</param>
/// <param name="LossPercent">Packets lost beyond those of the recording, each on its own.</param>
/// <param name="EverySeconds">At most one advertisement in so long; 0 for all.</param>
internal sealed record Perturbation(double ShiftDb = 0, double SpreadDb = 0, double LossPercent = 0, double EverySeconds = 0)
{
    /// <summary>What the robustness table runs.</summary>
    public static IReadOnlyList<(string Name, Perturbation How)> Standard { get; } =
    [
        ("as recorded", new()), ("+5 dB", new(5)), ("-5 dB", new(-5)), ("+10 dB", new(10)), ("-10 dB", new(-10)), ("each ±3 dB", new(0, 3)), ("each ±6 dB", new(0, 6)), ("each ±10 dB", new(0, 10)),
        ("30 % lost", new(0, 0, 30)), ("50 % lost", new(0, 0, 50)), ("70 % lost", new(0, 0, 70)), ("every 500 ms", new(0, 0, 0, 0.5)), ("±5 dB, 50 %, 500 ms", new(0, 5, 50, 0.5)),
    ];

    public Trace Of(Trace trace, ulong seed)
    {
        var chance = Xoshiro.For(seed, "perturbation/" + trace.Name);
        // A receiver keeps its offset from file to file: it is the room's, not the recording's.
        var offsets = trace.Receivers.Select(r => ShiftDb + SpreadDb * (2 * Xoshiro.For(seed, "offset/" + r.Id.Value).Unit() - 1)).ToArray();
        var packets = new List<Packet>();
        double advertised = double.NegativeInfinity;
        foreach (var packet in trace.Packets)
        {
            if (packet.At != advertised)
            {
                if (packet.At - advertised < EverySeconds - 1e-6) continue;
                advertised = packet.At;
            }

            if (chance.Percent(LossPercent)) continue;
            var rssi = Math.Round(packet.Rssi + offsets[packet.Receiver]);
            // What falls below the weakest that a controller reports is not heard.
            if (rssi > -100) packets.Add(packet with { Rssi = (sbyte)Math.Min(rssi, 20) });
        }

        return trace with { Packets = packets };
    }
}
